// The runtime interface: devices, memory, errors. Streams and graphs are in runtime_streams.cpp.
#include <cstring>
#include <vector>

#include "count.h"
#include "entry.h"
#include "memory.h"
#include "streams.h"

using namespace cudasim;

namespace cudasim {

static thread_local int lastError = kSuccess;

int remember(int error) {
    if (error != kSuccess) lastError = error;
    return error;
}

void forgetLastError() { lastError = kSuccess; }

Error enterRuntime() {
    Error error = machineError();
    if (error != kSuccess) return error;
    error = makeContext(currentDevice());
    if (error != kSuccess) return error;
    bindPrimaryContext();
    return lossError();
}

}  // namespace cudasim

extern "C" int cuInit(unsigned flags);

// Counting initialises the driver, though it makes no context.
CUDASIM_API int cudaGetDeviceCount(int* count) {
    Error error = machineError();
    if (error == kSuccess) cuInit(0);
    *count = error == kSuccess ? settings().devices : 0;
    return remember(error);
}

CUDASIM_API int cudaSetDevice(int device) {
    return runtimeQuestion([&]() -> int {
        if (device < 0 || device >= settings().devices) return kInvalidDevice;
        setCurrentDevice(device);
        return enterRuntime();
    });
}

CUDASIM_API int cudaGetDevice(int* device) {
    return runtimeQuestion([&]() -> int {
        *device = currentDevice();
        return kSuccess;
    });
}

CUDASIM_API int cudaDeviceGetAttribute(int* value, int attribute, int device) {
    return runtimeQuestion([&]() -> int {
        if (device < 0 || device >= settings().devices) return kInvalidDevice;
        *value = deviceAttribute(attribute);
        return kSuccess;
    });
}

CUDASIM_API int cudaMemGetInfo(size_t* free, size_t* total) {
    return runtimeCall([&]() -> int {
        *total = settings().memory;
        *free = deviceMemoryFree(currentDevice());
        return kSuccess;
    });
}

CUDASIM_API int cudaMalloc(void** address, size_t bytes) {
    return runtimeCallOutsideCapture([&]() -> int {
        *address = nullptr;
        if (bytes == 0) return kSuccess;
        *address = allocateDevice(bytes);
        return *address == nullptr ? kOutOfMemory : kSuccess;
    });
}

CUDASIM_API int cudaFree(void* address) {
    return runtimeCallOutsideCapture([&]() -> int {
        if (address == nullptr) return kSuccess;
        runAll();
        return freeDevice(address) ? kSuccess : kInvalidValue;
    }, address == nullptr ? Does::Work : Does::Release);
}

static int allocateHost(void** address, size_t bytes) {
    return runtimeCallOutsideCapture([&]() -> int {
        *address = bytes == 0 ? nullptr : allocatePinned(bytes);
        return *address == nullptr && bytes > 0 ? kOutOfMemory : kSuccess;
    });
}

CUDASIM_API int cudaMallocHost(void** address, size_t bytes) { return allocateHost(address, bytes); }

CUDASIM_API int cudaHostAlloc(void** address, size_t bytes, unsigned) { return allocateHost(address, bytes); }

CUDASIM_API int cudaFreeHost(void* address) {
    return runtimeCallOutsideCapture([&]() -> int {
        if (address == nullptr) return kSuccess;
        runAll();
        return freePinned(address) ? kSuccess : kInvalidValue;
    }, Does::Release);
}

namespace {

/// A rectangle of bytes; a plain copy is one row.
struct Copy {
    void* to;
    size_t toPitch;
    const void* from;
    size_t fromPitch;
    size_t width, height;
    int kind;

    size_t toBytes() const { return height == 0 || width == 0 ? 0 : toPitch * (height - 1) + width; }
    size_t fromBytes() const { return height == 0 || width == 0 ? 0 : fromPitch * (height - 1) + width; }

    void run() const {
        constexpr const char* kWords[] = {"copy-on-host", "upload", "download", "copy"};
        countWork(kWords[kind], width * height);
        for (size_t row = 0; row < height; row++) {
            memmove(static_cast<char*>(to) + row * toPitch, static_cast<const char*>(from) + row * fromPitch, width);
        }
    }
};

constexpr int kHostToHost = 0, kHostToDevice = 1, kDeviceToHost = 2, kDeviceToDevice = 3, kDefault = 4;

int resolve(Copy* copy) {
    if (copy->kind == kDefault) {
        copy->kind = (isDevice(copy->from) ? 2 : 0) + (isDevice(copy->to) ? 1 : 0);
    }
    bool fromDevice = copy->kind == kDeviceToHost || copy->kind == kDeviceToDevice;
    bool toDevice = copy->kind == kHostToDevice || copy->kind == kDeviceToDevice;
    if (copy->kind < 0 || copy->kind > kDefault) return kInvalidValue;
    if (copy->width > copy->toPitch || copy->width > copy->fromPitch) return kInvalidValue;
    if (toDevice && !insideDevice(copy->to, copy->toBytes(), "copy's destination")) return kInvalidValue;
    if (fromDevice && !insideDevice(copy->from, copy->fromBytes(), "copy's source")) return kInvalidValue;
    if (!toDevice && isDevice(copy->to)) return kInvalidValue;
    if (!fromDevice && isDevice(copy->from)) return kInvalidValue;
    return kSuccess;
}

int copyAsync(Copy copy, const StreamRef& stream) {
    if (stream == nullptr) return kInvalidHandle;
    if (copy.width == 0 || copy.height == 0) return kSuccess;
    int error = resolve(&copy);
    if (error != kSuccess) return error;
    bool pageable = (copy.kind == kHostToDevice && !isPinned(copy.from)) ||
                    (copy.kind == kDeviceToHost && !isPinned(copy.to)) || copy.kind == kHostToHost;
    if (!pageable) return push(stream, "copy", [copy] { copy.run(); });
    if (stream->capture != nullptr) {
        stream->capture->invalid = true;
        return kCaptureUnsupported;
    }
    if (copy.kind == kHostToDevice) {
        // Staged: the source may be changed as soon as the call returns.
        const char* from = static_cast<const char*>(copy.from);
        auto staged = std::make_shared<std::vector<char>>(from, from + copy.fromBytes());
        return push(stream, "copy from pageable memory", [copy, staged] {
            Copy c = copy;
            c.from = staged->data();
            c.run();
        });
    }
    error = push(stream, "copy to pageable memory", [copy] { copy.run(); });
    return error == kSuccess ? synchronizeStream(stream) : error;
}

int setAsync(void* address, int value, size_t bytes, const StreamRef& stream) {
    if (stream == nullptr) return kInvalidHandle;
    if (!insideDevice(address, bytes, "memset")) return kInvalidValue;
    return push(stream, "memset", [=] {
        countWork("memset", bytes);
        memset(address, value, bytes);
    });
}

}  // namespace

CUDASIM_API int cudaMemcpy(void* to, const void* from, size_t bytes, int kind) {
    return runtimeCallOutsideCapture([&]() -> int {
        Copy copy{to, bytes, from, bytes, bytes, 1, kind};
        int error = copyAsync(copy, streamOf(nullptr));
        bool onDevice = isDevice(to) && isDevice(from);
        return error != kSuccess || onDevice ? error : synchronizeStream(streamOf(nullptr));
    });
}

CUDASIM_API int cudaMemcpyAsync(void* to, const void* from, size_t bytes, int kind, void* stream) {
    return runtimeCall([&]() -> int { return copyAsync({to, bytes, from, bytes, bytes, 1, kind}, streamOf(stream)); });
}

CUDASIM_API int cudaMemcpy2DAsync(void* to, size_t toPitch, const void* from, size_t fromPitch, size_t width,
                                  size_t height, int kind, void* stream) {
    return runtimeCall(
        [&]() -> int { return copyAsync({to, toPitch, from, fromPitch, width, height, kind}, streamOf(stream)); });
}

CUDASIM_API int cudaMemset(void* address, int value, size_t bytes) {
    return runtimeCallOutsideCapture([&]() -> int { return setAsync(address, value, bytes, streamOf(nullptr)); });
}

CUDASIM_API int cudaMemsetAsync(void* address, int value, size_t bytes, void* stream) {
    return runtimeCall([&]() -> int { return setAsync(address, value, bytes, streamOf(stream)); });
}

CUDASIM_API const char* cudaGetErrorName(int error) {
    const char* name = errorName(error);
    return name == nullptr ? "unrecognized error code" : name;
}

CUDASIM_API const char* cudaGetErrorString(int error) {
    const char* text = errorText(error);
    return text == nullptr ? "unrecognized error code" : text;
}

CUDASIM_API int cudaPeekAtLastError() { return deviceLost() ? lossError() : lastError; }

CUDASIM_API int cudaGetLastError() {
    int error = cudaPeekAtLastError();
    lastError = kSuccess;
    return error;
}

CUDASIM_API int cudaRuntimeGetVersion(int* version) {
    *version = settings().runtime;
    return kSuccess;
}

CUDASIM_API int cudaDriverGetVersion(int* version) {
    *version = settings().driver;
    return kSuccess;
}
