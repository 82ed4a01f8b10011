// The scan through all steps, for any cell; masked steps hold the state. A cell has
//   GATES, WIDTH  gates with recurrent weights, and elements that "gates" has for each unit
//   CELL          whether there is a memory beside the state
//   advance(given, products, bias, function, gates, state, cell)
//                 from the products with input and state, and the state and cell before, those after, and what to keep
#pragma once

#include "persistent.cuh"

struct ForwardTensors {
    float* gates;
    float* hidden;
    float* cells;
    const float* weights;
    const float* candidateBias;
    const float* initialHidden;
    const float* initialCell;
    float* finalHidden;
    float* finalCell;
    const float* mask;
    unsigned long long* words;  // [teams][2][sequencesEach][units]
};

// What one unit of one sequence takes from global memory at one step.
template <class Cell>
struct ForwardInput {
    int sequence, unit;
    float gates[Cell::GATES];
    float bias;
    bool present;

    __device__ __forceinline__ void choose(const Task& task, int item) {
        sequence = item / task.ownUnits;
        unit = item - sequence * task.ownUnits;
    }

    __device__ __forceinline__ void read(const Task& task, const ForwardTensors& at, int step) {
        long long row = task.row(step, sequence);
        const float* own = at.gates + row * Cell::WIDTH * task.units + task.firstUnit + unit;
#pragma unroll
        for (int gate = 0; gate < Cell::GATES; gate++) {
            gates[gate] = own[gate * task.units];
        }
        bias = at.candidateBias == nullptr ? 0.0f : at.candidateBias[task.firstUnit + unit];
        present = at.mask == nullptr || at.mask[row] != 0.0f;
        if (step + EXPECTED_STEPS < task.steps) {
            own += (long long) (task.reverse ? -EXPECTED_STEPS : EXPECTED_STEPS) * task.examples * Cell::WIDTH *
                   task.units;
#pragma unroll
            for (int gate = 0; gate < Cell::GATES; gate++) {
                expect(own + gate * task.units);
            }
        }
    }
};

// Takes over the states that all blocks of the team published.
__device__ __forceinline__ void gather(const Task& task, const unsigned long long* words, unsigned step, float* state,
                                       int depth) {
    for (int first = 0; first < task.sequences; first += AT_ONCE) {
        int count = task.sequences - first < AT_ONCE ? task.sequences - first : AT_ONCE;
        for (int unit = threadIdx.x; unit < task.units; unit += blockDim.x) {
            float numbers[AT_ONCE];
            await(words + first * task.units + unit, task.units, count, step, numbers);
#pragma unroll
            for (int i = 0; i < AT_ONCE; i++) {
                if (i < count) {
                    state[(first + i) * depth + unit] = numbers[i];
                }
            }
        }
    }
}

template <class Cell, class Weights>
__device__ __forceinline__ void scanForward(const Task& task, const ForwardTensors& at, Function function) {
    const int unitsOfThread = Weights::COLUMNS / Cell::GATES;
    int depth = task.lanes * Weights::ROWS;
    int width = task.groups * Weights::COLUMNS;
    float* states = reinterpret_cast<float*>(sharedMemory + Weights::PARKED_WORDS * blockDim.x);
    float* products = states + 2 * task.sequencesEach * depth;
    float* memory = products + task.sequencesEach * width;
    unsigned long long* words =
        at.words + (long long) (blockIdx.x / task.blocks) * 2 * task.sequencesEach * task.units;
    int items = task.items();

    Weights weights;
    weights.load(task, [&](int row, int column) {
        int unit = task.group * unitsOfThread + column % unitsOfThread;
        long long gateUnit = (long long) (column / unitsOfThread) * task.units + task.firstUnit + unit;
        return row < task.units && unit < task.ownUnits ? at.weights[gateUnit * task.units + row] : 0.0f;
    });
    for (int i = threadIdx.x; i < 2 * task.sequencesEach * depth; i += blockDim.x) {
        int sequence = i / depth;
        int unit = i - sequence * depth;
        bool given = sequence < task.sequences && unit < task.units;
        states[i] = given ? at.initialHidden[(long long) (task.firstSequence + sequence) * task.units + unit] : 0.0f;
    }
    if (Cell::CELL) {
        for (int item = threadIdx.x; item < items; item += blockDim.x) {
            long long example = task.firstSequence + item / task.ownUnits;
            memory[item] = at.initialCell[example * task.units + task.firstUnit + item % task.ownUnits];
        }
    }
    ForwardInput<Cell> input;
    input.choose(task, threadIdx.x);
    if (threadIdx.x < items) {
        input.read(task, at, 0);
    }
    __syncthreads();

    for (int step = 0; step < task.steps; step++) {
        const float* before = states + (step & 1) * task.sequencesEach * depth;
        float* after = states + (~step & 1) * task.sequencesEach * depth;
        unsigned long long* published = words + (step & 1) * task.sequencesEach * task.units;
        float* given = products + task.group * Weights::COLUMNS;
        for (int sequence = 0; sequence < task.sequences; sequence++) {
            float sums[Weights::COLUMNS];
            weights.multiply(task, before + sequence * depth, sums);
            addLanes<Weights::COLUMNS>(sums, task.lane, task.lanes, 0,
                                       [&](int column, float sum) { given[column] = sum; });
            given += width;
        }
        __syncthreads();
        for (int item = threadIdx.x; item < items; item += blockDim.x) {
            int unit = task.firstUnit + input.unit;
            float state = before[input.sequence * depth + unit];
            float cell = Cell::CELL ? memory[item] : 0.0f;
            bool present = input.present;
            float kept[Cell::WIDTH];
            if (present) {
                const float* own = products + input.sequence * width + input.unit / unitsOfThread * Weights::COLUMNS +
                                   input.unit % unitsOfThread;
                float product[Cell::GATES];
#pragma unroll
                for (int gate = 0; gate < Cell::GATES; gate++) {
                    product[gate] = own[gate * unitsOfThread];
                }
                Cell::advance(input.gates, product, input.bias, function, kept, state, cell);
            }
            // first what others wait for
            if (task.blocks == 1) {
                after[input.sequence * depth + unit] = state;
            } else {
                publish(published + input.sequence * task.units + unit, step + 1, state);
            }
            if (Cell::CELL) {
                memory[item] = cell;
            }
            long long example = task.firstSequence + input.sequence;
            long long row = task.row(step, input.sequence);
            if (items <= (int) blockDim.x) {
                if (step + 1 < task.steps) {
                    input.read(task, at, step + 1);
                }
            } else {
                bool last = item + (int) blockDim.x >= items;
                input.choose(task, last ? threadIdx.x : item + blockDim.x);
                if (!last || step + 1 < task.steps) {
                    input.read(task, at, last ? step + 1 : step);
                }
            }
            if (present) {
#pragma unroll
                for (int gate = 0; gate < Cell::WIDTH; gate++) {
                    at.gates[(row * Cell::WIDTH + gate) * task.units + unit] = kept[gate];
                }
            }
            at.hidden[row * task.units + unit] = state;
            if (Cell::CELL) {
                at.cells[row * task.units + unit] = cell;
            }
            if (step + 1 == task.steps) {
                at.finalHidden[example * task.units + unit] = state;
                if (Cell::CELL) {
                    at.finalCell[example * task.units + unit] = cell;
                }
            }
        }
        if (step + 1 < task.steps) {
            if (task.blocks > 1) {
                gather(task, published, step + 1, after, depth);
            }
            __syncthreads();
        }
    }
}

#define PERSISTENT_FORWARD(NAME, CELL, HELD, PARKED, INPUTS)                                                           \
    extern "C" __global__ void __launch_bounds__(256, 1) NAME(                                                         \
        float* gates, float* hidden, float* cells, const float* weights, const float* candidateBias,                   \
        const float* initialHidden, const float* initialCell, float* finalHidden, float* finalCell, const float* mask, \
        unsigned long long* words, int steps, int examples, int units, int reverse, int blocks, int unitsEach,         \
        int sequencesEach, int lanes, int function, float alpha) {                                                     \
        Task task(steps, examples, units, reverse, blocks, unitsEach, sequencesEach, lanes);                           \
        ForwardTensors at = {gates,       hidden,      cells,     weights, candidateBias, initialHidden,               \
                             initialCell, finalHidden, finalCell, mask,    words};                                     \
        scanForward<CELL, Tile<HELD, PARKED, INPUTS>>(task, at, Function{function, alpha});                            \
    }
