// Descriptors of cuDNN's stand-in.
#pragma once

#include <vector>

#include "entry.h"

namespace cudasim {

enum DnnStatus : int {
    kDnnOk = 0,
    kDnnNotInitialized = 1001,
    kDnnBadParameter = 2000,
    kDnnNotSupported = 3000,
    kDnnInternal = 4000,
    kDnnNoDeviceMemory = 4004,
    kDnnExecutionFailed = 5000,
};

struct Dnn {
    StreamRef stream = streamOf(nullptr);
};

struct TensorDescriptor {
    int type = 0;
    std::vector<int> sizes, strides;
};

struct DropoutDescriptor {
    float rate = 0;
};

struct RnnDescriptor {
    int algorithm = -1, cell = 0, bias = 0, type = 0, mathPrecision = 0, mathType = 0;
    int input = 0, hidden = 0, layers = 0, direction = 0, inputMode = 0;
    float dropout = 0;
    bool paddedIo = false;

    int gates() const { return cell == 2 ? 4 : cell == 3 ? 3 : 1; }
    /// Values from the start of the weights to a matrix or a bias of a linear layer; -1 for a bias that isn't there.
    long matrixAt(int linear) const;
    long biasAt(int linear) const;
    size_t weightValues() const;
};

struct RnnDataDescriptor {
    int type = 0, layout = -1, steps = 0, batch = 0, vector = 0;
    std::vector<int> lengths;
    bool filled = false;
    float fill = 0;

    bool equalLengths() const;
    size_t values() const { return static_cast<size_t>(steps) * batch * vector; }
};

/// What a call is to be answered with in place of being done, as tests ask for it; kDnnOk for most.
DnnStatus dnnFault();

/// The handle's object, or nullptr when it is none of cuDNN's.
Dnn* dnnOf(void* handle);

/// Why cuDNN wouldn't run this recurrent layer on this data, or kDnnOk.
DnnStatus checkRnn(const RnnDescriptor& rnn, const RnnDataDescriptor& data, bool backward);

}  // namespace cudasim
