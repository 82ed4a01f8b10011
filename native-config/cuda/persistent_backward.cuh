// The scan back through all steps, for any cell. Beyond what the forward scan asks for, a cell has
//   EARLIER       whether it needs its state (its cell, where it has one) before the step
//   recurrent(i)  which of its gates the i-th with recurrent weights is
//   retreat(input, function, whole, cell, of)
//                 from the whole gradient of the state, and that of the cell after the step, the gates' gradients before
//                 activation, and that of the cell before the step; returns what of the state's gradient goes to the
//                 state before other than by way of the recurrent weights
// Each block has the products with the weights of its own gates, for all units; the block that has a unit adds them up.
#pragma once

#include "persistent.cuh"

struct BackwardTensors {
    float* gates;
    const float* earlier;  // states of a GRU, cells of an LSTM
    const float* initial;  // the same before the first step
    const float* weights;
    const float* hiddenGradient;
    float* stateGradient;
    float* cellGradient;
    float* total;
    const float* mask;
    unsigned long long* words;  // [teams][2][blocks][sequencesEach][units]
};

// What one unit of one sequence takes from global memory at one step.
template <class Cell>
struct BackwardInput {
    int sequence, unit;
    float gates[Cell::WIDTH];
    float outer;
    float earlier;
    float cell;
    bool present;

    __device__ __forceinline__ void choose(const Task& task, int item) {
        sequence = item / task.ownUnits;
        unit = item - sequence * task.ownUnits;
    }

    __device__ __forceinline__ void read(const Task& task, const BackwardTensors& at, int step) {
        long long row = task.row(step, sequence);
        int column = task.firstUnit + unit;
        long long own = row * task.units + column;
        const float* ownGates = at.gates + row * Cell::WIDTH * task.units + column;
#pragma unroll
        for (int gate = 0; gate < Cell::WIDTH; gate++) {
            gates[gate] = ownGates[gate * task.units];
        }
        outer = at.hiddenGradient[own];
        if (Cell::EARLIER) {
            earlier = step == 0 ? at.initial[(long long) (task.firstSequence + sequence) * task.units + column]
                                : at.earlier[task.row(step - 1, sequence) * task.units + column];
        }
        if (Cell::CELL) {
            cell = at.earlier[own];
        }
        present = at.mask == nullptr || at.mask[row] != 0.0f;
        if (step > EXPECTED_STEPS) {
            long long back = (long long) (task.reverse ? EXPECTED_STEPS : -EXPECTED_STEPS) * task.examples * task.units;
#pragma unroll
            for (int gate = 0; gate < Cell::WIDTH; gate++) {
                expect(ownGates + back * Cell::WIDTH + gate * task.units);
            }
            expect(at.hiddenGradient + own + back);
            if (Cell::EARLIER) {
                expect(at.earlier + task.row(step - 1, sequence) * task.units + column + back);
            }
        }
    }
};

// The sum of the products that all blocks of the team published for one unit, in the order of the blocks.
__device__ __forceinline__ float collect(const Task& task, const unsigned long long* words, unsigned step) {
    int stride = task.sequencesEach * task.units;
    float sum = 0.0f;
    for (int first = 0; first < task.blocks; first += AT_ONCE) {
        int count = task.blocks - first < AT_ONCE ? task.blocks - first : AT_ONCE;
        float numbers[AT_ONCE];
        await(words + first * stride, stride, count, step, numbers);
#pragma unroll
        for (int i = 0; i < AT_ONCE; i++) {
            sum += numbers[i];
        }
    }
    return sum;
}

template <class Cell, class Weights>
__device__ __forceinline__ void scanBackward(const Task& task, const BackwardTensors& at, Function function) {
    int depth = task.lanes * Weights::ROWS;
    int width = task.groups * Weights::COLUMNS;
    float* gradients = reinterpret_cast<float*>(sharedMemory + Weights::PARKED_WORDS * blockDim.x);
    float* direct = gradients + 2 * task.sequencesEach * depth;
    float* ofCell = direct + task.sequencesEach * task.unitsEach;
    float* products = ofCell + (Cell::CELL ? task.sequencesEach * task.unitsEach : 0);
    int exchanged = task.blocks * task.sequencesEach * task.units;
    unsigned long long* words = at.words + (long long) (blockIdx.x / task.blocks) * 2 * exchanged;
    int items = task.items();

    Weights weights;
    weights.load(task, [&](int row, int column) {
        int unit = task.group * Weights::COLUMNS + column;
        int gate = row / task.unitsEach;
        int own = row - gate * task.unitsEach;
        long long gateUnit = (long long) gate * task.units + task.firstUnit + own;
        bool exists = unit < task.units && gate < Cell::GATES && own < task.ownUnits;
        return exists ? at.weights[gateUnit * task.units + unit] : 0.0f;
    });
    for (int i = threadIdx.x; i < 2 * task.sequencesEach * depth; i += blockDim.x) {
        gradients[i] = 0.0f;
    }
    for (int item = threadIdx.x; item < items; item += blockDim.x) {
        long long state = (long long) (task.firstSequence + item / task.ownUnits) * task.units + task.firstUnit +
                          item % task.ownUnits;
        direct[item] = at.stateGradient[state];
        if (Cell::CELL) {
            ofCell[item] = at.cellGradient[state];
        }
    }
    BackwardInput<Cell> input;
    input.choose(task, threadIdx.x);
    if (threadIdx.x < items) {
        input.read(task, at, task.steps - 1);
    }
    __syncthreads();

    for (int done = 0; done < task.steps; done++) {
        int step = task.steps - 1 - done;
        // several blocks wait for each other's products only, so that a quick thread may be one step ahead of a slow one
        float* own = gradients + (done & 1) * task.sequencesEach * depth;
        for (int item = threadIdx.x; item < items; item += blockDim.x) {
            int unit = task.firstUnit + input.unit;
            float whole = direct[item];
            if (done > 0) {
                whole += task.blocks == 1
                             ? products[input.sequence * width + unit]
                             : collect(task, words + (~done & 1) * exchanged + input.sequence * task.units + unit, done);
            }
            float of[Cell::WIDTH];
            float cell = Cell::CELL ? ofCell[item] : 0.0f;
            float past;
            if (input.present) {
                whole += input.outer;
                past = Cell::retreat(input, function, whole, cell, of);
            } else {
                past = whole;
#pragma unroll
                for (int gate = 0; gate < Cell::WIDTH; gate++) {
                    of[gate] = 0.0f;
                }
            }
#pragma unroll
            for (int gate = 0; gate < Cell::GATES; gate++) {
                own[input.sequence * depth + gate * task.unitsEach + input.unit] = of[Cell::recurrent(gate)];
            }
            direct[item] = past;
            if (Cell::CELL) {
                ofCell[item] = cell;
            }
            long long row = task.row(step, input.sequence);
            if (items <= (int) blockDim.x) {
                if (step > 0) {
                    input.read(task, at, step - 1);
                }
            } else {
                bool last = item + (int) blockDim.x >= items;
                input.choose(task, last ? threadIdx.x : item + blockDim.x);
                if (!last || step > 0) {
                    input.read(task, at, last ? step - 1 : step);
                }
            }
#pragma unroll
            for (int gate = 0; gate < Cell::WIDTH; gate++) {
                at.gates[(row * Cell::WIDTH + gate) * task.units + unit] = of[gate];
            }
            if (at.total != nullptr) {
                at.total[row * task.units + unit] = whole;
            }
        }
        __syncthreads();
        unsigned long long* published =
            words + (done & 1) * exchanged + task.member * task.sequencesEach * task.units;
        for (int sequence = 0; sequence < task.sequences; sequence++) {
            float sums[Weights::COLUMNS];
            weights.multiply(task, own + sequence * depth, sums);
            addLanes<Weights::COLUMNS>(sums, task.lane, task.lanes, task.group * Weights::COLUMNS,
                                       [&](int unit, float sum) {
                                           if (task.blocks == 1) {
                                               products[sequence * width + unit] = sum;
                                           } else if (unit < task.units) {
                                               publish(published + sequence * task.units + unit, done + 1, sum);
                                           }
                                       });
        }
        if (task.blocks == 1) {
            __syncthreads();
        }
    }
    for (int item = threadIdx.x; item < items; item += blockDim.x) {
        int sequence = item / task.ownUnits;
        int unit = task.firstUnit + item - sequence * task.ownUnits;
        unsigned long long* last = words + (~task.steps & 1) * exchanged + sequence * task.units + unit;
        float product = task.blocks == 1 ? products[sequence * width + unit] : collect(task, last, task.steps);
        long long state = (long long) (task.firstSequence + sequence) * task.units + unit;
        at.stateGradient[state] = direct[item] + product;
        if (Cell::CELL) {
            at.cellGradient[state] = ofCell[item];
        }
    }
}

#define PERSISTENT_BACKWARD(NAME, CELL, HELD, PARKED, INPUTS)                                                         \
    extern "C" __global__ void __launch_bounds__(256, 1) NAME(                                                        \
        float* gates, const float* earlier, const float* initial, const float* weights, const float* hiddenGradient,  \
        float* stateGradient, float* cellGradient, float* total, const float* mask, unsigned long long* words,        \
        int steps, int examples, int units, int reverse, int blocks, int unitsEach, int sequencesEach, int lanes,     \
        int function, float alpha) {                                                                                  \
        Task task(steps, examples, units, reverse, blocks, unitsEach, sequencesEach, lanes);                          \
        BackwardTensors at = {gates,        earlier, initial, weights, hiddenGradient, stateGradient,                 \
                              cellGradient, total,   mask,    words};                                                 \
        scanBackward<CELL, Tile<HELD, PARKED, INPUTS>>(task, at, Function{function, alpha});                          \
    }
