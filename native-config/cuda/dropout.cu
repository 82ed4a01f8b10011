// Dropout. Backward draws the same numbers as forward, which takes less time than to keep a mask.
#include "grid.cuh"
#include "random.cuh"

// target = source * scale where an element's number is below the threshold, else 0. Numbers count in the order
// [examples][steps][size], four to a block, and a thread has a block; tensors are [steps][examples][size].
extern "C" __global__ void drop(const float* __restrict__ source, float* __restrict__ target,
                                const unsigned* __restrict__ seed, int stream, unsigned long long threshold,
                                float scale, int steps, int examples, int size) {
    long long elements = (long long) steps * examples * size;
    EACH_ELEMENT(block, (elements + 3) / 4) {
        uint4 drawn = random_block(seed, (unsigned) stream, (unsigned long long) block);
        unsigned words[4] = {drawn.x, drawn.y, drawn.z, drawn.w};
        long long number = 4 * block;
        long long row = number / size;
        int column = (int) (number - row * size);
        int example = (int) (row / steps);
        int step = (int) (row - (long long) example * steps);
#pragma unroll
        for (int i = 0; i < 4; i++) {
            if (number + i < elements) {
                long long at = ((long long) step * examples + example) * size + column;
                target[at] = words[i] < threshold ? source[at] * scale : 0;
            }
            column++;
            if (column == size) {
                column = 0;
                step++;
                if (step == steps) {
                    step = 0;
                    example++;
                }
            }
        }
    }
}
