// GRU in one launch: q = h Rn + cn, n = tanh(xn + r q), h' = (1 - z) n + z h.
#include "persistent_forward.cuh"
#include "persistent_backward.cuh"

struct Gru {
    static const int GATES = 3;
    static const int WIDTH = 4;
    static const bool CELL = false;
    static const bool EARLIER = true;

    static __device__ __forceinline__ void advance(const float* given, const float* products, float bias, Function,
                                                   float* gates, float& state, float&) {
        float reset = sigmoid(given[0] + products[0]);
        float update = sigmoid(given[1] + products[1]);
        float q = products[2] + bias;
        float candidate = squash(given[2] + reset * q);
        gates[0] = reset;
        gates[1] = update;
        gates[2] = candidate;
        gates[3] = q;
        state = (1.0f - update) * candidate + update * state;
    }

    // r, z and q.
    static __device__ __forceinline__ int recurrent(int gate) { return gate == 2 ? 3 : gate; }

    template <class Input>
    static __device__ __forceinline__ float retreat(const Input& at, Function, float whole, float&, float* of) {
        float reset = at.gates[0];
        float update = at.gates[1];
        float candidate = at.gates[2];
        of[2] = whole * (1.0f - update) * (1.0f - candidate * candidate);
        of[3] = of[2] * reset;
        of[0] = of[2] * at.gates[3] * reset * (1.0f - reset);
        of[1] = whole * (at.earlier - candidate) * update * (1.0f - update);
        return whole * update;
    }
};

PERSISTENT_FORWARD(gru_forward_small, Gru, 3, 0, 16)
PERSISTENT_FORWARD(gru_forward_large, Gru, 12, 0, 16)
PERSISTENT_BACKWARD(gru_backward_small, Gru, 4, 0, 12)
PERSISTENT_BACKWARD(gru_backward_large, Gru, 8, 0, 24)
