// Activation functions that work on single elements, and their slopes. The numbers are those of the plan's kinds.
#pragma once

enum ActivationKind {
    ACTIVATION_IDENTITY = 0,
    ACTIVATION_TANH = 1,
    ACTIVATION_SIGMOID = 2,
    ACTIVATION_RELU = 3,
    ACTIVATION_ELU = 4,
    ACTIVATION_SELU = 5,
    ACTIVATION_SOFTPLUS = 6,
    ACTIVATION_SOFTSIGN = 7,
    ACTIVATION_SWISH = 8,
    ACTIVATION_MISH = 9,
    ACTIVATION_GELU_EXACT = 10,
    ACTIVATION_HARD_SIGMOID = 11,
    ACTIVATION_HARD_TANH = 12,
    ACTIVATION_RELU6 = 13,
    ACTIVATION_THRESHOLDED_RELU = 14,
    ACTIVATION_CUBE = 15,
    ACTIVATION_RECTIFIED_TANH = 16,
    ACTIVATION_RATIONAL_TANH = 17,
    ACTIVATION_SCALE = 18,
    ACTIVATION_SHIFT = 19,
    ACTIVATION_SOFTMAX = 20
};

#define SELU_ALPHA 1.6732632423543772f
#define SELU_SCALE 1.0507009873554805f
#define RATIONAL_SCALE 1.7159f
#define RATIONAL_SLOPE (2.0f / 3.0f)
#define RATIONAL_FOURTH 1.41645f
#define ROOT_HALF 0.70710678118654752
#define GAUSS_PEAK 0.39894228040143268
// in x sigmoid(1.702 x); the float beside it has another zero of the derivative
#define GELU_BY_SIGMOID 1.702
#define GAUSS_TAIL -4.0f
// from here on exponentials of a float get subnormal soon
#define FAR_OUT 80.0f
// sums of floats around 1 that are smaller than this lack digits
#define NEARLY_0 0.05f

// Nothing overflows, and the lower tail keeps its digits.
__device__ inline float sigmoid(float x) {
    float e = expf(-fabsf(x));
    return (x >= 0 ? 1.0f : e) / (1.0f + e);
}

__device__ inline float sigmoid_slope(float x) {
    float e = expf(-fabsf(x));
    return e / ((1.0f + e) * (1.0f + e));
}

// Made of the output it would be 0 where that is 1 in float.
__device__ inline float tanh_slope(float x) {
    float a = fabsf(x);
    return a > FAR_OUT / 2 ? (float) (4 * exp(-2.0 * a)) : 4.0f * sigmoid_slope(2.0f * x);
}

__device__ inline float softplus(float x) { return fmaxf(x, 0.0f) + log1pf(expf(-fabsf(x))); }

__device__ inline double sigmoid_double(double x) {
    double e = exp(-fabs(x));
    return (x >= 0 ? 1.0 : e) / (1.0 + e);
}

// 0 for minus infinity where the slope is 0; what isn't a number stays so.
__device__ inline float rectify(float x, float slope) { return x <= 0 ? (slope == 0 ? 0.0f : slope * x) : x; }

// What isn't a number stays so.
__device__ inline float clip(float x, float least, float most) { return x < least ? least : x > most ? most : x; }

// 1.7159 sgn(y) (1 - 1 / (1 + |y| + y^2 + 1.41645 y^4)) with y = 2 x / 3
__device__ inline float rational_tanh(float x) {
    float a = fabsf(RATIONAL_SLOPE * x);
    float rest = a + a * a + RATIONAL_FOURTH * a * a * a * a;
    return copysignf(RATIONAL_SCALE * (a < 1 ? rest / (1 + rest) : 1 - 1 / (1 + rest)), x);
}

__device__ inline float rational_tanh_slope(float x) {
    float a = fabsf(RATIONAL_SLOPE * x);
    float below = 1 + a + a * a + RATIONAL_FOURTH * a * a * a * a;
    float slope = 1 + 2 * a + 4 * RATIONAL_FOURTH * a * a * a;
    return RATIONAL_SCALE * RATIONAL_SLOPE * slope / (below * below);
}

// Functions of the kind x g(x) go to 0 at minus infinity, where g is 0. In their tails factors get subnormal, and the zeros of
// their derivatives are differences of numbers that are almost equal: there they are computed in double.

__device__ inline float swish(float x, float alpha) {
    if (alpha * x < -FAR_OUT) {
        return isinf(x) ? 0.0f : (float) (x * sigmoid_double((double) alpha * x));
    }
    return x * sigmoid(alpha * x);
}

__device__ inline float swish_slope(float x, float alpha) {
    float y = alpha * x;
    float factor = 1 + y * sigmoid(-y);
    if (y < -FAR_OUT || fabsf(factor) < NEARLY_0) {
        double z = (alpha == (float) GELU_BY_SIGMOID ? GELU_BY_SIGMOID : (double) alpha) * x;
        return (float) (sigmoid_double(z) * (1 + z * sigmoid_double(-z)));
    }
    return sigmoid(y) * factor;
}

__device__ inline double mish_double(double x) {
    double e = exp(x);
    double n = e * (e + 2);
    return x * (n / (n + 2));
}

__device__ inline double mish_slope_double(double x) {
    double e = exp(x);
    double n = e * (e + 2);
    return n / (n + 2) + x * 4 * e * (e + 1) / ((n + 2) * (n + 2));
}

__device__ inline float mish(float x) {
    if (x < -FAR_OUT) {
        return isinf(x) ? 0.0f : (float) mish_double(x);
    }
    return x * tanhf(softplus(x));
}

__device__ inline float mish_slope(float x) {
    float t = tanhf(softplus(x));
    float slope = t + x * (1 - t * t) * sigmoid(x);
    return x < -FAR_OUT || (x < 0 && fabsf(slope) < NEARLY_0) ? (float) mish_slope_double(x) : slope;
}

__device__ inline float gelu(float x) {
    if (x < GAUSS_TAIL) {
        return isinf(x) ? 0.0f : (float) (0.5 * x * erfc(-ROOT_HALF * x));
    }
    return 0.5f * x * erfcf(-(float) ROOT_HALF * x);
}

__device__ inline float gelu_slope(float x) {
    float slope = 0.5f * erfcf(-(float) ROOT_HALF * x) + x * (float) GAUSS_PEAK * expf(-0.5f * x * x);
    if (x < GAUSS_TAIL || fabsf(slope) < NEARLY_0) {
        double z = x;
        return (float) (0.5 * erfc(-ROOT_HALF * z) + z * GAUSS_PEAK * exp(-0.5 * z * z));
    }
    return slope;
}

__device__ inline float activate(int kind, float alpha, float x) {
    switch (kind) {
        case ACTIVATION_TANH: return tanhf(x);
        case ACTIVATION_SIGMOID: return sigmoid(x);
        case ACTIVATION_RELU: return rectify(x, alpha);
        case ACTIVATION_ELU: return x > 0 ? x : alpha * expm1f(x);
        case ACTIVATION_SELU: return SELU_SCALE * (x > 0 ? x : SELU_ALPHA * expm1f(x));
        case ACTIVATION_SOFTPLUS: return softplus(x);
        case ACTIVATION_SOFTSIGN: return isinf(x) ? copysignf(1.0f, x) : x / (1 + fabsf(x));
        case ACTIVATION_SWISH: return swish(x, alpha);
        case ACTIVATION_MISH: return mish(x);
        case ACTIVATION_GELU_EXACT: return gelu(x);
        case ACTIVATION_HARD_SIGMOID: return clip(0.2f * (x + 2.5f), 0, 1);
        case ACTIVATION_HARD_TANH: return clip(x, -1, 1);
        case ACTIVATION_RELU6: return clip(x, 0, 6);
        case ACTIVATION_THRESHOLDED_RELU: return x <= alpha ? 0.0f : x;
        case ACTIVATION_CUBE: return x * x * x;
        case ACTIVATION_RECTIFIED_TANH: return x <= 0 ? 0.0f : tanhf(x);
        case ACTIVATION_RATIONAL_TANH: return rational_tanh(x);
        case ACTIVATION_SCALE: return alpha * x;
        case ACTIVATION_SHIFT: return x + alpha;
        default: return x;
    }
}

// The derivative. `known` is the function's input; for RELU with an alpha of at least 0 its output may stand for it. NaN at
// infinity: only an overflow leads there, and the step must be refused.
__device__ inline float activation_slope(int kind, float alpha, float known) {
    float x = known;
    if (isinf(x)) {
        return x - x;
    }
    switch (kind) {
        case ACTIVATION_TANH: return tanh_slope(x);
        case ACTIVATION_SIGMOID: return sigmoid_slope(x);
        case ACTIVATION_RELU: return known > 0 ? 1.0f : alpha;
        case ACTIVATION_ELU: return x > 0 ? 1.0f : alpha * expf(x);
        case ACTIVATION_SELU: return x > 0 ? SELU_SCALE : SELU_SCALE * SELU_ALPHA * expf(x);
        case ACTIVATION_SOFTPLUS: return sigmoid(x);
        case ACTIVATION_SOFTSIGN: return 1 / ((1 + fabsf(x)) * (1 + fabsf(x)));
        case ACTIVATION_SWISH: return swish_slope(x, alpha);
        case ACTIVATION_MISH: return mish_slope(x);
        case ACTIVATION_GELU_EXACT: return gelu_slope(x);
        case ACTIVATION_HARD_SIGMOID: return x > -2.5f && x < 2.5f ? 0.2f : 0.0f;
        case ACTIVATION_HARD_TANH: return x > -1 && x < 1 ? 1.0f : 0.0f;
        case ACTIVATION_RELU6: return x > 0 && x < 6 ? 1.0f : 0.0f;
        case ACTIVATION_THRESHOLDED_RELU: return x > alpha ? 1.0f : 0.0f;
        case ACTIVATION_CUBE: return 3 * x * x;
        case ACTIVATION_RECTIFIED_TANH: return x > 0 ? tanh_slope(x) : 0.0f;
        case ACTIVATION_RATIONAL_TANH: return rational_tanh_slope(x);
        case ACTIVATION_SCALE: return alpha;
        default: return 1.0f;
    }
}
