// Recurrent layers in one launch for all time steps: what scans in both directions are made of.
//
// A team of blocks has a few sequences, and each of its blocks some of the units. A block's part of the recurrent weights
// stays in its threads' registers, perhaps with some columns parked in shared memory. A team of several blocks exchanges
// numbers by way of global memory: each travels in one word together with the number of its step, so that whoever waits
// for it needs neither a barrier nor a fence. Such teams need a launch whose blocks all run at the same time.
#pragma once

extern __shared__ float4 sharedMemory[];

// Both are NaN for a sum that overflowed, which they would make an innocent number of.
__device__ __forceinline__ float sigmoid(float x) {
#ifdef __CUDA_ARCH__
    return __fdividef(1.0f, 1.0f + expf(-x)) + (x - x);
#else
    return 1.0f / (1.0f + expf(-x)) + (x - x);
#endif
}

__device__ __forceinline__ float squash(float x) {
    return tanhf(x) + (x - x);
}

// The part of a scan that one block has, and the place of this thread in it. Steps count in the direction of reading.
struct Task {
    int steps, examples, units;
    bool reverse;
    int blocks, member;            // blocks of the team, and which of them this is
    int unitsEach;                 // units of every block but perhaps the last
    int firstUnit, ownUnits;       // units of this block
    int sequencesEach;             // sequences of every team but perhaps the last
    int firstSequence, sequences;  // sequences of this team
    int lanes, lane;               // neighbouring threads that share columns of the weights, and which of them this is
    int group, groups;             // which columns, and of how many in the block

    __device__ __forceinline__ Task(int steps, int examples, int units, int reverse, int blocks, int unitsEach,
                                    int sequencesEach, int lanes)
        : steps(steps),
          examples(examples),
          units(units),
          reverse(reverse != 0),
          blocks(blocks),
          member(blockIdx.x % blocks),
          unitsEach(unitsEach),
          sequencesEach(sequencesEach),
          lanes(lanes),
          lane(threadIdx.x % lanes),
          group(threadIdx.x / lanes),
          groups(blockDim.x / lanes) {
        firstUnit = member * unitsEach;
        ownUnits = units - firstUnit < unitsEach ? units - firstUnit : unitsEach;
        firstSequence = blockIdx.x / blocks * sequencesEach;
        sequences = examples - firstSequence < sequencesEach ? examples - firstSequence : sequencesEach;
    }

    __device__ __forceinline__ int items() const { return sequences * ownUnits; }

    // Row of a time-major tensor.
    __device__ __forceinline__ long long row(int step, int sequence) const {
        return (long long) (reverse ? steps - 1 - step : step) * examples + firstSequence + sequence;
    }
};

// A thread's part of a matrix: HELD columns in registers and PARKED ones in shared memory, INPUTS rows of each. Rows go
// round the lanes in fours.
template <int HELD, int PARKED, int INPUTS>
struct Tile {
    static const int COLUMNS = HELD + PARKED;
    static const int ROWS = INPUTS;
    static const int PARKED_WORDS = PARKED * INPUTS / 4;  // of 16 bytes, for each thread

    float held[HELD][INPUTS];

    // weight(row, column among the thread's) is 0 outside the matrix.
    template <class Weight>
    __device__ __forceinline__ void load(const Task& task, const Weight& weight) {
#pragma unroll
        for (int i = 0; i < INPUTS; i++) {
            int row = (i / 4 * task.lanes + task.lane) * 4 + i % 4;
#pragma unroll
            for (int column = 0; column < HELD; column++) {
                held[column][i] = weight(row, column);
            }
        }
        for (int i = 0; i < INPUTS / 4; i++) {
            int row = (i * task.lanes + task.lane) * 4;
            for (int column = 0; column < PARKED; column++) {
                int at = HELD + column;
                sharedMemory[(i * PARKED + column) * blockDim.x + threadIdx.x] =
                    make_float4(weight(row, at), weight(row + 1, at), weight(row + 2, at), weight(row + 3, at));
            }
        }
    }

    // The thread's share of the products of its columns with a vector, whose unused end is 0.
    __device__ __forceinline__ void multiply(const Task& task, const float* vector, float (&sums)[COLUMNS]) const {
        const float4* input = reinterpret_cast<const float4*>(vector) + task.lane;
#pragma unroll
        for (int column = 0; column < COLUMNS; column++) {
            sums[column] = 0.0f;
        }
#pragma unroll
        for (int i = 0; i < INPUTS / 4; i++) {
            float4 x = input[i * task.lanes];
#pragma unroll
            for (int column = 0; column < HELD; column++) {
                sums[column] = fmaf(held[column][4 * i], x.x, sums[column]);
                sums[column] = fmaf(held[column][4 * i + 1], x.y, sums[column]);
                sums[column] = fmaf(held[column][4 * i + 2], x.z, sums[column]);
                sums[column] = fmaf(held[column][4 * i + 3], x.w, sums[column]);
            }
#pragma unroll
            for (int column = 0; column < PARKED; column++) {
                float4 w = sharedMemory[(i * PARKED + column) * blockDim.x + threadIdx.x];
                float sum = sums[HELD + column];
                sum = fmaf(w.x, x.x, sum);
                sum = fmaf(w.y, x.y, sum);
                sum = fmaf(w.z, x.z, sum);
                sums[HELD + column] = fmaf(w.w, x.w, sum);
            }
        }
    }
};

// Adds up the shares of all lanes that have the same columns, and gives each sum to one of them: give(column, sum). As
// long as the number of columns is even, each half of the lanes goes on with half of them.
template <int COUNT, int COLUMNS, class Give>
__device__ __forceinline__ void addLanes(float (&sums)[COLUMNS], int lane, int lanes, int first, const Give& give) {
    if constexpr (COUNT % 2 == 0) {
        if (lanes > 1) {
            int half = lanes / 2;
            bool upper = (lane & half) != 0;
#pragma unroll
            for (int i = 0; i < COUNT / 2; i++) {
                float sent = upper ? sums[i] : sums[COUNT / 2 + i];
                float kept = upper ? sums[COUNT / 2 + i] : sums[i];
                sums[i] = kept + __shfl_xor_sync(0xffffffffu, sent, half);
            }
            addLanes<COUNT / 2>(sums, lane, half, upper ? first + COUNT / 2 : first, give);
            return;
        }
    }
    bool gives = true;
    for (int half = lanes / 2; half > 0; half /= 2) {
#pragma unroll
        for (int i = 0; i < COUNT; i++) {
            sums[i] += __shfl_xor_sync(0xffffffffu, sums[i], half);
        }
        gives = gives && (lane & half) == 0;
    }
    if (gives) {
#pragma unroll
        for (int i = 0; i < COUNT; i++) {
            give(first + i, sums[i]);
        }
    }
}

// Numbers on their way from block to block. Words are 0 before the launch, and no step has the number 0.

__device__ __forceinline__ void publish(unsigned long long* word, unsigned step, float number) {
    unsigned long long value = (unsigned long long) step << 32 | __float_as_uint(number);
#ifdef __CUDA_ARCH__
    asm volatile("st.relaxed.gpu.global.u64 [%0], %1;" : : "l"(word), "l"(value) : "memory");
#else
    *(volatile unsigned long long*) word = value;
#endif
}

__device__ __forceinline__ unsigned long long peek(const unsigned long long* word) {
#ifdef __CUDA_ARCH__
    unsigned long long value;
    asm volatile("ld.relaxed.gpu.global.u64 %0, [%1];" : "=l"(value) : "l"(word) : "memory");
    return value;
#else
    return *(const volatile unsigned long long*) word;
#endif
}

__device__ __forceinline__ void letOthersRun() {
#ifndef __CUDA_ARCH__
    __nanosleep(0);
#endif
}

// As many words are asked for at once.
const int AT_ONCE = 4;

// Waits for up to AT_ONCE words of a step, "stride" apart; further numbers are 0.
__device__ __forceinline__ void await(const unsigned long long* words, int stride, int count, unsigned step,
                                      float (&numbers)[AT_ONCE]) {
    bool waits;
    do {
        waits = false;
        unsigned long long seen[AT_ONCE];
#pragma unroll
        for (int i = 0; i < AT_ONCE; i++) {
            seen[i] = i < count ? peek(words + i * stride) : (unsigned long long) step << 32;
        }
#pragma unroll
        for (int i = 0; i < AT_ONCE; i++) {
            waits = waits || (unsigned) (seen[i] >> 32) != step;
            numbers[i] = __uint_as_float((unsigned) seen[i]);
        }
        if (waits) {
            letOthersRun();
        }
    } while (waits);
}

// Has the cache fetch what is read a few steps later.
__device__ __forceinline__ void expect(const float* address) {
#ifdef __CUDA_ARCH__
    asm volatile("prefetch.global.L2 [%0];" : : "l"(address));
#endif
}

// Steps from the request to the use of what is read from global memory: a step takes at least 300 clocks, memory 800.
const int EXPECTED_STEPS = 4;

// What a function of a simple layer is known by; the last is a rectifier whose slope shows only before its application.
enum FunctionKind { TANH = 0, SIGMOID = 1, RECTIFIER = 2, RECTIFIER_OF_INPUT = 3 };

struct Function {
    int kind;
    float alpha;
};
