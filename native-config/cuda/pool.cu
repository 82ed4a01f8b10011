// Pools the steps of every example, [steps][examples][size] to [examples][size]; a thread has one element of the output.
// `mask` [steps][examples] weighs steps; without one it is null.
#include "grid.cuh"
#include "reduce.cuh"

// The numbers of the plan's kinds.
enum Pooling { POOLING_MAX = 0, POOLING_AVERAGE = 1, POOLING_SUM = 2, POOLING_POWER_NORM = 3 };

__device__ inline float power_of(float x, float power) { return power == 2 ? x * x : powf(x, power); }

// |x|^(power - 2)
__device__ inline float two_powers_less(float x, float power) {
    return power == 2 ? 1.0f : powf(fabsf(x), power - 2);
}

// An example without any step yields 0.
extern "C" __global__ void pool_forward(const float* __restrict__ input, const float* __restrict__ mask,
                                        float* __restrict__ output, int pooling, float power, int steps, int examples,
                                        int size) {
    Place place(size);
    long long stride = (long long) examples * size;
    EACH_ELEMENT(i, stride) {
        float sum = pooling == POOLING_MAX ? MINUS_INFINITY : 0.0f;
        float count = 0;
        for (int step = 0; step < steps; step++) {
            float weight = mask ? mask[(long long) step * examples + place.row] : 1.0f;
            count += weight;
            if (weight != 0) {
                float x = input[step * stride + i];
                switch (pooling) {
                    case POOLING_MAX: sum = x > sum || x != x ? x : sum; break;
                    case POOLING_POWER_NORM: sum += power_of(fabsf(weight * x), power); break;
                    default: sum += weight * x;
                }
            }
        }
        if (pooling == POOLING_AVERAGE) {
            sum /= count;
        } else if (pooling == POOLING_POWER_NORM) {
            sum = power == 2 ? sqrtf(sum) : powf(sum, 1 / power);
        }
        output[i] = count == 0 ? 0 : sum;
        place.advance();
    }
}

// The gradient of a maximum goes to its first place.
extern "C" __global__ void pool_backward(const float* __restrict__ input, const float* __restrict__ mask,
                                         const float* __restrict__ output, const float* __restrict__ outputGradient,
                                         float* __restrict__ inputGradient, int pooling, float power, int steps,
                                         int examples, int size) {
    Place place(size);
    long long stride = (long long) examples * size;
    EACH_ELEMENT(i, stride) {
        float above = outputGradient[i];
        float pooled = output[i];
        if (pooling == POOLING_AVERAGE) {
            float count = 0;
            for (int step = 0; step < steps; step++) {
                count += mask ? mask[(long long) step * examples + place.row] : 1.0f;
            }
            above /= count;
        } else if (pooling == POOLING_POWER_NORM) {
            above /= power == 2 ? pooled : powf(pooled, power - 1);
        }
        bool found = false;
        for (int step = 0; step < steps; step++) {
            float weight = mask ? mask[(long long) step * examples + place.row] : 1.0f;
            float slope = 0;
            if (weight != 0) {
                float x = input[step * stride + i];
                switch (pooling) {
                    case POOLING_MAX:
                        slope = !found && x == pooled ? above : 0.0f;
                        found |= x == pooled;
                        break;
                    case POOLING_POWER_NORM: slope = weight * above * x * two_powers_less(x, power); break;
                    default: slope = weight * above;
                }
            }
            inputGradient[step * stride + i] = slope;
        }
        place.advance();
    }
}
