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
#define ROOT_HALF 0.70710678118654752f
#define GAUSS_PEAK 0.39894228040143268f

__device__ inline float sigmoid(float x) { return 1.0f / (1.0f + expf(-x)); }

__device__ inline float softplus(float x) { return fmaxf(x, 0.0f) + log1pf(expf(-fabsf(x))); }

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

__device__ inline float activate(int kind, float alpha, float x) {
    switch (kind) {
        case ACTIVATION_TANH: return tanhf(x);
        case ACTIVATION_SIGMOID: return sigmoid(x);
        case ACTIVATION_RELU: return rectify(x, alpha);
        case ACTIVATION_ELU: return x > 0 ? x : alpha * expm1f(x);
        case ACTIVATION_SELU: return SELU_SCALE * (x > 0 ? x : SELU_ALPHA * expm1f(x));
        case ACTIVATION_SOFTPLUS: return softplus(x);
        case ACTIVATION_SOFTSIGN: return x / (1 + fabsf(x));
        case ACTIVATION_SWISH: return x * sigmoid(alpha * x);
        case ACTIVATION_MISH: return x * tanhf(softplus(x));
        case ACTIVATION_GELU_EXACT: return 0.5f * x * erfcf(-ROOT_HALF * x);
        case ACTIVATION_HARD_SIGMOID: return clip(0.2f * x + 0.5f, 0, 1);
        case ACTIVATION_HARD_TANH: return clip(x, -1, 1);
        case ACTIVATION_RELU6: return clip(x, 0, 6);
        case ACTIVATION_THRESHOLDED_RELU: return x > alpha ? x : 0.0f;
        case ACTIVATION_CUBE: return x * x * x;
        case ACTIVATION_RECTIFIED_TANH: return x > 0 ? tanhf(x) : 0.0f;
        case ACTIVATION_RATIONAL_TANH: return rational_tanh(x);
        case ACTIVATION_SCALE: return alpha * x;
        case ACTIVATION_SHIFT: return x + alpha;
        default: return x;
    }
}

// The derivative. `known` is the function's output for TANH, SIGMOID, and RELU and ELU with an alpha of at least 0; else
// its input.
__device__ inline float activation_slope(int kind, float alpha, float known) {
    float x = known;
    switch (kind) {
        case ACTIVATION_TANH: return 1 - known * known;
        case ACTIVATION_SIGMOID: return known * (1 - known);
        case ACTIVATION_RELU: return known > 0 ? 1.0f : alpha;
        case ACTIVATION_ELU: return known > 0 ? 1.0f : alpha >= 0 ? known + alpha : alpha * expf(x);
        case ACTIVATION_SELU: return SELU_SCALE * (x > 0 ? 1.0f : SELU_ALPHA * expf(x));
        case ACTIVATION_SOFTPLUS: return sigmoid(x);
        case ACTIVATION_SOFTSIGN: return 1 / ((1 + fabsf(x)) * (1 + fabsf(x)));
        case ACTIVATION_SWISH: {
            float s = sigmoid(alpha * x);
            return s + alpha * x * s * (1 - s);
        }
        case ACTIVATION_MISH: {
            float t = tanhf(softplus(x));
            return t + x * (1 - t * t) * sigmoid(x);
        }
        case ACTIVATION_GELU_EXACT:
            return 0.5f * erfcf(-ROOT_HALF * x) + x * GAUSS_PEAK * expf(-0.5f * x * x);
        case ACTIVATION_HARD_SIGMOID: {
            float y = 0.2f * x + 0.5f;
            return y > 0 && y < 1 ? 0.2f : 0.0f;
        }
        case ACTIVATION_HARD_TANH: return x > -1 && x < 1 ? 1.0f : 0.0f;
        case ACTIVATION_RELU6: return x > 0 && x < 6 ? 1.0f : 0.0f;
        case ACTIVATION_THRESHOLDED_RELU: return x > alpha ? 1.0f : 0.0f;
        case ACTIVATION_CUBE: return 3 * x * x;
        case ACTIVATION_RECTIFIED_TANH: {
            float t = tanhf(x);
            return x > 0 ? 1 - t * t : 0.0f;
        }
        case ACTIVATION_RATIONAL_TANH: return rational_tanh_slope(x);
        case ACTIVATION_SCALE: return alpha;
        default: return 1.0f;
    }
}
