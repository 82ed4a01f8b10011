// One recurrent layer, forward and backward, on plain memory.
//
// Rows are [step * batch + example]; matrices are [gate][unit][input], row-major; gates in cuDNN's order.
#pragma once

#include "dnn.h"
#include "matrix.h"

namespace cudasim {

/// What both passes have in common.
struct RnnTask {
    RnnDescriptor rnn;
    RnnDataDescriptor x, y;
    const float* weights;
    float* reserve;  // nullptr in inference

    Rounding rounding() const;
    size_t rows() const { return static_cast<size_t>(x.steps) * x.batch; }
};

/// The reserve buffer: a header, then what the forward pass leaves for the backward pass, then what that leaves for
/// the gradients of the weights.
struct Reserve {
    static size_t bytes(const RnnDescriptor& rnn, const RnnDataDescriptor& data);
    explicit Reserve(const RnnTask& task);

    struct Header {
        uint64_t key;  // of the descriptors
        int stage;     // 1 after forward, 2 after backward by data
    };
    Header* header;
    float* gates;        // [rows][gates * hidden], after the activation
    float* extra;        // [rows][hidden]: LSTM's cell, GRU's recurrent product of the candidate
    float* gateErrors;   // [rows][gates * hidden], before the activation
    float* extraErrors;  // [rows][hidden]: GRU's error of the recurrent product of the candidate
    uint64_t key;
};

struct ForwardStates {
    const float *x, *hx, *cx;
    float *y, *hy, *cy;
};
void rnnForward(const RnnTask& task, const ForwardStates& s);

struct BackwardStates {
    const float *y, *dy, *hx, *dhy, *cx, *dcy;
    float *dx, *dhx, *dcx;
};
void rnnBackwardData(const RnnTask& task, const BackwardStates& s);

/// Adds to `dw`, which has the layout of the weights.
void rnnBackwardWeights(const RnnTask& task, const float* x, const float* hx, const float* y, float* dw);

}  // namespace cudasim
