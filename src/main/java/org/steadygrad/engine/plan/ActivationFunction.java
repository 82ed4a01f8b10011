package org.steadygrad.engine.plan;

import java.util.Optional;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/**
 * An elementwise function, or softmax over a row.
 *
 * @param kind which
 * @param alpha its first parameter, 0 when it has none
 */
public record ActivationFunction(Kind kind, double alpha) {
    public static final ActivationFunction IDENTITY = new ActivationFunction(Kind.IDENTITY, 0);

    /** The functions that a plan knows, and what alpha is. */
    public enum Kind {
        IDENTITY,
        TANH,
        SIGMOID,
        /** alpha is the slope below 0. */
        RELU,
        SOFTMAX
    }

    /** Empty when a plan doesn't know the function. */
    public static Optional<ActivationFunction> of(IActivation function) {
        if (function == null || function instanceof ActivationIdentity) {
            return Optional.of(IDENTITY);
        }
        if (function instanceof ActivationTanH) {
            return Optional.of(new ActivationFunction(Kind.TANH, 0));
        }
        if (function instanceof ActivationSigmoid) {
            return Optional.of(new ActivationFunction(Kind.SIGMOID, 0));
        }
        if (function instanceof ActivationReLU relu && relu.getMax() == null && relu.getThreshold() == null) {
            double slope = relu.getNegativeSlope() == null ? 0 : relu.getNegativeSlope();
            return Optional.of(new ActivationFunction(Kind.RELU, slope));
        }
        if (function instanceof ActivationSoftmax) {
            return Optional.of(new ActivationFunction(Kind.SOFTMAX, 0));
        }
        return Optional.empty();
    }

    public boolean isIdentity() {
        return kind == Kind.IDENTITY;
    }
}
