// The output layer's activation function, the loss and its gradient with respect to the function's argument, in one pass.
//
// A mask's number multiplies the loss and the gradient of its row or element; where it is 0 nothing else counts, NaN
// included. Without labels only the activation function is applied; without memory for a gradient none is computed. Each
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

// Writes the gradient of one class by the argument of softmax and returns its part of the cross-entropy.
__device__ __forceinline__ double of_class(float probability, float label, float factor, float* gradient, long long at,
                                           float low, float high) {
    if (gradient != nullptr) {
        float slope = probability - label;
        gradient[at] = factor == 0 ? 0 : factor == 1 ? slope : slope * factor;
    }
    if (factor == 0 || label == 0) {
        return 0;
    }
    return -(double) factor * label * logf(clipped(probability, low, high));
}

// Rows of at most WARP * PER_LANE classes, one warp to a row.
template <int PER_LANE>
__device__ void rows_by_warps(const float* input, float* output, const float* labels, int sparse, const float* mask,
                              float* gradient, double* loss, long long rows, int size, float low, float high) {
    int lane = threadIdx.x % WARP;
    int warps = blockDim.x / WARP;
    double sum = 0;
    for (long long row = (long long) blockIdx.x * warps + threadIdx.x / WARP; row < rows;
         row += (long long) gridDim.x * warps) {
        float values[PER_LANE];
        float largest = LOWEST;
#pragma unroll
        for (int k = 0; k < PER_LANE; k++) {
            int i = lane + WARP * k;
            values[k] = i < size ? input[row * size + i] : LOWEST;
            largest = fmaxf(largest, values[k]);
        }
        largest = warp_max(largest);
        float total = 0;
#pragma unroll
        for (int k = 0; k < PER_LANE; k++) {
            values[k] = lane + WARP * k < size ? expf(values[k] - largest) : 0;
            total += values[k];
        }
        float scale = 1 / warp_sum(total);
        float factor = mask == nullptr ? 1 : mask[row];
        int right = sparse ? (int) labels[row] : -1;
#pragma unroll
        for (int k = 0; k < PER_LANE; k++) {
            int i = lane + WARP * k;
            if (i < size) {
                long long at = row * size + i;
                float probability = values[k] * scale;
                output[at] = probability;
                if (labels != nullptr) {
                    float label = sparse ? (i == right ? 1 : 0) : labels[at];
                    sum += of_class(probability, label, factor, gradient, at, low, high);
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
             int size, float low, float high) {
    if (size <= 32) {
        rows_by_warps<1>(input, output, labels, sparse, mask, gradient, loss, rows, size, low, high);
    } else if (size <= 128) {
        rows_by_warps<4>(input, output, labels, sparse, mask, gradient, loss, rows, size, low, high);
    } else if (size <= 256) {
        rows_by_warps<8>(input, output, labels, sparse, mask, gradient, loss, rows, size, low, high);
    } else if (size <= 512) {
        rows_by_warps<16>(input, output, labels, sparse, mask, gradient, loss, rows, size, low, high);
    } else {
        rows_by_warps<32>(input, output, labels, sparse, mask, gradient, loss, rows, size, low, high);
    }
}

// The same for rows of any number of classes, one block to a row.
extern "C" __global__ void __launch_bounds__(256)
softmax_loss_wide(const float* __restrict__ input, float* __restrict__ output, const float* __restrict__ labels,
                  int sparse, const float* __restrict__ mask, float* __restrict__ gradient, double* __restrict__ loss,
                  long long rows, int size, float low, float high) {
    __shared__ double kept[MOST_WARPS];
    __shared__ float keptLargest[MOST_WARPS];
    double sum = 0;
    for (long long row = blockIdx.x; row < rows; row += gridDim.x) {
        const float* values = input + row * size;
        float largest = LOWEST;
        for (int i = threadIdx.x; i < size; i += blockDim.x) {
            largest = fmaxf(largest, values[i]);
        }
        largest = block_max(largest, keptLargest);
        double own = 0;
        for (int i = threadIdx.x; i < size; i += blockDim.x) {
            own += expf(values[i] - largest);
        }
        float scale = (float) (1 / block_sum(own, kept));
        float factor = mask == nullptr ? 1 : mask[row];
        int right = sparse ? (int) labels[row] : -1;
        for (int i = threadIdx.x; i < size; i += blockDim.x) {
            long long at = row * size + i;
            float probability = expf(values[i] - largest) * scale;
            output[at] = probability;
            if (labels != nullptr) {
                float label = sparse ? (i == right ? 1 : 0) : labels[at];
                sum += of_class(probability, label, factor, gradient, at, low, high);
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

// The loss of one output of the activation function, and its derivative by that output; by the function's argument if
// it is a sigmoid under binary cross-entropy, where the two cancel to a difference.
__device__ __forceinline__ float of_element(int kind, bool logits, float output, float label, float low, float high,
                                            float* slope) {
    float difference = output - label;
    if (kind == SQUARES) {
        *slope = 2 * difference;
        return difference * difference;
    }
    if (kind == MAGNITUDES) {
        *slope = difference > 0 ? 1 : difference < 0 ? -1 : difference;
        return fabsf(difference);
    }
    float p = clipped(output, low, high);
    float byOutput = (p - label) / (p * (1 - p));
    *slope = !logits ? byOutput : p == output ? difference : byOutput * output * (1 - output);
    return (label == 0 ? 0 : -label * logf(p)) - (label == 1 ? 0 : (1 - label) * log1pf(-p));
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
            sum += (double) factor * of_element(kind, logits, y, labels[i], low, high, &slope);
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
