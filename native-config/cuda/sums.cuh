// Sums and maxima over the threads of a warp and of a block, always in the same order.
#pragma once

__device__ __forceinline__ float warp_sum(float value) {
    for (int distance = 16; distance > 0; distance /= 2) {
        value += __shfl_xor_sync(0xffffffffu, value, distance);
    }
    return value;
}

__device__ __forceinline__ double warp_sum(double value) {
    for (int distance = 16; distance > 0; distance /= 2) {
        value += __shfl_xor_sync(0xffffffffu, value, distance);
    }
    return value;
}

// NaN gives way to any number.
__device__ __forceinline__ float warp_max(float value) {
    for (int distance = 16; distance > 0; distance /= 2) {
        value = fmaxf(value, __shfl_xor_sync(0xffffffffu, value, distance));
    }
    return value;
}

// The sum over all threads of the block, known to each of them afterwards. All threads must come by.
__device__ __forceinline__ double block_sum(double value, double* parts) {
    value = warp_sum(value);
    __syncthreads();
    if ((threadIdx.x & 31) == 0) {
        parts[threadIdx.x / 32] = value;
    }
    __syncthreads();
    double sum = 0;
    for (int i = 0; i < blockDim.x / 32; i++) {
        sum += parts[i];
    }
    return sum;
}

// The largest of all threads of the block, known to each of them afterwards. All threads must come by.
__device__ __forceinline__ float block_max(float value, float* parts) {
    value = warp_max(value);
    __syncthreads();
    if ((threadIdx.x & 31) == 0) {
        parts[threadIdx.x / 32] = value;
    }
    __syncthreads();
    float largest = parts[0];
    for (int i = 1; i < blockDim.x / 32; i++) {
        largest = fmaxf(largest, parts[i]);
    }
    return largest;
}
