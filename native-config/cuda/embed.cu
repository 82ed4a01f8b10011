// Rows of a table by their number, and what they add up to backward: row numbers are sorted, so that every row of the table
// gets its sum in the order of memory, without atomic additions of floats. The table [vocabulary, size] lies in 'f' order.
#include "grid.cuh"
#include "reduce.cuh"

#define SORT_THREADS 256
#define SORT_WARPS (SORT_THREADS / WARP)

// Digits have 8 bits: a thread for each value.
#define DIGITS 256

// Keys that a block of the sort has.
#define SORT_KEYS 2048

// Sorted positions that a thread adds up.
#define STRETCH 128

// output[row] = table[number of the row] + bias; without a bias that is null.
extern "C" __global__ void look_up(const float* __restrict__ numbers, const float* __restrict__ table,
                                   const float* __restrict__ bias, float* __restrict__ output, long long vocabulary,
                                   int size, long long elements) {
    Place place(size);
    EACH_ELEMENT(i, elements) {
        float value = table[place.column * vocabulary + (long long) numbers[place.row]];
        output[i] = bias ? value + bias[place.column] : value;
        place.advance();
    }
}

// keys[row] = number of the row, rows[row] = row
extern "C" __global__ void sort_start(const float* __restrict__ numbers, int* __restrict__ keys,
                                      int* __restrict__ rows, int count) {
    EACH_ELEMENT(i, count) {
        keys[i] = (int) numbers[i];
        rows[i] = (int) i;
    }
}

// counts[digit][block]: how often the 8 bits from `shift` on occur among the block's keys.
extern "C" __global__ void __launch_bounds__(SORT_THREADS)
    sort_count(const int* __restrict__ keys, int* __restrict__ counts, int shift, int count) {
    __shared__ int own[DIGITS];
    own[threadIdx.x] = 0;
    __syncthreads();
    int first = blockIdx.x * SORT_KEYS;
    int end = min(count, first + SORT_KEYS);
    for (int i = first + threadIdx.x; i < end; i += SORT_THREADS) {
        atomicAdd(&own[(keys[i] >> shift) & (DIGITS - 1)], 1);
    }
    __syncthreads();
    counts[threadIdx.x * gridDim.x + blockIdx.x] = own[threadIdx.x];
}

// Each number of counts[digit][block] becomes the sum of those before it. One block, a thread for each digit.
extern "C" __global__ void __launch_bounds__(SORT_THREADS) sort_scan(int* __restrict__ counts, int blocks) {
    __shared__ int sums[SORT_THREADS];
    int* own = counts + (long long) threadIdx.x * blocks;
    int sum = 0;
    for (int i = 0; i < blocks; i++) {
        sum += own[i];
    }
    sums[threadIdx.x] = sum;
    for (int distance = 1; distance < SORT_THREADS; distance *= 2) {
        __syncthreads();
        int other = threadIdx.x >= distance ? sums[threadIdx.x - distance] : 0;
        __syncthreads();
        sums[threadIdx.x] += other;
    }
    int before = sums[threadIdx.x] - sum;
    for (int i = 0; i < blocks; i++) {
        int count = own[i];
        own[i] = before;
        before += count;
    }
}

// The lanes of the warp whose digit is the same; absent lanes have DIGITS.
__device__ inline unsigned lanes_alike(int digit) {
    unsigned alike = ALL_LANES;
    for (int bit = 1; bit <= DIGITS; bit *= 2) {
        unsigned set = __ballot_sync(ALL_LANES, (digit & bit) != 0);
        alike &= digit & bit ? set : ~set;
    }
    return alike;
}

// Moves keys and rows to where their digit belongs; those with the same digit keep their order. places[digit][block] is
// where the first of a block's keys goes.
extern "C" __global__ void __launch_bounds__(SORT_THREADS)
    sort_move(const int* __restrict__ keys, const int* __restrict__ rows, const int* __restrict__ places,
              int* __restrict__ newKeys, int* __restrict__ newRows, int shift, int count) {
    __shared__ int next[DIGITS];
    __shared__ int offsets[SORT_WARPS][DIGITS];
    int warp = threadIdx.x / WARP;
    int lane = threadIdx.x % WARP;
    next[threadIdx.x] = places[threadIdx.x * gridDim.x + blockIdx.x];
    int first = blockIdx.x * SORT_KEYS;
    int end = min(count, first + SORT_KEYS);
    for (int start = first; start < end; start += SORT_THREADS) {
        for (int w = 0; w < SORT_WARPS; w++) {
            offsets[w][threadIdx.x] = 0;
        }
        __syncthreads();
        int i = start + threadIdx.x;
        bool present = i < end;
        int key = present ? keys[i] : 0;
        int digit = present ? (key >> shift) & (DIGITS - 1) : DIGITS;
        unsigned alike = lanes_alike(digit);
        int rank = __popc(alike & ((1u << lane) - 1));
        if (present && rank == 0) {
            offsets[warp][digit] = __popc(alike);
        }
        __syncthreads();
        int place = next[threadIdx.x];
        for (int w = 0; w < SORT_WARPS; w++) {
            int own = offsets[w][threadIdx.x];
            offsets[w][threadIdx.x] = place;
            place += own;
        }
        next[threadIdx.x] = place;
        __syncthreads();
        if (present) {
            int at = offsets[warp][digit] + rank;
            newKeys[at] = key;
            newRows[at] = rows[i];
        }
        __syncthreads();
    }
}

// A thread adds up the gradient of one column along a stretch of sorted positions. What belongs to a row of the table that
// begins and ends within the stretch goes to its place; the rest is left as the sum of the stretch's head, which continues
// what comes before, and of its tail, which begins something.
extern "C" __global__ void sum_stretches(const int* __restrict__ keys, const int* __restrict__ rows,
                                         const float* __restrict__ gradient, float* __restrict__ table,
                                         float* __restrict__ heads, float* __restrict__ tails, long long vocabulary,
                                         int size, int count) {
    Place place(size);
    long long stretches = (count + STRETCH - 1) / STRETCH;
    EACH_ELEMENT(i, stretches * size) {
        int first = (int) place.row * STRETCH;
        int end = min(count, first + STRETCH);
        bool begun = first > 0 && keys[first - 1] == keys[first];
        float sum = 0;
        for (int at = first; at < end; at++) {
            int key = keys[at];
            sum += gradient[(long long) rows[at] * size + place.column];
            bool ends = at + 1 == count || keys[at + 1] != key;
            if (ends && !begun) {
                table[place.column * vocabulary + key] = sum;
            } else if (begun && (ends || at + 1 == end)) {
                heads[i] = sum;
            } else if (at + 1 == end) {
                tails[i] = sum;
            }
            if (ends) {
                sum = 0;
                begun = false;
            }
        }
        place.advance();
    }
}

// Rows of the table that several stretches have a part in: the tail of the first and the heads of the others.
extern "C" __global__ void join_stretches(const int* __restrict__ keys, const float* __restrict__ heads,
                                          const float* __restrict__ tails, float* __restrict__ table,
                                          long long vocabulary, int size, int count) {
    Place place(size);
    int stretches = (count + STRETCH - 1) / STRETCH;
    EACH_ELEMENT(i, (long long) stretches * size) {
        int first = (int) place.row * STRETCH;
        int end = min(count, first + STRETCH);
        int key = keys[end - 1];
        bool goesOn = end < count && keys[end] == key;
        bool begun = first > 0 && keys[first - 1] == key;
        if (goesOn && !begun) {
            double sum = tails[i];
            for (int next = (int) place.row + 1; next < stretches && keys[next * STRETCH] == key; next++) {
                sum += heads[(long long) next * size + place.column];
            }
            table[place.column * vocabulary + key] = (float) sum;
        }
        place.advance();
    }
}
