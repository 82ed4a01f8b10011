// LSTM in one launch; gates in the order cell input, forget, output, input: c' = f c + i g, h = o tanh(c').
#include "persistent_forward.cuh"
#include "persistent_backward.cuh"

struct Lstm {
    static const int GATES = 4;
    static const int WIDTH = 4;
    static const bool CELL = true;
    static const bool EARLIER = true;

    static __device__ __forceinline__ void advance(const float* given, const float* products, float, Function,
                                                   float* gates, float& state, float& cell) {
        gates[0] = squash(given[0] + products[0]);
#pragma unroll
        for (int gate = 1; gate < GATES; gate++) {
            gates[gate] = sigmoid(given[gate] + products[gate]);
        }
        cell = gates[1] * cell + gates[3] * gates[0];
        state = gates[2] * tanhf(cell);
    }

    static __device__ __forceinline__ int recurrent(int gate) { return gate; }

    template <class Input>
    static __device__ __forceinline__ float retreat(const Input& at, Function, float whole, float& cell, float* of) {
        float candidate = at.gates[0];
        float forget = at.gates[1];
        float output = at.gates[2];
        float input = at.gates[3];
        float shown = tanhf(at.cell);
        float ofCell = cell + whole * output * (1.0f - shown * shown);
        of[0] = ofCell * input * (1.0f - candidate * candidate);
        of[1] = ofCell * at.earlier * forget * (1.0f - forget);
        of[2] = whole * shown * output * (1.0f - output);
        of[3] = ofCell * candidate * input * (1.0f - input);
        cell = ofCell * forget;
        return 0.0f;
    }
};

PERSISTENT_FORWARD(lstm_forward_small, Lstm, 4, 0, 16)
PERSISTENT_FORWARD(lstm_forward_medium, Lstm, 8, 0, 16)
PERSISTENT_FORWARD(lstm_forward_large, Lstm, 12, 4, 16)
PERSISTENT_BACKWARD(lstm_backward_small, Lstm, 4, 0, 16)
PERSISTENT_BACKWARD(lstm_backward_medium, Lstm, 8, 0, 16)
PERSISTENT_BACKWARD(lstm_backward_large, Lstm, 6, 2, 32)
