// Sums and maxima over warps and blocks, always in the same order.
#pragma once

#define ALL_LANES 0xffffffffu
#define WARP 32
#define MOST_WARPS 32
#define MINUS_INFINITY __int_as_float(0xff800000)

__device__ inline float warp_sum(float value) {
    for (int distance = WARP / 2; distance > 0; distance /= 2) {
        value += __shfl_xor_sync(ALL_LANES, value, distance);
    }
    return value;
}

// NaN counts as less than everything.
__device__ inline float warp_max(float value) {
    for (int distance = WARP / 2; distance > 0; distance /= 2) {
        value = fmaxf(value, __shfl_xor_sync(ALL_LANES, value, distance));
    }
    return value;
}

// `kept` has room for MOST_WARPS; every thread gets the sum. All threads of the block take part.
__device__ inline float block_sum(float value, float* kept) {
    value = warp_sum(value);
    __syncthreads();
    if (threadIdx.x % WARP == 0) {
        kept[threadIdx.x / WARP] = value;
    }
    __syncthreads();
    float sum = 0;
    for (int i = 0; i < (int) blockDim.x / WARP; i++) {
        sum += kept[i];
    }
    return sum;
}

// The same for the largest.
__device__ inline float block_max(float value, float* kept) {
    value = warp_max(value);
    __syncthreads();
    if (threadIdx.x % WARP == 0) {
        kept[threadIdx.x / WARP] = value;
    }
    __syncthreads();
    float largest = kept[0];
    for (int i = 1; i < (int) blockDim.x / WARP; i++) {
        largest = fmaxf(largest, kept[i]);
    }
    return largest;
}
