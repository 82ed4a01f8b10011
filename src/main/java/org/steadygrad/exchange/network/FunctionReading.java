package org.steadygrad.exchange.network;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationMish;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationRectifiedTanh;
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
import org.steadygrad.exchange.graph.Function.Kind;
import org.steadygrad.nn.ActivationExactGelu;
import org.steadygrad.nn.ActivationFormula;

/** A graph's activation functions for DL4J's, and this toolkit's; the other way round than {@link ActivationFunctions}. */
final class FunctionReading {
    private static final Map<Class<? extends IActivation>, List<Function>> FIXED = Map.ofEntries(
            Map.entry(ActivationIdentity.class, List.of(Function.LINEAR)),
            Map.entry(ActivationReLU.class, List.of(Function.RELU)),
            Map.entry(ActivationReLU6.class, List.of(Function.of(Kind.RELU6))),
            Map.entry(ActivationSELU.class, List.of(Function.of(Kind.SELU))),
            Map.entry(ActivationExactGelu.class, List.of(Function.of(Kind.GELU))),
            Map.entry(ActivationSigmoid.class, List.of(Function.SIGMOID)),
            Map.entry(ActivationHardSigmoid.class, List.of(Function.HARD_SIGMOID_FIFTH)),
            Map.entry(ActivationTanH.class, List.of(Function.TANH)),
            Map.entry(ActivationHardTanH.class, List.of(Function.of(Kind.HARD_TANH))),
            Map.entry(ActivationRectifiedTanh.class, List.of(Function.TANH, Function.RELU)),
            Map.entry(ActivationSoftSign.class, List.of(Function.of(Kind.SOFTSIGN))),
            Map.entry(ActivationSoftPlus.class, List.of(Function.of(Kind.SOFTPLUS))),
            Map.entry(ActivationSwish.class, List.of(Function.of(Kind.SWISH))),
            Map.entry(ActivationMish.class, List.of(Function.of(Kind.MISH))),
            Map.entry(ActivationSoftmax.class, List.of(Function.SOFTMAX)));

    private FunctionReading() {}

    /** Functions that one after the other are DL4J's; empty if there are none. */
    static Optional<List<Function>> chain(IActivation activation) {
        List<Function> fixed = FIXED.get(activation.getClass());
        if (fixed != null) {
            return Optional.of(fixed);
        }
        if (activation instanceof ActivationLReLU leaky) {
            return one(Kind.LEAKY_RELU, leaky.getAlpha(), 0);
        }
        if (activation instanceof ActivationELU elu) {
            return one(Kind.ELU, elu.getAlpha(), 0);
        }
        if (activation instanceof ActivationThresholdedReLU threshold) {
            return one(Kind.THRESHOLDED_RELU, threshold.getTheta(), 0);
        }
        if (activation instanceof ActivationFormula formula) {
            return one(
                    switch (formula.getKind()) {
                        case HARD_SIGMOID -> Kind.HARD_SIGMOID;
                        case EXPONENTIAL -> Kind.EXPONENTIAL;
                        case AFFINE -> Kind.AFFINE;
                        case SCALED_TANH -> Kind.SCALED_TANH;
                        case GELU_TANH -> Kind.GELU_TANH;
                    },
                    formula.getAlpha(),
                    formula.getBeta());
        }
        return Optional.empty();
    }

    private static Optional<List<Function>> one(Kind kind, double alpha, double beta) {
        return Optional.of(List.of(new Function(kind, alpha, beta)));
    }

    /** The one function of a cell. @throws ForeignModelException if there is none */
    static Function single(IActivation activation, String layer) {
        return chain(activation)
                .filter(functions -> functions.size() == 1)
                .orElseThrow(() -> refused(activation, layer))
                .get(0);
    }

    static ForeignModelException refused(IActivation activation, String layer) {
        return ForeignModelException.refused(
                "layer \"" + layer + "\", its activation function",
                activation,
                "the formats know no such function",
                "Train with another one, for example tanh, relu or gelu.");
    }
}
