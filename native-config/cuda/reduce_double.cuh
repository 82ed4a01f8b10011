// What reduce.cuh does, in double.
#pragma once
#include "reduce.cuh"

__device__ inline double warp_sum(double value) {
    for (int distance = WARP / 2; distance > 0; distance /= 2) {
        value += __shfl_xor_sync(ALL_LANES, value, distance);
    }
    return value;
}

// `kept` has room for MOST_WARPS; every thread gets the sum. All threads of the block take part.
__device__ inline double block_sum(double value, double* kept) {
    value = warp_sum(value);
    __syncthreads();
    if (threadIdx.x % WARP == 0) {
        kept[threadIdx.x / WARP] = value;
    }
    __syncthreads();
    double sum = 0;
    for (int i = 0; i < (int) blockDim.x / WARP; i++) {
        sum += kept[i];
    }
    return sum;
}

// The same for the least; nothing is NaN.
__device__ inline double block_min(double value, double* kept) {
    for (int distance = WARP / 2; distance > 0; distance /= 2) {
        value = fmin(value, __shfl_xor_sync(ALL_LANES, value, distance));
    }
    __syncthreads();
    if (threadIdx.x % WARP == 0) {
        kept[threadIdx.x / WARP] = value;
    }
    __syncthreads();
    double least = kept[0];
    for (int i = 1; i < (int) blockDim.x / WARP; i++) {
        least = fmin(least, kept[i]);
    }
    return least;
}
