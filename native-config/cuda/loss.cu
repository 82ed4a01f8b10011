// The output layer's activation function, the loss and its gradient with respect to the function's argument, in one pass.
//
// A mask's number multiplies the loss and the gradient of its row or element; where it is 0 nothing else counts, NaN
// included. Cross-entropy of softmax and sigmoid is computed from the logits x, what these functions are applied to: by
// probabilities it would end where they are rounded to 0 or 1, and its gradient would vanish. Without labels only the activation function is applied; without memory for a gradient none is computed. Each
// block leaves its part of the loss in double, and fold_loss adds these up in order.

#include "activations.cuh"
#include "grid.cuh"
#include "reduce_double.cuh"

// Below every finite float.
#define LOWEST (-3.402823466e38f)

// Probabilities are taken to lie between two bounds; NaN stays what it is.
__device__ __forceinline__ float clipped(float probability, float low, float high) {
    return probability != probability ? probability : fminf(high, fmaxf(low, probability));
}

// What the classes of a row have in common.
struct Row {
    float largest;  // of the logits
    float scale;    // that makes probabilities of exp(x - largest)
    float rest;     // what the probability of a class with the largest logit lacks to 1, with all its digits
    float excess;   // log of the sum of all exp(x - largest)
    float labels;   // their sum
    float factor;   // of the mask
};

// rest: the sum of exp(x - largest) but for one class with the largest logit.
__device__ __forceinline__ Row row_of(float largest, float rest) {
    Row row;
    row.largest = largest;
    row.scale = 1 / (1 + rest);
    row.rest = rest * row.scale;
    row.excess = log1pf(rest);
    row.labels = 1;
    row.factor = 1;
    return row;
}

// Writes the gradient of one class by its logit x and returns its part of the cross-entropy. power: exp(x - largest).
__device__ __forceinline__ double of_class(const Row& row, float x, float power, float label, float* gradient,
                                           long long at) {
    if (gradient != nullptr) {
        float probability = power * row.scale;
        float lacking = power == 1 ? row.rest : 1 - probability;
        float slope = (row.labels - label) * probability - label * lacking;
        gradient[at] = row.factor == 0 ? 0 : row.factor == 1 ? slope : slope * row.factor;
    }
    if (row.factor == 0 || label == 0) {
        return 0;
    }
    return (double) row.factor * label * ((double) row.largest - x + row.excess);
}

// Rows of at most WARP * PER_LANE classes, one warp to a row.
template <int PER_LANE>
__device__ void rows_by_warps(const float* input, float* output, const float* labels, int sparse, const float* mask,
                              float* gradient, double* loss, long long rows, int size) {
    int lane = threadIdx.x % WARP;
    int warps = blockDim.x / WARP;
    double sum = 0;
    for (long long number = (long long) blockIdx.x * warps + threadIdx.x / WARP; number < rows;
         number += (long long) gridDim.x * warps) {
        const float* logits = input + number * size;
        float values[PER_LANE];
        float largest = LOWEST;
#pragma unroll
        for (int k = 0; k < PER_LANE; k++) {
            int i = lane + WARP * k;
            values[k] = i < size ? logits[i] : LOWEST;
            largest = fmaxf(largest, values[k]);
        }
        largest = warp_max(largest);
        float others = 0;
        float equals = 0;
        float total = 0;
#pragma unroll
        for (int k = 0; k < PER_LANE; k++) {
            int i = lane + WARP * k;
            values[k] = i < size ? expf(values[k] - largest) : 0;
            equals += values[k] == 1 ? 1 : 0;
            others += values[k] == 1 ? 0 : values[k];
            total += labels != nullptr && !sparse && i < size ? labels[number * size + i] : 0;
        }
        Row row = row_of(largest, warp_sum(others) + (warp_sum(equals) - 1));
        row.labels = sparse ? 1 : warp_sum(total);
        row.factor = mask == nullptr ? 1 : mask[number];
        int right = sparse ? (int) labels[number] : -1;
#pragma unroll
        for (int k = 0; k < PER_LANE; k++) {
            int i = lane + WARP * k;
            if (i < size) {
                long long at = number * size + i;
                output[at] = values[k] * row.scale;
                if (labels != nullptr) {
                    float label = sparse ? (i == right ? 1 : 0) : labels[at];
                    sum += of_class(row, logits[i], values[k], label, gradient, at);
                }
            }
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

// Softmax over rows of at most 1024 classes, cross-entropy and gradient. labels: [rows, size], or [rows] numbers of classes
// if sparse, or null; mask: [rows] or null; gradient: [rows, size] or null; loss: [blocks] or null.
extern "C" __global__ void __launch_bounds__(256)
softmax_loss(const float* __restrict__ input, float* __restrict__ output, const float* __restrict__ labels, int sparse,
             const float* __restrict__ mask, float* __restrict__ gradient, double* __restrict__ loss, long long rows,
             int size) {
    if (size <= 32) {
        rows_by_warps<1>(input, output, labels, sparse, mask, gradient, loss, rows, size);
    } else if (size <= 128) {
        rows_by_warps<4>(input, output, labels, sparse, mask, gradient, loss, rows, size);
    } else if (size <= 256) {
        rows_by_warps<8>(input, output, labels, sparse, mask, gradient, loss, rows, size);
    } else if (size <= 512) {
        rows_by_warps<16>(input, output, labels, sparse, mask, gradient, loss, rows, size);
    } else {
        rows_by_warps<32>(input, output, labels, sparse, mask, gradient, loss, rows, size);
    }
}

// The same for rows of any number of classes, one block to a row.
extern "C" __global__ void __launch_bounds__(256)
softmax_loss_wide(const float* __restrict__ input, float* __restrict__ output, const float* __restrict__ labels,
                  int sparse, const float* __restrict__ mask, float* __restrict__ gradient, double* __restrict__ loss,
                  long long rows, int size) {
    __shared__ double kept[MOST_WARPS];
    __shared__ float keptLargest[MOST_WARPS];
    double sum = 0;
    for (long long number = blockIdx.x; number < rows; number += gridDim.x) {
        const float* logits = input + number * size;
        float largest = LOWEST;
        for (int i = threadIdx.x; i < size; i += blockDim.x) {
            largest = fmaxf(largest, logits[i]);
        }
        largest = block_max(largest, keptLargest);
        double others = 0;
        double equals = 0;
        double total = 0;
        for (int i = threadIdx.x; i < size; i += blockDim.x) {
            float power = expf(logits[i] - largest);
            equals += power == 1 ? 1 : 0;
            others += power == 1 ? 0 : power;
            total += labels != nullptr && !sparse ? labels[number * size + i] : 0;
        }
        others = block_sum(others, kept);
        equals = block_sum(equals, kept);
        total = block_sum(total, kept);
        Row row = row_of(largest, (float) (others + (equals - 1)));
        row.labels = sparse ? 1 : (float) total;
        row.factor = mask == nullptr ? 1 : mask[number];
        int right = sparse ? (int) labels[number] : -1;
        for (int i = threadIdx.x; i < size; i += blockDim.x) {
            long long at = number * size + i;
            float power = expf(logits[i] - largest);
            output[at] = power * row.scale;
            if (labels != nullptr) {
                float label = sparse ? (i == right ? 1 : 0) : labels[at];
                sum += of_class(row, logits[i], power, label, gradient, at);
            }
        }
    }
    if (loss != nullptr) {
        sum = block_sum(sum, kept);
        if (threadIdx.x == 0) {
            loss[blockIdx.x] = sum;
        }
    }
}

// Losses of single elements, by the numbers that LossLaunches gives them.
#define BINARY_CROSS_ENTROPY 0
#define SQUARES 1
#define MAGNITUDES 2

// Binary cross-entropy of the sigmoid of a logit, and its derivative by the logit.
__device__ __forceinline__ double of_logit(float x, float label, float* slope) {
    float power = expf(-fabsf(x));
    float near = 1 / (1 + power);
    float far = power * near;
    *slope = x > 0 ? (1 - label) * near - label * far : (1 - label) * far - label * near;
    return (double) (x > 0 ? (1 - label) * x : -label * x) + log1pf(power);
}

// The loss of one output of another activation function, and its derivative by that output.
__device__ __forceinline__ double of_element(int kind, float output, float label, float low, float high, float* slope) {
    float difference = output - label;
    if (kind == SQUARES) {
        *slope = 2 * difference;
        return (double) difference * difference;
    }
    if (kind == MAGNITUDES) {
        *slope = difference > 0 ? 1 : difference < 0 ? -1 : difference;
        return fabsf(difference);
    }
    float p = clipped(output, low, high);
    // floats next to 1 are too far apart for 1 - p to be low
    float rest = clipped(1 - output, low, high);
    *slope = (p - label) / (p * rest);
    float logOfRest = rest > 0.5f ? log1pf(-p) : logf(rest);
    return (label == 0 ? 0 : -label * logf(p)) - (label == 1 ? 0 : (1 - label) * logOfRest);
}

// Activation function of each element, loss and gradient. labels: [elements] or null; mask: one number for each stretch of
// maskWidth elements, or null; gradient: [elements] or null; loss: [blocks] or null; share: what terms are multiplied by;
// fromOutput: whether the function's slope is taken from its output.
extern "C" __global__ void __launch_bounds__(256)
element_loss(const float* input, float* output, const float* __restrict__ labels, const float* __restrict__ mask,
             long long maskWidth, float* __restrict__ gradient, double* __restrict__ loss, long long elements,
             int function, float alpha, int fromOutput, int kind, float low, float high, float share) {
    bool logits = kind == BINARY_CROSS_ENTROPY && function == ACTIVATION_SIGMOID;
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
        float slope = 0;
        if (factor != 0) {
            double term = logits ? of_logit(x, labels[i], &slope)
                                 : of_element(kind, y, labels[i], low, high, &slope);
            sum += factor * term;
        }
        if (gradient != nullptr) {
            float own = logits ? 1 : activation_slope(function, alpha, fromOutput ? y : x);
            gradient[i] = factor == 0 ? 0 : slope * share * factor * own;
        }
    }
    if (loss != nullptr) {
        __shared__ double kept[MOST_WARPS];
        sum = block_sum(sum * share, kept);
        if (threadIdx.x == 0) {
            loss[blockIdx.x] = sum;
        }
    }
}

// Multiplies the gradient by the loss scale, so that what follows from it doesn't vanish in 16-bit floats.
extern "C" __global__ void scale_gradient(float* __restrict__ gradient, const float* __restrict__ lossScale,
                                          long long elements) {
    EACH_ELEMENT(i, elements) {
        gradient[i] *= *lossScale;
    }
}

// Adds up what blocks have left.
extern "C" __global__ void fold_loss(const double* __restrict__ loss, int count, double* __restrict__ target) {
    __shared__ double kept[MOST_WARPS];
    double sum = 0;
    for (int i = threadIdx.x; i < count; i += blockDim.x) {
        sum += loss[i];
    }
    sum = block_sum(sum, kept);
    if (threadIdx.x == 0) {
        *target = sum;
    }
}
