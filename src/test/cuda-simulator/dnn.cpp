// cuDNN: handle, tensors and descriptors. The recurrent layer's calls are in dnn_rnn.cpp, its mathematics in rnn.cpp.
#include "dnn.h"

#include <cstdio>
#include <cstring>
#include <set>

using namespace cudasim;

static std::set<void*>& handles = *new std::set<void*>;
/// Handles and descriptors that were made and not destroyed.
static long objects = 0;

/// The condition that failed in the thread's last call that says one.
static thread_local const char* failedCondition = "";

namespace cudasim {

DnnStatus dnnFault() {
    std::lock_guard<std::recursive_mutex> hold(lock());
    Error error = fault();
    remember(error);
    return error == kSuccess ? kDnnOk : error == kOutOfMemory ? kDnnNoDeviceMemory : kDnnExecutionFailed;
}

long dnnObjectsInUse() { return objects; }

void forgetDnn() {
    handles.clear();
    objects = 0;
}

Dnn* dnnOf(void* handle) { return handles.count(handle) == 0 ? nullptr : static_cast<Dnn*>(handle); }

}  // namespace cudasim

CUDASIM_API size_t cudnnGetVersion() { return 91900; }

CUDASIM_API size_t cudnnGetCudartVersion() { return static_cast<size_t>(settings().dnnRuntime); }

CUDASIM_API const char* cudnnGetErrorString(int status) {
    switch (status) {
        case kDnnOk: return "CUDNN_STATUS_SUCCESS";
        case kDnnNotInitialized: return "CUDNN_STATUS_NOT_INITIALIZED";
        case kDnnBadParameter: return "CUDNN_STATUS_BAD_PARAM";
        case kDnnNotSupported: return "CUDNN_STATUS_NOT_SUPPORTED";
        case kDnnNoDeviceMemory: return "CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED";
        case kDnnInternal: return "CUDNN_STATUS_INTERNAL_ERROR";
        case kDnnExecutionFailed: return "CUDNN_STATUS_EXECUTION_FAILED";
        default: return "CUDNN_STATUS unknown";
    }
}

CUDASIM_API void cudnnGetLastErrorString(char* message, size_t size) {
    if (size > 0) snprintf(message, size, "%s", failedCondition);
    failedCondition = "";
}

CUDASIM_API int cudnnCreate(void** handle) {
    std::lock_guard<std::recursive_mutex> hold(lock());
    DnnStatus status = dnnFault();
    if (status != kDnnOk) return status;
    if (enterRuntime() != kSuccess || refuseInCapture() != kSuccess) return kDnnNotInitialized;
    *handle = new Dnn;
    objects++;
    handles.insert(*handle);
    return kDnnOk;
}

CUDASIM_API int cudnnDestroy(void* handle) {
    std::lock_guard<std::recursive_mutex> hold(lock());
    Dnn* dnn = dnnOf(handle);
    if (dnn == nullptr) return kDnnNotInitialized;
    runAll();
    objects--;
    handles.erase(handle);
    delete dnn;
    return kDnnOk;
}

CUDASIM_API int cudnnSetStream(void* handle, void* stream) {
    std::lock_guard<std::recursive_mutex> hold(lock());
    DnnStatus status = dnnFault();
    if (status != kDnnOk) return status;
    Dnn* dnn = dnnOf(handle);
    StreamRef s = streamOf(stream);
    if (dnn == nullptr || s == nullptr) return kDnnBadParameter;
    dnn->stream = s;
    return kDnnOk;
}

template <typename T>
static int create(void** descriptor) {
    DnnStatus status = dnnFault();
    if (status != kDnnOk) return status;
    *descriptor = new T;
    objects++;
    return kDnnOk;
}

template <typename T>
static int destroy(void* descriptor) {
    delete static_cast<T*>(descriptor);
    objects--;
    return kDnnOk;
}

CUDASIM_API int cudnnCreateTensorDescriptor(void** d) { return create<TensorDescriptor>(d); }
CUDASIM_API int cudnnDestroyTensorDescriptor(void* d) { return destroy<TensorDescriptor>(d); }
CUDASIM_API int cudnnCreateDropoutDescriptor(void** d) { return create<DropoutDescriptor>(d); }
CUDASIM_API int cudnnDestroyDropoutDescriptor(void* d) { return destroy<DropoutDescriptor>(d); }
CUDASIM_API int cudnnCreateRNNDescriptor(void** d) { return create<RnnDescriptor>(d); }
CUDASIM_API int cudnnDestroyRNNDescriptor(void* d) { return destroy<RnnDescriptor>(d); }
CUDASIM_API int cudnnCreateRNNDataDescriptor(void** d) { return create<RnnDataDescriptor>(d); }
CUDASIM_API int cudnnDestroyRNNDataDescriptor(void* d) { return destroy<RnnDataDescriptor>(d); }

CUDASIM_API int cudnnSetTensorNdDescriptor(void* descriptor, int type, int count, const int* sizes,
                                           const int* strides) {
    DnnStatus status = dnnFault();
    if (status != kDnnOk) return status;
    if (descriptor == nullptr || count < 1 || count > 8) return kDnnBadParameter;
    for (int i = 0; i < count; i++) {
        if (sizes[i] <= 0 || strides[i] <= 0) {
            failedCondition = "dimA[i] <= 0 || strideA[i] <= 0";
            return kDnnBadParameter;
        }
    }
    auto* tensor = static_cast<TensorDescriptor*>(descriptor);
    tensor->type = type;
    tensor->sizes.assign(sizes, sizes + count);
    tensor->strides.assign(strides, strides + count);
    return kDnnOk;
}

CUDASIM_API int cudnnGetTensorNdDescriptor(void* descriptor, int requested, int* type, int* count, int* sizes,
                                           int* strides) {
    if (descriptor == nullptr || requested < 0) return kDnnBadParameter;
    auto* tensor = static_cast<TensorDescriptor*>(descriptor);
    *type = tensor->type;
    *count = static_cast<int>(tensor->sizes.size());
    for (int i = 0; i < requested && i < *count; i++) {
        sizes[i] = tensor->sizes[i];
        strides[i] = tensor->strides[i];
    }
    return kDnnOk;
}

CUDASIM_API int cudnnDropoutGetStatesSize(void* handle, size_t* bytes) {
    if (dnnOf(handle) == nullptr) return kDnnNotInitialized;
    *bytes = 1 << 20;
    return kDnnOk;
}

CUDASIM_API int cudnnSetDropoutDescriptor(void* descriptor, void* handle, float rate, void* states, size_t,
                                          unsigned long long) {
    DnnStatus status = dnnFault();
    if (status != kDnnOk) return status;
    if (dnnOf(handle) == nullptr || rate < 0 || rate >= 1) return kDnnBadParameter;
    if (rate > 0 && states == nullptr) return kDnnBadParameter;
    static_cast<DropoutDescriptor*>(descriptor)->rate = rate;
    return kDnnOk;
}

CUDASIM_API int cudnnSetRNNDescriptor_v8(void* descriptor, int algorithm, int cell, int bias, int direction,
                                         int inputMode, int type, int mathPrecision, int mathType, int input,
                                         int hidden, int projected, int layers, void* dropout, unsigned flags) {
    DnnStatus status = dnnFault();
    if (status != kDnnOk) return status;
    if (descriptor == nullptr || input < 1 || hidden < 1 || layers < 1) return kDnnBadParameter;
    if (algorithm < 0 || algorithm > 3 || cell < 0 || cell > 3 || bias < 0 || bias > 3) return kDnnBadParameter;
    if (mathType < 0 || mathType > 3) return kDnnBadParameter;
    if (direction != 0 || inputMode != 0 || layers != 1 || type != 0 || mathPrecision != 0 || projected != hidden) {
        complain("cuDNN's simulation has one layer, one direction, float, no projection");
        return kDnnNotSupported;
    }
    auto* rnn = static_cast<RnnDescriptor*>(descriptor);
    rnn->algorithm = algorithm;
    rnn->cell = cell;
    rnn->bias = bias;
    rnn->mathType = mathType;
    rnn->input = input;
    rnn->hidden = hidden;
    rnn->layers = layers;
    rnn->dropout = dropout == nullptr ? 0 : static_cast<DropoutDescriptor*>(dropout)->rate;
    rnn->paddedIo = (flags & 1) != 0;
    return kDnnOk;
}

CUDASIM_API int cudnnSetRNNDataDescriptor(void* descriptor, int type, int layout, int steps, int batch, int vector,
                                          const int* lengths, void* fill) {
    DnnStatus status = dnnFault();
    if (status != kDnnOk) return status;
    if (descriptor == nullptr || lengths == nullptr) return kDnnBadParameter;
    if (steps < 1 || batch < 1 || vector < 1) return kDnnBadParameter;
    for (int b = 0; b < batch; b++) {
        if (lengths[b] < 0 || lengths[b] > steps) return kDnnBadParameter;
    }
    if (type != 0 || layout != 0) return kDnnNotSupported;
    auto* data = static_cast<RnnDataDescriptor*>(descriptor);
    data->type = type;
    data->layout = layout;
    data->steps = steps;
    data->batch = batch;
    data->vector = vector;
    data->lengths.assign(lengths, lengths + batch);
    data->filled = fill != nullptr;
    if (data->filled) memcpy(&data->fill, fill, sizeof data->fill);
    return kDnnOk;
}
