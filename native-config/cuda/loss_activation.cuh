// Activation functions by their number.
#pragma once

#define ACTIVATION_IDENTITY 0
#define ACTIVATION_SIGMOID 2

__device__ inline float activate(int kind, float alpha, float x) {
    return kind == ACTIVATION_SIGMOID ? 1 / (1 + expf(-x)) : x;
}

__device__ inline float activation_slope(int kind, float alpha, float known) {
    return kind == ACTIVATION_SIGMOID ? known * (1 - known) : 1;
}
