// What a trace reads of tensors.

#include "grid.cuh"
#include "reduce_double.cuh"

#define LARGEST 3.402823466e38f

// What a block leaves of a tensor, in this order.
#define SUM 0
#define SQUARES 1
#define MASKED_SQUARES 2
#define ROWS 3
#define SATURATED 4
#define FIRST 5
#define PARTS 6

// One pass over [rows, size]. mask: [rows], 0 where there is no data, or null. Elements at most `low` or at least `high` are
// saturated if there are bounds. alive: [size], becomes 1 where a column isn't 0 throughout; or null. parts: [blocks, PARTS].
extern "C" __global__ void __launch_bounds__(256)
scan_tensor(const float* __restrict__ tensor, const float* __restrict__ mask, long long elements, int size, int bounded,
            float low, float high, unsigned* alive, double* __restrict__ parts) {
    double sum = 0;
    double squares = 0;
    double maskedSquares = 0;
    long long rows = 0;
    long long saturated = 0;
    long long first = elements;
    Place place(size);
    EACH_ELEMENT(i, elements) {
        float x = tensor[i];
        double square = (double) x * x;
        if (mask == nullptr || mask[place.row] != 0) {
            sum += x;
            squares += square;
            rows += place.column == 0;
            saturated += bounded && (x <= low || x >= high);
            // many threads may write here, all of them the same
            if (alive != nullptr && !(x == 0) && alive[place.column] == 0) {
                alive[place.column] = 1;
            }
        } else {
            maskedSquares += square;
        }
        if (!(fabsf(x) <= LARGEST) && i < first) {
            first = i;
        }
        place.advance();
    }
    __shared__ double kept[MOST_WARPS];
    double all[PARTS];
    all[SUM] = block_sum(sum, kept);
    all[SQUARES] = block_sum(squares, kept);
    all[MASKED_SQUARES] = block_sum(maskedSquares, kept);
    all[ROWS] = block_sum((double) rows, kept);
    all[SATURATED] = block_sum((double) saturated, kept);
    all[FIRST] = block_min((double) first, kept);
    if (threadIdx.x == 0) {
        for (int k = 0; k < PARTS; k++) {
            parts[(long long) blockIdx.x * PARTS + k] = all[k];
        }
    }
}

// Adds up the parts. result: the five sums in their order, number of columns that aren't alive, number of the first
// non-finite element or -1, its value or 0.
extern "C" __global__ void fold_scan(const double* __restrict__ parts, int blocks, const float* __restrict__ tensor,
                                     long long elements, const unsigned* __restrict__ alive, int size,
                                     double* __restrict__ result) {
    __shared__ double kept[MOST_WARPS];
    for (int k = 0; k < FIRST; k++) {
        double sum = 0;
        for (int i = threadIdx.x; i < blocks; i += blockDim.x) {
            sum += parts[(long long) i * PARTS + k];
        }
        sum = block_sum(sum, kept);
        if (threadIdx.x == 0) {
            result[k] = sum;
        }
    }
    double first = (double) elements;
    for (int i = threadIdx.x; i < blocks; i += blockDim.x) {
        first = fmin(first, parts[(long long) i * PARTS + FIRST]);
    }
    first = block_min(first, kept);
    double dead = 0;
    if (alive != nullptr) {
        for (int i = threadIdx.x; i < size; i += blockDim.x) {
            dead += alive[i] == 0;
        }
    }
    dead = block_sum(dead, kept);
    if (threadIdx.x == 0) {
        bool found = first < (double) elements;
        result[FIRST] = dead;
        result[FIRST + 1] = found ? first : -1;
        result[FIRST + 2] = found ? (double) tensor[(long long) first] : 0;
    }
}

// The first non-finite element of each tile of a flat vector, one block to a tile. tiles: [blocks, 2], first element and
// end; result: [blocks, 2], number of the element or -1, its value or 0.
extern "C" __global__ void __launch_bounds__(256)
scan_tiles(const float* __restrict__ vector, const long long* __restrict__ tiles, double* __restrict__ result) {
    __shared__ double kept[MOST_WARPS];
    long long end = tiles[2 * blockIdx.x + 1];
    long long own = end;
    for (long long i = tiles[2 * blockIdx.x] + threadIdx.x; i < end; i += blockDim.x) {
        if (!(fabsf(vector[i]) <= LARGEST) && i < own) {
            own = i;
        }
    }
    double first = block_min((double) own, kept);
    if (threadIdx.x == 0) {
        bool found = first < (double) end;
        result[2 * blockIdx.x] = found ? first : -1;
        result[2 * blockIdx.x + 1] = found ? (double) vector[(long long) first] : 0;
    }
}
