package org.steadygrad.exchange.network;

import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationMish;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationSELU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationSoftSign;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.activations.impl.ActivationThresholdedReLU;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.graph.Function;
import org.steadygrad.nn.ActivationExactGelu;
import org.steadygrad.nn.ActivationFormula;

/** DL4J's activation functions, and this toolkit's, for those of a graph. */
final class ActivationFunctions {
    private ActivationFunctions() {}

    static IActivation of(Function function, String node) {
        double alpha = function.alpha();
        double beta = function.beta();
        return switch (function.kind()) {
            case LINEAR -> new ActivationIdentity();
            case RELU -> new ActivationReLU();
            case RELU6 -> new ActivationReLU6();
            case LEAKY_RELU -> new ActivationLReLU(alpha);
            case THRESHOLDED_RELU -> new ActivationThresholdedReLU(alpha);
            case ELU -> new ActivationELU(alpha);
            case SELU -> new ActivationSELU();
            case GELU -> new ActivationExactGelu();
            case GELU_TANH -> new ActivationFormula(ActivationFormula.Kind.GELU_TANH, 0, 0);
            case SIGMOID -> new ActivationSigmoid();
            case HARD_SIGMOID ->
                function.equals(Function.HARD_SIGMOID_FIFTH)
                        ? new ActivationHardSigmoid()
                        : new ActivationFormula(ActivationFormula.Kind.HARD_SIGMOID, alpha, beta);
            case TANH -> new ActivationTanH();
            case HARD_TANH -> new ActivationHardTanH();
            case SOFTSIGN -> new ActivationSoftSign();
            case SOFTPLUS -> new ActivationSoftPlus();
            case SWISH -> new ActivationSwish();
            case MISH -> new ActivationMish();
            case EXPONENTIAL -> new ActivationFormula(ActivationFormula.Kind.EXPONENTIAL, 0, 0);
            case AFFINE -> new ActivationFormula(ActivationFormula.Kind.AFFINE, alpha, beta);
            case SCALED_TANH -> new ActivationFormula(ActivationFormula.Kind.SCALED_TANH, alpha, beta);
            case SOFTMAX -> new ActivationSoftmax();
            case LOG_SOFTMAX ->
                throw ForeignModelException.refused(
                        "node \"" + node + "\", its activation function",
                        function.kind(),
                        "this toolkit's networks have no such function",
                        "Use softmax, and the logarithm of what comes out.");
        };
    }
}
