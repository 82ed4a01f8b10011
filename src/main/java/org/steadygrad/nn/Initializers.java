package org.steadygrad.nn;

import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInitIdentity;
import org.deeplearning4j.nn.weights.WeightInitNormal;
import org.deeplearning4j.nn.weights.WeightInitRelu;
import org.deeplearning4j.nn.weights.WeightInitXavier;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationMish;
import org.nd4j.linalg.activations.impl.ActivationPReLU;
import org.nd4j.linalg.activations.impl.ActivationRReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationSELU;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationThresholdedReLU;
import org.steadygrad.check.Check;

/** Which initialiser suits which activation function. */
public final class Initializers {
    private Initializers() {}

    /**
     * The default for weights whose sums go through {@code activation}.
     *
     * <table>
     *   <caption>Initialiser by activation</caption>
     *   <tr><td>ReLU, ReLU6, leaky, randomised, parametric and thresholded ReLU, ELU, GELU, swish, mish</td>
     *       <td>He: N(0, 2 / fanIn) (He et al. 2015)</td></tr>
     *   <tr><td>SELU</td><td>LeCun: N(0, 1 / fanIn) (Klambauer et al. 2017)</td></tr>
     *   <tr><td>all others</td><td>Xavier: N(0, 2 / (fanIn + fanOut)) (Glorot and Bengio 2010)</td></tr>
     * </table>
     */
    public static IWeightInit forActivation(IActivation activation) {
        Check.notNull(activation, "Initializers", "activation");
        if (activation instanceof ActivationSELU) {
            return new WeightInitNormal();
        }
        return rectifies(activation) ? new WeightInitRelu() : new WeightInitXavier();
    }

    /** The default for recurrent matrices: an orthogonal matrix for each gate (Saxe et al. 2014). */
    public static IWeightInit recurrent() {
        return new WeightInitPerGate(new WeightInitOrthogonal());
    }

    /**
     * {@code scale} times the identity for each gate; with a ReLU layer of one gate this is the IRNN of Le, Jaitly and
     * Hinton (2015, arXiv 1504.00941v2).
     *
     * @param scale 1 remembers; below 1, for example 0.01, forgets
     */
    public static IWeightInit recurrentIdentity(double scale) {
        return new WeightInitPerGate(new WeightInitIdentity(Check.positive(scale, "Initializers", "scale")));
    }

    private static boolean rectifies(IActivation activation) {
        return activation instanceof ActivationReLU
                || activation instanceof ActivationReLU6
                || activation instanceof ActivationLReLU
                || activation instanceof ActivationRReLU
                || activation instanceof ActivationPReLU
                || activation instanceof ActivationThresholdedReLU
                || activation instanceof ActivationELU
                || activation instanceof ActivationGELU
                || activation instanceof ActivationExactGelu
                || activation instanceof ActivationSwish
                || activation instanceof ActivationMish;
    }
}
