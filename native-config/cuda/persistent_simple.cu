// Simple layers in one launch: h' = f(x + h R).
#include "persistent_forward.cuh"
#include "persistent_backward.cuh"

struct Simple {
    static const int GATES = 1;
    static const int WIDTH = 1;
    static const bool CELL = false;
    static const bool EARLIER = false;

    static __device__ __forceinline__ void advance(const float* given, const float* products, float, Function function,
                                                   float* gates, float& state, float&) {
        float x = given[0] + products[0];
        if (function.kind == TANH) {
            state = squash(x);
        } else if (function.kind == SIGMOID) {
            state = sigmoid(x);
        } else {
            state = x > 0.0f ? x : function.alpha * x;
        }
        gates[0] = function.kind == RECTIFIER_OF_INPUT ? x : state;
    }

    static __device__ __forceinline__ int recurrent(int gate) { return gate; }

    template <class Input>
    static __device__ __forceinline__ float retreat(const Input& at, Function function, float whole, float&,
                                                    float* of) {
        float y = at.gates[0];
        if (function.kind == TANH) {
            of[0] = whole * (1.0f - y * y);
        } else if (function.kind == SIGMOID) {
            of[0] = whole * (y * (1.0f - y));
        } else {
            of[0] = whole * (y > 0.0f ? 1.0f : function.alpha);
        }
        return 0.0f;
    }
};

PERSISTENT_FORWARD(simple_forward_small, Simple, 4, 0, 16)
PERSISTENT_FORWARD(simple_forward_large, Simple, 12, 4, 16)
PERSISTENT_BACKWARD(simple_backward_small, Simple, 4, 0, 16)
PERSISTENT_BACKWARD(simple_backward_large, Simple, 12, 4, 16)
