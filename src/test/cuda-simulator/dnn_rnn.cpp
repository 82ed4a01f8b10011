// cuDNN's calls for recurrent layers: sizes, layout of the weights, checks; the work itself is queued.
#include <cstring>

#include "memory.h"
#include "rnn.h"

using namespace cudasim;

namespace cudasim {

long RnnDescriptor::matrixAt(int linear) const {
    long rows = static_cast<long>(gates()) * hidden;
    if (linear < gates()) return static_cast<long>(linear) * hidden * input;
    return rows * input + static_cast<long>(linear - gates()) * hidden * hidden;
}

long RnnDescriptor::biasAt(int linear) const {
    bool ofInput = linear < gates();
    bool there = bias == 2 || (bias == 1 && ofInput) || (bias == 3 && !ofInput);
    if (!there) return -1;
    return matrixAt(2 * gates()) + static_cast<long>(bias == 3 ? linear - gates() : linear) * hidden;
}

size_t RnnDescriptor::weightValues() const {
    size_t biases = bias == 0 ? 0 : bias == 2 ? 2 : 1;
    return static_cast<size_t>(matrixAt(2 * gates())) + biases * gates() * hidden;
}

bool RnnDataDescriptor::equalLengths() const {
    for (int length : lengths) {
        if (length != steps) return false;
    }
    return true;
}

DnnStatus checkRnn(const RnnDescriptor& rnn, const RnnDataDescriptor& data, bool backward) {
    if (rnn.algorithm < 0 || data.layout < 0) return kDnnBadParameter;
    // Padded layouts have to be asked for.
    if (!rnn.paddedIo) return kDnnNotSupported;
    if (rnn.algorithm == 0) return kDnnOk;
    // The persistent ones: no lengths that differ; PERSIST_STATIC is for half precision; PERSIST_DYNAMIC needs a plan.
    if (rnn.algorithm != 3 || !data.equalLengths()) return kDnnNotSupported;
    bool gated = rnn.cell >= 2;
    int most = backward ? (gated ? 128 : 256) : (gated ? 192 : 384);
    return rnn.hidden > most ? kDnnNotSupported : kDnnOk;
}

}  // namespace cudasim

namespace {

constexpr size_t kLeastWorkspace = 4096;

size_t workspaceBytes(const RnnDescriptor& rnn, const RnnDataDescriptor& data) {
    return kLeastWorkspace + static_cast<size_t>(data.batch) * rnn.hidden * rnn.gates() * sizeof(float);
}

struct Spaces {
    size_t weightBytes;
    const void* weights;
    size_t workBytes;
    void* work;
    size_t reserveBytes;
    void* reserve;
};

/// What every pass checks; the buffers must lie in device memory as large as the descriptors say.
int prepare(void* handle, const void* rnnDescriptor, const void* xDescriptor, const void* yDescriptor,
            const Spaces& spaces, bool backward, RnnTask* task) {
    if (dnnOf(handle) == nullptr) return kDnnNotInitialized;
    DnnStatus failed = dnnFault();
    if (failed != kDnnOk) return failed;
    if (rnnDescriptor == nullptr || xDescriptor == nullptr || yDescriptor == nullptr) return kDnnBadParameter;
    task->rnn = *static_cast<const RnnDescriptor*>(rnnDescriptor);
    task->x = *static_cast<const RnnDataDescriptor*>(xDescriptor);
    task->y = *static_cast<const RnnDataDescriptor*>(yDescriptor);
    task->weights = static_cast<const float*>(spaces.weights);
    task->reserve = static_cast<float*>(spaces.reserve);
    const RnnDataDescriptor &x = task->x, &y = task->y;
    if (x.vector != task->rnn.input || y.vector != task->rnn.hidden || x.steps != y.steps || x.batch != y.batch ||
        x.lengths != y.lengths) {
        return kDnnBadParameter;
    }
    DnnStatus status = checkRnn(task->rnn, x, backward);
    if (status != kDnnOk) return status;
    size_t weightBytes = task->rnn.weightValues() * sizeof(float), workBytes = workspaceBytes(task->rnn, x);
    size_t reserveBytes = spaces.reserve == nullptr ? 0 : Reserve::bytes(task->rnn, x);
    if (spaces.weightBytes < weightBytes || spaces.workBytes < workBytes || spaces.reserveBytes < reserveBytes) {
        return kDnnBadParameter;
    }
    bool inside = insideDevice(spaces.weights, weightBytes, "cuDNN, weights") &&
                  insideDevice(spaces.work, spaces.workBytes, "cuDNN, workspace") &&
                  insideDevice(spaces.reserve, reserveBytes, "cuDNN, reserve space");
    return inside ? kDnnOk : kDnnBadParameter;
}

bool insideOrNull(const void* address, size_t values, const char* what) {
    return address == nullptr || insideDevice(address, values * sizeof(float), what);
}

bool stateFits(const void* descriptor, const RnnTask& task) {
    if (descriptor == nullptr) return false;
    auto* tensor = static_cast<const TensorDescriptor*>(descriptor);
    return tensor->sizes == std::vector<int>{1, task.x.batch, task.rnn.hidden};
}

size_t stateValues(const RnnTask& task) { return static_cast<size_t>(task.x.batch) * task.rnn.hidden; }

/// Queues the pass; the workspace is worthless before and after it.
int queue(void* handle, const char* what, const Spaces& spaces, Work work) {
    Error error = push(dnnOf(handle)->stream, what, [=] {
        if (!deviceWorks()) return;
        work();
        memset(spaces.work, 0xFF, spaces.workBytes);
    });
    return error == kSuccess ? kDnnOk : kDnnExecutionFailed;
}

const float* in(const void* address) { return static_cast<const float*>(address); }
float* out(void* address) { return static_cast<float*>(address); }

}  // namespace

CUDASIM_API int cudnnGetRNNWeightSpaceSize(void* handle, void* descriptor, size_t* bytes) {
    auto* rnn = static_cast<RnnDescriptor*>(descriptor);
    if (dnnOf(handle) == nullptr || rnn == nullptr || rnn->algorithm < 0) return kDnnBadParameter;
    *bytes = rnn->weightValues() * sizeof(float);
    return kDnnOk;
}

CUDASIM_API int cudnnGetRNNTempSpaceSizes(void* handle, void* descriptor, int mode, void* xDescriptor, size_t* work,
                                          size_t* reserve) {
    DnnStatus failed = dnnFault();
    if (failed != kDnnOk) return failed;
    if (dnnOf(handle) == nullptr || descriptor == nullptr || xDescriptor == nullptr) return kDnnBadParameter;
    auto* rnn = static_cast<RnnDescriptor*>(descriptor);
    auto* data = static_cast<RnnDataDescriptor*>(xDescriptor);
    DnnStatus status = checkRnn(*rnn, *data, false);
    if (status != kDnnOk) return status;
    if (work != nullptr) *work = workspaceBytes(*rnn, *data);
    if (reserve != nullptr) *reserve = mode == 1 ? Reserve::bytes(*rnn, *data) : 0;
    return kDnnOk;
}

CUDASIM_API int cudnnGetRNNWeightParams(void* handle, void* descriptor, int layer, size_t bytes, void* weights,
                                        int linear, void* matrix, void** matrixAddress, void* bias,
                                        void** biasAddress) {
    auto* rnn = static_cast<RnnDescriptor*>(descriptor);
    if (dnnOf(handle) == nullptr || rnn == nullptr || rnn->algorithm < 0 || layer != 0) return kDnnBadParameter;
    if (linear < 0 || linear >= 2 * rnn->gates() || bytes < rnn->weightValues() * sizeof(float)) {
        return kDnnBadParameter;
    }
    int columns = linear < rnn->gates() ? rnn->input : rnn->hidden;
    auto address = [&](long values) { return static_cast<char*>(weights) + values * static_cast<long>(sizeof(float)); };
    *static_cast<TensorDescriptor*>(matrix) = {0, {1, rnn->hidden, columns}, {rnn->hidden * columns, columns, 1}};
    *matrixAddress = address(rnn->matrixAt(linear));
    long biasAt = rnn->biasAt(linear);
    if (biasAt < 0) {
        *static_cast<TensorDescriptor*>(bias) = {0, {0, 0, 0}, {0, 0, 0}};
        *biasAddress = nullptr;
    } else {
        *static_cast<TensorDescriptor*>(bias) = {0, {1, rnn->hidden, 1}, {rnn->hidden, 1, 1}};
        *biasAddress = address(biasAt);
    }
    return kDnnOk;
}

CUDASIM_API int cudnnRNNForward(void* handle, void* descriptor, int mode, const int*, void* xDescriptor, const void* x,
                                void* yDescriptor, void* y, void* hDescriptor, const void* hx, void* hy,
                                void* cDescriptor, const void* cx, void* cy, size_t weightBytes, const void* weights,
                                size_t workBytes, void* work, size_t reserveBytes, void* reserve) {
    std::lock_guard<std::recursive_mutex> hold(lock());
    Spaces spaces{weightBytes, weights, workBytes, work, reserveBytes, mode == 1 ? reserve : nullptr};
    RnnTask task;
    int status = prepare(handle, descriptor, xDescriptor, yDescriptor, spaces, false, &task);
    if (status != kDnnOk) return status;
    if (mode == 1 && reserve == nullptr) return kDnnBadParameter;
    if ((hx != nullptr || hy != nullptr) && !stateFits(hDescriptor, task)) return kDnnBadParameter;
    if (task.rnn.cell == 2 && (cx != nullptr || cy != nullptr) && !stateFits(cDescriptor, task)) {
        return kDnnBadParameter;
    }
    size_t state = stateValues(task);
    bool inside = insideDevice(x, task.x.values() * sizeof(float), "cuDNN, x") &&
                  insideDevice(y, task.y.values() * sizeof(float), "cuDNN, y") &&
                  insideOrNull(hx, state, "cuDNN, hx") && insideOrNull(hy, state, "cuDNN, hy") &&
                  insideOrNull(cx, state, "cuDNN, cx") && insideOrNull(cy, state, "cuDNN, cy");
    if (!inside) return kDnnBadParameter;
    return queue(handle, "cudnnRNNForward", spaces,
                 [=] { rnnForward(task, {in(x), in(hx), in(cx), out(y), out(hy), out(cy)}); });
}

CUDASIM_API int cudnnRNNBackwardData_v8(void* handle, void* descriptor, const int*, void* yDescriptor, const void* y,
                                        const void* dy, void* xDescriptor, void* dx, void* hDescriptor, const void* hx,
                                        const void* dhy, void* dhx, void* cDescriptor, const void* cx, const void* dcy,
                                        void* dcx, size_t weightBytes, const void* weights, size_t workBytes,
                                        void* work, size_t reserveBytes, void* reserve) {
    std::lock_guard<std::recursive_mutex> hold(lock());
    Spaces spaces{weightBytes, weights, workBytes, work, reserveBytes, reserve};
    RnnTask task;
    int status = prepare(handle, descriptor, xDescriptor, yDescriptor, spaces, true, &task);
    if (status != kDnnOk) return status;
    if (reserve == nullptr || dx == nullptr || dy == nullptr) return kDnnBadParameter;
    if ((hx != nullptr || dhy != nullptr || dhx != nullptr) && !stateFits(hDescriptor, task)) return kDnnBadParameter;
    if (task.rnn.cell == 2 && (cx != nullptr || dcy != nullptr || dcx != nullptr) && !stateFits(cDescriptor, task)) {
        return kDnnBadParameter;
    }
    size_t state = stateValues(task), bytesY = task.y.values() * sizeof(float);
    bool inside = insideDevice(y, bytesY, "cuDNN, y") && insideDevice(dy, bytesY, "cuDNN, dy") &&
                  insideDevice(dx, task.x.values() * sizeof(float), "cuDNN, dx") &&
                  insideOrNull(hx, state, "cuDNN, hx") && insideOrNull(dhy, state, "cuDNN, dhy") &&
                  insideOrNull(dhx, state, "cuDNN, dhx") && insideOrNull(cx, state, "cuDNN, cx") &&
                  insideOrNull(dcy, state, "cuDNN, dcy") && insideOrNull(dcx, state, "cuDNN, dcx");
    if (!inside) return kDnnBadParameter;
    return queue(handle, "cudnnRNNBackwardData_v8", spaces, [=] {
        rnnBackwardData(task, {in(y), in(dy), in(hx), in(dhy), in(cx), in(dcy), out(dx), out(dhx), out(dcx)});
    });
}

CUDASIM_API int cudnnRNNBackwardWeights_v8(void* handle, void* descriptor, int mode, const int*, void* xDescriptor,
                                           const void* x, void* hDescriptor, const void* hx, void* yDescriptor,
                                           const void* y, size_t weightBytes, void* dweights, size_t workBytes,
                                           void* work, size_t reserveBytes, void* reserve) {
    std::lock_guard<std::recursive_mutex> hold(lock());
    Spaces spaces{weightBytes, dweights, workBytes, work, reserveBytes, reserve};
    RnnTask task;
    int status = prepare(handle, descriptor, xDescriptor, yDescriptor, spaces, true, &task);
    if (status != kDnnOk) return status;
    if (mode != 0) return kDnnNotSupported;
    if (reserve == nullptr || (hx != nullptr && !stateFits(hDescriptor, task))) return kDnnBadParameter;
    bool inside = insideDevice(x, task.x.values() * sizeof(float), "cuDNN, x") &&
                  insideDevice(y, task.y.values() * sizeof(float), "cuDNN, y") &&
                  insideOrNull(hx, stateValues(task), "cuDNN, hx");
    if (!inside) return kDnnBadParameter;
    return queue(handle, "cudnnRNNBackwardWeights_v8", spaces,
                 [=] { rnnBackwardWeights(task, in(x), in(hx), in(y), out(dweights)); });
}
