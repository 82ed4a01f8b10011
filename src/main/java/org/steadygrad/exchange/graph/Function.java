package org.steadygrad.exchange.graph;

import org.steadygrad.check.Check;
import org.steadygrad.ops.GaussianError;

/**
 * An activation function.
 *
 * @param kind its formula
 * @param alpha see the kind; 0 where it has none
 * @param beta see the kind; 0 where it has none
 */
public record Function(Kind kind, double alpha, double beta) {
    /** x. */
    public static final Function LINEAR = of(Kind.LINEAR);
    /** max(0, x). */
    public static final Function RELU = of(Kind.RELU);
    /** tanh(x). */
    public static final Function TANH = of(Kind.TANH);
    /** 1 / (1 + exp(-x)). */
    public static final Function SIGMOID = of(Kind.SIGMOID);
    /** exp(x) divided by its sum over the features. */
    public static final Function SOFTMAX = of(Kind.SOFTMAX);

    /** {@code clip(0.2 x + 0.5, 0, 1)}, which Keras 2 and ONNX mean by the name. */
    public static final Function HARD_SIGMOID_FIFTH = new Function(Kind.HARD_SIGMOID, 0.2, 0.5);

    /** {@code clip(x / 6 + 0.5, 0, 1)}, which Keras 3 and PyTorch mean by the name. */
    public static final Function HARD_SIGMOID_SIXTH = new Function(Kind.HARD_SIGMOID, 1.0 / 6, 0.5);

    public Function {
        Check.notNull(kind, "activation function", "kind");
        Check.that(
                Double.isFinite(alpha) && Double.isFinite(beta),
                "activation function " + kind,
                "finite alpha and beta",
                alpha + ", " + beta);
    }

    /** Formulas, elementwise unless said otherwise. */
    public enum Kind {
        /** x. */
        LINEAR,
        /** max(0, x); the slope at 0 is 0. */
        RELU,
        /** min(6, max(0, x)). */
        RELU6,
        /** x above 0, else alpha x. */
        LEAKY_RELU,
        /** x above alpha, else 0. */
        THRESHOLDED_RELU,
        /** x above 0, else alpha (exp(x) - 1). */
        ELU,
        /** 1.0507009873554805 ELU with alpha 1.6732632423543772. */
        SELU,
        /** x Phi(x) with the distribution function of the normal distribution. */
        GELU,
        /** x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))). */
        GELU_TANH,
        /** 1 / (1 + exp(-x)). */
        SIGMOID,
        /** clip(alpha x + beta, 0, 1). */
        HARD_SIGMOID,
        TANH,
        /** clip(x, -1, 1). */
        HARD_TANH,
        /** x / (1 + |x|). */
        SOFTSIGN,
        /** log(1 + exp(x)). */
        SOFTPLUS,
        /** x sigmoid(x). */
        SWISH,
        /** x tanh(softplus(x)). */
        MISH,
        EXPONENTIAL,
        /** alpha x + beta. */
        AFFINE,
        /** alpha tanh(beta x). */
        SCALED_TANH,
        /** exp(x) over its sum along the last axis. */
        SOFTMAX,
        /** Logarithm of the softmax along the last axis. */
        LOG_SOFTMAX
    }

    /** A function without settings. */
    public static Function of(Kind kind) {
        return new Function(kind, 0, 0);
    }

    /** Whether each element's value depends on that element alone. */
    public boolean elementwise() {
        return kind != Kind.SOFTMAX && kind != Kind.LOG_SOFTMAX;
    }

    /**
     * The value of an elementwise function.
     *
     * @throws IllegalStateException if it isn't elementwise
     */
    public double at(double x) {
        return switch (kind) {
            case LINEAR -> x;
            case RELU -> Math.max(0, x);
            case RELU6 -> Math.min(6, Math.max(0, x));
            case LEAKY_RELU -> x > 0 ? x : alpha * x;
            case THRESHOLDED_RELU -> x > alpha ? x : 0 * x;
            case ELU -> x > 0 ? x : alpha * Math.expm1(x);
            case SELU -> 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x));
            case GELU -> x * GaussianError.distribution(x);
            case GELU_TANH -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
            case SIGMOID -> sigmoid(x);
            case HARD_SIGMOID -> Math.min(1, Math.max(0, alpha * x + beta));
            case TANH -> Math.tanh(x);
            case HARD_TANH -> Math.min(1, Math.max(-1, x));
            case SOFTSIGN -> x / (1 + Math.abs(x));
            case SOFTPLUS -> softplus(x);
            case SWISH -> x * sigmoid(x);
            case MISH -> x * Math.tanh(softplus(x));
            case EXPONENTIAL -> Math.exp(x);
            case AFFINE -> alpha * x + beta;
            case SCALED_TANH -> alpha * Math.tanh(beta * x);
            case SOFTMAX, LOG_SOFTMAX -> throw new IllegalStateException(kind + " isn't elementwise.");
        };
    }

    private static double sigmoid(double x) {
        double e = Math.exp(-Math.abs(x));
        return (x >= 0 ? 1 : e) / (1 + e);
    }

    private static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    /** Replaces rows along the last axis by the function of them. */
    void apply(double[] values, int rowLength) {
        if (elementwise()) {
            for (int i = 0; i < values.length; i++) {
                values[i] = at(values[i]);
            }
            return;
        }
        for (int start = 0; start < values.length; start += rowLength) {
            softmax(values, start, start + rowLength);
        }
    }

    private void softmax(double[] values, int from, int to) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = from; i < to; i++) {
            largest = Math.max(largest, values[i]);
        }
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += Math.exp(values[i] - largest);
        }
        for (int i = from; i < to; i++) {
            double logarithm = values[i] - largest - Math.log(sum);
            values[i] = kind == Kind.SOFTMAX ? Math.exp(logarithm) : logarithm;
        }
    }
}
