package org.steadygrad.engine.plan;

import java.util.Optional;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationCube;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationMish;
import org.nd4j.linalg.activations.impl.ActivationRationalTanh;
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
import org.steadygrad.nn.ActivationExactGelu;

/**
 * An elementwise function, or softmax over a row.
 *
 * @param kind which
 * @param alpha its parameter, 0 when it has none
 */
public record ActivationFunction(Kind kind, double alpha) {
    public static final ActivationFunction IDENTITY = new ActivationFunction(Kind.IDENTITY, 0);

    /** ND4J's approximation of GELU is x sigmoid(1.702 x). */
    private static final double GELU_BY_SIGMOID = 1.702;

    /** The functions that a plan knows, and what alpha is. */
    public enum Kind {
        IDENTITY,
        TANH,
        SIGMOID,
        /** alpha is the slope below 0. */
        RELU,
        /** {@code alpha (exp(x) - 1)} below 0. */
        ELU,
        /** ELU with the two constants of Klambauer et al. 2017. */
        SELU,
        /** {@code log(1 + exp(x))}. */
        SOFTPLUS,
        /** {@code x / (1 + |x|)}. */
        SOFTSIGN,
        /** {@code x sigmoid(alpha x)}. */
        SWISH,
        /** {@code x tanh(softplus(x))}. */
        MISH,
        /** GELU by its definition with erf. */
        GELU_EXACT,
        /** {@code min(1, max(0, 0.2 x + 0.5))}. */
        HARD_SIGMOID,
        /** {@code min(1, max(-1, x))}. */
        HARD_TANH,
        /** {@code min(6, max(0, x))}. */
        RELU6,
        /** x above alpha, else 0. */
        THRESHOLDED_RELU,
        /** {@code x^3}. */
        CUBE,
        /** {@code max(0, tanh(x))}. */
        RECTIFIED_TANH,
        /** An approximation of {@code 1.7159 tanh(2 x / 3)} by a quotient of polynomials. */
        RATIONAL_TANH,
        /** {@code alpha x}. */
        SCALE,
        /** {@code x + alpha}. */
        SHIFT,
        SOFTMAX
    }

    /** Empty when a plan doesn't know the function. */
    public static Optional<ActivationFunction> of(IActivation function) {
        if (function == null || function instanceof ActivationIdentity) {
            return Optional.of(IDENTITY);
        }
        Optional<ActivationFunction> found = rectifier(function);
        return found.isPresent() ? found : smooth(function);
    }

    private static Optional<ActivationFunction> rectifier(IActivation function) {
        if (function instanceof ActivationReLU relu && relu.getMax() == null && relu.getThreshold() == null) {
            return of(Kind.RELU, relu.getNegativeSlope() == null ? 0 : relu.getNegativeSlope());
        }
        if (function instanceof ActivationLReLU leaky) {
            return of(Kind.RELU, leaky.getAlpha());
        }
        if (function instanceof ActivationThresholdedReLU thresholded) {
            return of(Kind.THRESHOLDED_RELU, thresholded.getTheta());
        }
        if (function instanceof ActivationELU elu) {
            return of(Kind.ELU, elu.getAlpha());
        }
        if (function instanceof ActivationGELU gelu) {
            // the precise one isn't what it is said to be: it cubes 0.044715 along with x
            return gelu.isPrecise() ? Optional.empty() : of(Kind.SWISH, GELU_BY_SIGMOID);
        }
        return function instanceof ActivationSwish ? of(Kind.SWISH, 1) : Optional.empty();
    }

    /** Functions without a parameter, by their class. */
    private static Optional<ActivationFunction> smooth(IActivation function) {
        Class<?>[] classes = {
            ActivationTanH.class, ActivationSigmoid.class, ActivationSELU.class, ActivationSoftPlus.class,
            ActivationSoftSign.class, ActivationMish.class, ActivationExactGelu.class, ActivationHardSigmoid.class,
            ActivationHardTanH.class, ActivationReLU6.class, ActivationCube.class, ActivationRectifiedTanh.class,
            ActivationRationalTanh.class, ActivationSoftmax.class
        };
        Kind[] kinds = {
            Kind.TANH, Kind.SIGMOID, Kind.SELU, Kind.SOFTPLUS,
            Kind.SOFTSIGN, Kind.MISH, Kind.GELU_EXACT, Kind.HARD_SIGMOID,
            Kind.HARD_TANH, Kind.RELU6, Kind.CUBE, Kind.RECTIFIED_TANH,
            Kind.RATIONAL_TANH, Kind.SOFTMAX
        };
        for (int i = 0; i < classes.length; i++) {
            if (function.getClass() == classes[i]) {
                return of(kinds[i], 0);
            }
        }
        return Optional.empty();
    }

    private static Optional<ActivationFunction> of(Kind kind, double alpha) {
        return Optional.of(new ActivationFunction(kind, alpha));
    }

    public boolean isIdentity() {
        return kind == Kind.IDENTITY;
    }

    /** Whether it is {@code max(0, x)}. */
    public boolean isRelu() {
        return kind == Kind.RELU && alpha == 0;
    }

    /**
     * The function, by its definition: what engines must compute.
     *
     * @throws IllegalArgumentException for softmax, which isn't elementwise
     */
    public double value(double x) {
        return ActivationFormulas.value(kind, alpha, x);
    }

    /** The derivative; at a kink that from below, but 0 at both ends of a clipped range. NaN for what isn't finite. */
    public double slope(double x) {
        return ActivationFormulas.slope(kind, alpha, x);
    }

    /**
     * Whether it works on single elements and its derivative follows from its output without loss, so that the input may be
     * forgotten. From the outputs of saturating functions it doesn't: tanh(10) is 1 in float, and its derivative 8e-9.
     */
    public boolean invertible() {
        return switch (kind) {
            case IDENTITY -> true;
            case RELU -> alpha >= 0;
            default -> false;
        };
    }
}
