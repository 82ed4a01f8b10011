// Masks over the rows of tensors: 0 where there is no data.
#include "grid.cuh"
#include "reduce.cuh"

// target = source * mask, row by row; what stands in rows with a mask of 0 doesn't matter, NaN included.
extern "C" __global__ void mask_rows(const float* __restrict__ source, const float* __restrict__ mask,
                                     float* __restrict__ target, int size, long long elements) {
    Place place(size);
    EACH_ELEMENT(i, elements) {
        float factor = mask[place.row];
        target[i] = factor == 0 ? 0 : source[i] * factor;
        place.advance();
    }
}

// tensor = 0 in rows with a mask of 0, whatever stands there.
extern "C" __global__ void clear_rows(float* __restrict__ tensor, const float* __restrict__ mask, int size,
                                      long long elements) {
    Place place(size);
    EACH_ELEMENT(i, elements) {
        if (mask[place.row] == 0) {
            tensor[i] = 0;
        }
        place.advance();
    }
}

// mask = 0 where all elements of a row are `masked`, or where `given` is 0, else 1; one warp per row. `given` may be null.
extern "C" __global__ void derive_mask(const float* __restrict__ source, const float* __restrict__ given,
                                       float* __restrict__ mask, float masked, long long rows, int size) {
    int lane = threadIdx.x % WARP;
    int warps = blockDim.x / WARP;
    for (long long row = (long long) blockIdx.x * warps + threadIdx.x / WARP; row < rows;
         row += (long long) gridDim.x * warps) {
        bool data = false;
        for (int i = lane; i < size; i += WARP) {
            data |= source[row * size + i] != masked;
        }
        unsigned found = __ballot_sync(0xffffffffu, data);
        if (lane == 0) {
            mask[row] = found && (given == nullptr || given[row] != 0) ? 1 : 0;
        }
    }
}

// last[example]: the last step whose mask isn't 0, or -1.
extern "C" __global__ void find_last_steps(const float* __restrict__ mask, int* __restrict__ last, int steps,
                                           int examples) {
    EACH_ELEMENT(example, examples) {
        int step = steps - 1;
        while (step >= 0 && mask[(long long) step * examples + example] == 0) {
            step--;
        }
        last[example] = step;
    }
}

// output[example] = input[last step][example], 0 where that is -1; the last of all where `last` is null.
extern "C" __global__ void last_rows(const float* __restrict__ input, const int* __restrict__ last,
                                     float* __restrict__ output, int steps, int examples, int size) {
    Place place(size);
    EACH_ELEMENT(i, (long long) examples * size) {
        long long step = last ? last[place.row] : steps - 1;
        output[i] = step < 0 ? 0 : input[(step * examples + place.row) * size + place.column];
        place.advance();
    }
}

// inputGradient[last step][example] = outputGradient[example], 0 at all other steps.
extern "C" __global__ void last_rows_backward(const float* __restrict__ outputGradient, const int* __restrict__ last,
                                              float* __restrict__ inputGradient, int steps, int examples, int size) {
    Place place(size);
    EACH_ELEMENT(i, (long long) steps * examples * size) {
        int step = (int) (place.row / examples);
        long long example = place.row - (long long) step * examples;
        bool here = step == (last ? last[example] : steps - 1);
        inputGradient[i] = here ? outputGradient[example * size + place.column] : 0;
        place.advance();
    }
}
