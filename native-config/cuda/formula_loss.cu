// Losses with settings of their own, their gradients and the output layer's activation function, in double: nothing here is
// wide, and what is rare or near to nothing must keep its digits. They are what org.steadygrad.ops' formulas of the same
// names are. A mask's number multiplies the loss and the gradient of its row or element; where it is 0 nothing else counts.
// Without labels only the activation function is applied; without memory for a gradient none is computed. fold_loss of
// loss.cu adds up what blocks leave.

#include "activations.cuh"
#include "grid.cuh"
#include "reduce_double.cuh"

__device__ __forceinline__ double power(double base, double exponent) {
    return exponent == 0 ? 1 : pow(base, exponent);
}

// 0 * x, which is NaN where x isn't finite.
__device__ __forceinline__ double nothing(float x) {
    return 0.0 * x;
}

// A logit's place in its row.
struct Class {
    double p;
    double lacking;  // to 1, with all its digits
    double surprise;
};

__device__ __forceinline__ Class class_of(float x, double most, double rest, bool top) {
    Class own;
    own.p = (top ? 1 : exp(x - most)) / (1 + rest);
    own.lacking = top ? rest / (1 + rest) : 1 - own.p;
    own.surprise = most - x + log1p(rest);
    return own;
}

__device__ __forceinline__ double pull_of(Class own, double focusing) {
    if (focusing == 0) {
        return 1;
    }
    return own.lacking == 0 ? 0
                            : pow(own.lacking, focusing)
                        + focusing * (1 - own.lacking) * pow(own.lacking, focusing - 1) * own.surprise;
}

// The first of the largest logits of a row, by all lanes of a warp; a NaN isn't larger than anything.
__device__ __forceinline__ int first_largest(const float* logits, int size, int lane) {
    float largest = MINUS_INFINITY;
    int at = size;
    for (int i = lane; i < size; i += WARP) {
        if (logits[i] > largest) {
            largest = logits[i];
            at = i;
        }
    }
    for (int distance = WARP / 2; distance > 0; distance /= 2) {
        float other = __shfl_xor_sync(ALL_LANES, largest, distance);
        int place = __shfl_xor_sync(ALL_LANES, at, distance);
        bool wins = other > largest || (other == largest && place < at);
        largest = wins ? other : largest;
        at = wins ? place : at;
    }
    return at < size ? at : 0;
}

// Softmax with smoothed labels, weights of classes and focus, one warp to a row. labels: [rows, size] or null; weights: [size]
// or null; mask: [rows] or null; gradient: [rows, size] or null; loss: [blocks] or null.
extern "C" __global__ void __launch_bounds__(256)
softmax_formula_loss(const float* __restrict__ input, float* __restrict__ output, const float* __restrict__ labels,
                     const double* __restrict__ weights, const float* __restrict__ mask, float* __restrict__ gradient,
                     double* __restrict__ loss, long long rows, int size, double smoothing, double focusing) {
    int lane = threadIdx.x % WARP;
    int warps = blockDim.x / WARP;
    double sum = 0;
    for (long long number = (long long) blockIdx.x * warps + threadIdx.x / WARP; number < rows;
         number += (long long) gridDim.x * warps) {
        const float* logits = input + number * size;
        int top = first_largest(logits, size, lane);
        double most = logits[top];
        double rest = 0;
        double all = 0;
        for (int i = lane; i < size; i += WARP) {
            rest += i == top ? 0 : exp(logits[i] - most);
            all += labels == nullptr ? 0 : labels[number * size + i];
        }
        rest = warp_sum(rest);
        all = warp_sum(all);
        float factor = labels == nullptr ? 0 : mask == nullptr ? 1 : mask[number];
        double total = 0;
        for (int i = lane; i < size; i += WARP) {
            Class own = class_of(logits[i], most, rest, i == top);
            output[number * size + i] = (float) own.p;
            if (factor != 0) {
                double share = (1 - smoothing) * labels[number * size + i] + smoothing * all / size;
                share *= weights == nullptr ? factor : factor * weights[i];
                if (share != 0) {
                    sum += share * power(own.lacking, focusing) * own.surprise;
                    total += share * pull_of(own, focusing);
                }
                sum += nothing(logits[i]);
            }
        }
        total = warp_sum(total);
        for (int i = lane; gradient != nullptr && i < size; i += WARP) {
            double slope = 0;
            if (factor != 0) {
                Class own = class_of(logits[i], most, rest, i == top);
                double share = (1 - smoothing) * labels[number * size + i] + smoothing * all / size;
                share *= weights == nullptr ? factor : factor * weights[i];
                double pull = share == 0 ? 0 : share * pull_of(own, focusing);
                slope = (total - pull) * own.p - pull * own.lacking;
            }
            gradient[number * size + i] = (float) slope;
        }
    }
    if (loss != nullptr) {
        __shared__ double kept[MOST_WARPS];
        sum = block_sum(sum, kept);
        if (threadIdx.x == 0) {
            loss[blockIdx.x] = sum;
        }
    }
}

// Losses of single outputs, by the numbers that FormulaLaunches gives them.
#define SIGMOID_LOSS 0
#define HUBER 1
#define PINBALL 2
#define NEGATIVE_BINOMIAL 3

// One of the two terms of a sigmoid's loss; lacking: of the probability that it is about. *slope: by the logit, without its sign.
__device__ __forceinline__ double bit_term(double share, double lacking, double surprise, double focusing, double* slope) {
    if (share == 0) {
        *slope = 0;
        return 0;
    }
    double factor = share * power(lacking, focusing);
    *slope = factor * (focusing == 0 ? lacking : lacking + focusing * (1 - lacking) * surprise);
    return factor * surprise;
}

// numbers: smoothing, focusing, weight of on, weight of off.
__device__ __forceinline__ double sigmoid_loss(double x, double y, const double* numbers, double* slope) {
    double label = (1 - numbers[0]) * y + numbers[0] / 2;
    double e = exp(-fabs(x));
    double near = 1 / (1 + e);
    double common = log1p(e);
    double on;
    double off;
    double loss = bit_term(numbers[2] * label, x > 0 ? e * near : near, (x > 0 ? 0 : -x) + common, numbers[1], &on);
    loss += bit_term(numbers[3] * (1 - label), x > 0 ? near : e * near, (x > 0 ? x : 0) + common, numbers[1], &off);
    *slope = off - on;
    return loss;
}

__device__ __forceinline__ double huber(double error, double delta, double* slope) {
    double size = fabs(error);
    bool close = size <= delta;
    *slope = close ? error : error > 0 ? delta : error < 0 ? -delta : error;
    return close ? error * error / 2 : delta * (size - delta / 2);
}

__device__ __forceinline__ double pinball(double below, double quantile, double* slope) {
    *slope = below > 0 ? -quantile : below < 0 ? 1 - quantile : below;
    return below > 0 ? quantile * below : (quantile - 1) * below;
}

__device__ __forceinline__ double negative_binomial(double x, double y, double dispersion, double* slope) {
    double difference = x - log(dispersion);
    double e = exp(-fabs(difference));
    double excess = (difference > 0 ? difference : 0) + log1p(e);
    *slope = (dispersion + y) * (difference > 0 ? 1 / (1 + e) : e / (1 + e)) - y;
    double ofLabel = lgamma(dispersion) + lgamma(y + 1) - lgamma(dispersion + y);
    return (dispersion + y) * excess - y * difference + (y >= 0 ? ofLabel : 0.0 / 0.0);
}

// Activation function of each element, loss and gradient. labels: [elements / quantiles] or null; mask: one number for each
// stretch of maskWidth elements, or null; gradient: [elements] or null; loss: [blocks] or null; share: what terms are
// multiplied by; numbers: settings of the loss, count of them.
extern "C" __global__ void __launch_bounds__(256)
element_formula_loss(const float* input, float* output, const float* __restrict__ labels, const float* __restrict__ mask,
                     long long maskWidth, float* __restrict__ gradient, double* __restrict__ loss, long long elements,
                     int function, float alpha, int kind, const double* __restrict__ numbers, int count, double share) {
    double sum = 0;
    EACH_ELEMENT(i, elements) {
        float x = input[i];
        float y = activate(function, alpha, x);
        if (function != ACTIVATION_IDENTITY) {
            output[i] = y;
        }
        if (labels == nullptr) {
            continue;
        }
        float factor = mask == nullptr ? 1 : mask[i / maskWidth];
        double slope = 0;
        if (factor != 0) {
            double term;
            if (kind == SIGMOID_LOSS) {
                term = sigmoid_loss(x, labels[i], numbers, &slope);
            } else if (kind == HUBER) {
                term = huber((double) y - labels[i], numbers[0], &slope);
            } else if (kind == PINBALL) {
                term = pinball((double) labels[i / count] - y, numbers[i % count], &slope);
            } else {
                term = negative_binomial(y, labels[i], numbers[0], &slope);
            }
            sum += share * factor * term + nothing(x);
        }
        if (gradient != nullptr) {
            float own = kind == SIGMOID_LOSS ? 1 : activation_slope(function, alpha, x);
            gradient[i] = factor == 0 ? 0 : (float) (share * factor * slope) * own;
        }
    }
    if (loss != nullptr) {
        __shared__ double kept[MOST_WARPS];
        sum = block_sum(sum, kept);
        if (threadIdx.x == 0) {
            loss[blockIdx.x] = sum;
        }
    }
}
