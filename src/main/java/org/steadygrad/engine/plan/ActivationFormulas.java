package org.steadygrad.engine.plan;

import org.steadygrad.engine.plan.ActivationFunction.Kind;
import org.steadygrad.ops.GaussianError;

/**
 * Elementwise activation functions and their derivatives by their definitions, in double: right to a few units in the last
 * place of a float at every float, where formulas in float lose all digits (1 - tanh(x)^2, log(1 + exp(x)), exp(x) - 1). NaN
 * stays NaN, and values at the infinities are the limits. Derivatives there are NaN: only an overflow leads to
 * them, of a sum that may be anything, and a step that is built on one must be refused.
 */
final class ActivationFormulas {
    private static final double SELU_ALPHA = 1.6732632423543772;
    private static final double SELU_SCALE = 1.0507009873554805;
    private static final double RATIONAL_SCALE = 1.7159;
    private static final double RATIONAL_SLOPE = 2.0 / 3;
    private static final double RATIONAL_FOURTH = 1.41645;

    /** Below this a few terms of a power series are right to 12 digits, where differences from 1 aren't. */
    private static final double SMALL = 1e-4;

    /** Beyond it functions have reached their limits in float, and short of it no product of exponentials overflows. */
    private static final double FAR = 300;

    private ActivationFormulas() {}

    static double value(Kind kind, double alpha, double x) {
        return switch (kind) {
            case IDENTITY -> x;
            case TANH -> tanh(x);
            case SIGMOID -> sigmoid(x);
            case RELU -> x > 0 ? x : alpha == 0 ? zero(x) : alpha * x;
            case ELU -> x > 0 ? x : alpha * lessOne(x);
            case SELU -> SELU_SCALE * (x > 0 ? x : SELU_ALPHA * lessOne(x));
            case SOFTPLUS -> softplus(x);
            case SOFTSIGN -> Double.isInfinite(x) ? Math.signum(x) : x / (1 + Math.abs(x));
            case SWISH -> Double.isInfinite(x) ? Math.max(0, x) : x * sigmoid(alpha * x);
            case MISH -> mish(x);
            case GELU_EXACT -> Double.isInfinite(x) ? Math.max(0, x) : x * GaussianError.distribution(x);
            case HARD_SIGMOID -> Math.min(1, Math.max(0, 0.2 * (x + 2.5)));
            case HARD_TANH -> Math.min(1, Math.max(-1, x));
            case RELU6 -> Math.min(6, Math.max(0, x));
            case THRESHOLDED_RELU -> x > alpha ? x : zero(x);
            case CUBE -> x * x * x;
            case RECTIFIED_TANH -> x > 0 ? tanh(x) : zero(x);
            case RATIONAL_TANH -> rationalTanh(x);
            case SCALE -> alpha * x;
            case SHIFT -> x + alpha;
            case SOFTMAX -> throw new IllegalArgumentException("Softmax isn't elementwise.");
        };
    }

    static double slope(Kind kind, double alpha, double x) {
        if (!Double.isFinite(x)) {
            return Double.NaN;
        }
        return switch (kind) {
            case IDENTITY, SHIFT -> 1;
            case TANH -> tanhSlope(x);
            case SIGMOID -> sigmoidSlope(x);
            case RELU -> x > 0 ? 1 : alpha;
            case ELU -> x > 0 ? 1 : alpha * Math.exp(x);
            case SELU -> SELU_SCALE * (x > 0 ? 1 : SELU_ALPHA * Math.exp(x));
            case SOFTPLUS -> sigmoid(x);
            case SOFTSIGN -> 1 / ((1 + Math.abs(x)) * (1 + Math.abs(x)));
            case SWISH -> swishSlope(alpha * x);
            case MISH -> mishSlope(x);
            case GELU_EXACT -> geluSlope(x);
            case HARD_SIGMOID -> Math.abs(x) < 2.5 ? 0.2 : 0;
            case HARD_TANH -> Math.abs(x) < 1 ? 1 : 0;
            case RELU6 -> x > 0 && x < 6 ? 1 : 0;
            case THRESHOLDED_RELU -> x > alpha ? 1 : 0;
            case CUBE -> 3 * x * x;
            case RECTIFIED_TANH -> x > 0 ? tanhSlope(x) : 0;
            case RATIONAL_TANH -> rationalTanhSlope(x);
            case SCALE -> alpha;
            case SOFTMAX -> throw new IllegalArgumentException("Softmax isn't elementwise.");
        };
    }

    /** 0, unless it is NaN. */
    private static double zero(double x) {
        return Double.isNaN(x) ? x : 0;
    }

    private static double sigmoid(double x) {
        double e = Math.exp(-Math.abs(x));
        return (x >= 0 ? 1 : e) / (1 + e);
    }

    private static double sigmoidSlope(double x) {
        double e = Math.exp(-Math.abs(x));
        return e / ((1 + e) * (1 + e));
    }

    private static double tanh(double x) {
        double a = Math.abs(x);
        if (a < SMALL) {
            return x - x * x * x / 3;
        }
        double e = Math.exp(-2 * a);
        return Math.copySign((1 - e) / (1 + e), x);
    }

    private static double tanhSlope(double x) {
        return 4 * sigmoidSlope(2 * x);
    }

    /** {@code exp(x) - 1}. */
    private static double lessOne(double x) {
        return Math.abs(x) < SMALL ? x + x * x / 2 + x * x * x / 6 : Math.exp(x) - 1;
    }

    private static double softplus(double x) {
        double e = Math.exp(-Math.abs(x));
        return Math.max(x, 0) + (e < SMALL ? e - e * e / 2 + e * e * e / 3 : Math.log(1 + e));
    }

    /** Of {@code y sigmoid(y)}. */
    private static double swishSlope(double y) {
        return Math.abs(y) > FAR ? (y > 0 ? 1 : 0) : sigmoid(y) * (1 + y * sigmoid(-y));
    }

    /** tanh(softplus(x)) is {@code n / (n + 2)} with {@code n = exp(x) (exp(x) + 2)}. */
    private static double mish(double x) {
        if (Math.abs(x) > FAR) {
            return Math.max(0, x);
        }
        double e = Math.exp(x);
        double n = e * (e + 2);
        return x * (n / (n + 2));
    }

    private static double mishSlope(double x) {
        if (Math.abs(x) > FAR) {
            return x > 0 ? 1 : 0;
        }
        double e = Math.exp(Math.min(x, 100));
        double n = e * (e + 2);
        return n / (n + 2) + x * (4 * e * (e + 1) / (n + 2) / (n + 2));
    }

    private static double geluSlope(double x) {
        return Math.abs(x) > FAR ? (x > 0 ? 1 : 0) : GaussianError.distribution(x) + x * GaussianError.density(x);
    }

    /** {@code 1.7159 sgn(y) (1 - 1 / (1 + |y| + y^2 + 1.41645 y^4))} with {@code y = 2 x / 3}. */
    private static double rationalTanh(double x) {
        double a = Math.abs(RATIONAL_SLOPE * x);
        double rest = a + a * a + RATIONAL_FOURTH * a * a * a * a;
        return Math.copySign(RATIONAL_SCALE * (a < 1 ? rest / (1 + rest) : 1 - 1 / (1 + rest)), x);
    }

    private static double rationalTanhSlope(double x) {
        double a = Math.min(Math.abs(RATIONAL_SLOPE * x), 1e30);
        double below = 1 + a + a * a + RATIONAL_FOURTH * a * a * a * a;
        double slope = 1 + 2 * a + 4 * RATIONAL_FOURTH * a * a * a;
        return RATIONAL_SCALE * RATIONAL_SLOPE * slope / below / below;
    }
}
