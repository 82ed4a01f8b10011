// Activation functions over whole tensors.
#include "activations.cuh"
#include "grid.cuh"
#include "reduce.cuh"

// output = f(input)
extern "C" __global__ void activate_forward(const float* __restrict__ input, float* __restrict__ output, int kind,
                                            float alpha, long long elements) {
    EACH_ELEMENT(i, elements) { output[i] = activate(kind, alpha, input[i]); }
}

// inputGradient = outputGradient * f'; `known` is what activation_slope asks for.
extern "C" __global__ void activate_backward(const float* __restrict__ known, const float* __restrict__ outputGradient,
                                             float* __restrict__ inputGradient, int kind, float alpha,
                                             long long elements) {
    EACH_ELEMENT(i, elements) { inputGradient[i] = outputGradient[i] * activation_slope(kind, alpha, known[i]); }
}

// One warp per row.
extern "C" __global__ void softmax_narrow(const float* __restrict__ input, float* __restrict__ output, long long rows,
                                          int size) {
    int lane = threadIdx.x % WARP;
    int warps = blockDim.x / WARP;
    for (long long row = (long long) blockIdx.x * warps + threadIdx.x / WARP; row < rows;
         row += (long long) gridDim.x * warps) {
        const float* x = input + row * size;
        float* y = output + row * size;
        float largest = MINUS_INFINITY;
        for (int i = lane; i < size; i += WARP) {
            largest = fmaxf(largest, x[i]);
        }
        largest = warp_max(largest);
        float sum = 0;
        for (int i = lane; i < size; i += WARP) {
            y[i] = expf(x[i] - largest);
            sum += y[i];
        }
        sum = warp_sum(sum);
        for (int i = lane; i < size; i += WARP) {
            y[i] /= sum;
        }
    }
}

// One block per row.
extern "C" __global__ void softmax_wide(const float* __restrict__ input, float* __restrict__ output, long long rows,
                                        int size) {
    __shared__ float kept[MOST_WARPS];
    for (long long row = blockIdx.x; row < rows; row += gridDim.x) {
        const float* x = input + row * size;
        float* y = output + row * size;
        float largest = MINUS_INFINITY;
        for (int i = threadIdx.x; i < size; i += blockDim.x) {
            largest = fmaxf(largest, x[i]);
        }
        largest = block_max(largest, kept);
        float sum = 0;
        for (int i = threadIdx.x; i < size; i += blockDim.x) {
            y[i] = expf(x[i] - largest);
            sum += y[i];
        }
        sum = block_sum(sum, kept);
        for (int i = threadIdx.x; i < size; i += blockDim.x) {
            y[i] /= sum;
        }
    }
}

// inputGradient = output * (outputGradient - sum of outputGradient * output); one warp per row.
extern "C" __global__ void softmax_backward_narrow(const float* __restrict__ output,
                                                   const float* __restrict__ outputGradient,
                                                   float* __restrict__ inputGradient, long long rows, int size) {
    int lane = threadIdx.x % WARP;
    int warps = blockDim.x / WARP;
    for (long long row = (long long) blockIdx.x * warps + threadIdx.x / WARP; row < rows;
         row += (long long) gridDim.x * warps) {
        const float* y = output + row * size;
        const float* above = outputGradient + row * size;
        float sum = 0;
        for (int i = lane; i < size; i += WARP) {
            sum += y[i] * above[i];
        }
        sum = warp_sum(sum);
        for (int i = lane; i < size; i += WARP) {
            inputGradient[row * size + i] = y[i] * (above[i] - sum);
        }
    }
}

// The same with one block per row.
extern "C" __global__ void softmax_backward_wide(const float* __restrict__ output,
                                                 const float* __restrict__ outputGradient,
                                                 float* __restrict__ inputGradient, long long rows, int size) {
    __shared__ float kept[MOST_WARPS];
    for (long long row = blockIdx.x; row < rows; row += gridDim.x) {
        const float* y = output + row * size;
        const float* above = outputGradient + row * size;
        float sum = 0;
        for (int i = threadIdx.x; i < size; i += blockDim.x) {
            sum += y[i] * above[i];
        }
        sum = block_sum(sum, kept);
        for (int i = threadIdx.x; i < size; i += blockDim.x) {
            inputGradient[row * size + i] = y[i] * (above[i] - sum);
        }
    }
}
