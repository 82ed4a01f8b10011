// The driver interface: devices, contexts, modules, launches.
#include <cstring>
#include <map>
#include <vector>

#include "entry.h"
#include "launch.h"
#include "memory.h"
#include "module.h"
#include "visible.h"

using namespace cudasim;

namespace {

bool initialized = false;

char primaryContext;

}  // namespace

namespace cudasim {

Error enterDriver() {
    if (!initialized && !hasContext()) return kNotInitialized;
    if (!hasContext()) return kInvalidContext;
    return lossError();
}

int deviceAttribute(int attribute) {
    switch (attribute) {
        case 1: return kMaxThreads;
        case 2: case 3: return kMaxThreads;
        case 4: return 64;
        case 5: return 2147483647;
        case 6: case 7: return 65535;
        case 8: return kSharedPerBlock;
        case 9: return 65536;
        case 10: return 32;
        case 12: return 65536;
        case 13: return 1500000;
        case 16: return settings().multiprocessors;
        case 36: return 2000000;
        case 37: return 256;
        case 38: return 4 << 20;
        case 39: return kThreadsPerMultiprocessor;
        case 41: return 1;
        case 75: return settings().capability / 10;
        case 76: return settings().capability % 10;
        case 81: return sharedPerMultiprocessor();
        case 82: return 65536;
        case 95: return settings().capability >= 60;
        case 97: return sharedPerBlockOptIn();
        case 106: return kBlocksPerMultiprocessor;
        default: return 0;
    }
}

}  // namespace cudasim

CUDASIM_API int cuInit(unsigned flags) {
    std::lock_guard<std::recursive_mutex> hold(lock());
    if (flags != 0) return kInvalidValue;
    if (settings().devices <= 0) return kNoDevice;
    initialized = true;
    return kSuccess;
}

CUDASIM_API int cuDriverGetVersion(int* version) {
    *version = settings().driver;
    return kSuccess;
}

static int deviceCall(int device, const std::function<int()>& body) {
    std::lock_guard<std::recursive_mutex> hold(lock());
    if (!initialized && !hasContext()) return kNotInitialized;
    return device < 0 || device >= settings().devices ? kInvalidDevice : body();
}

CUDASIM_API int cuDeviceGetCount(int* count) {
    return deviceCall(0, [&] {
        *count = settings().devices;
        return kSuccess;
    });
}

CUDASIM_API int cuDeviceGet(int* device, int ordinal) {
    return deviceCall(ordinal, [&] {
        *device = ordinal;
        return kSuccess;
    });
}

CUDASIM_API int cuDeviceGetName(char* name, int length, int device) {
    return deviceCall(device, [&] {
        snprintf(name, static_cast<size_t>(length), "%s", visibleDevices()[static_cast<size_t>(device)].name.c_str());
        return kSuccess;
    });
}

CUDASIM_API int cuDeviceGetAttribute(int* value, int attribute, int device) {
    return deviceCall(device, [&] {
        *value = deviceAttribute(attribute);
        return kSuccess;
    });
}

CUDASIM_API int cuDeviceTotalMem_v2(size_t* bytes, int device) {
    return deviceCall(device, [&] {
        *bytes = settings().memory;
        return kSuccess;
    });
}

CUDASIM_API int cuDevicePrimaryCtxRetain(void** context, int device) {
    return deviceCall(device, [&] {
        *context = &primaryContext;
        return kSuccess;
    });
}

CUDASIM_API int cuDevicePrimaryCtxRelease_v2(int device) {
    return deviceCall(device, [] { return kSuccess; });
}

CUDASIM_API int cuCtxSetCurrent(void* context) {
    return deviceCall(0, [&]() -> int {
        if (context != nullptr && context != &primaryContext) return kInvalidContext;
        bindPrimaryContext(context != nullptr);
        return kSuccess;
    });
}

CUDASIM_API int cuCtxGetCurrent(void** context) {
    return deviceCall(0, [&] {
        *context = hasContext() ? &primaryContext : nullptr;
        return kSuccess;
    });
}

CUDASIM_API int cuModuleLoadData(void** module, const void* image) {
    return driverCall([&]() -> int {
        Error error = refuseInCapture();
        return error == kSuccess ? loadModule(static_cast<const char*>(image), module) : error;
    });
}

CUDASIM_API int cuModuleUnload(void* module) {
    return driverCall([&]() -> int {
        Error error = refuseInCapture();
        if (error != kSuccess) return error;
        runAll();
        return unloadModule(module);
    }, Does::Release);
}

CUDASIM_API int cuModuleGetFunction(void** function, void* module, const char* name) {
    return driverCall([&]() -> int { return findFunction(module, name, function); });
}

CUDASIM_API int cuFuncSetAttribute(void* function, int attribute, int value) {
    return driverCall([&]() -> int {
        Function* f = functionOf(function);
        if (f == nullptr) return kInvalidHandle;
        if (attribute == 9) return kSuccess;  // preferred share of shared memory
        if (attribute != 8 || value < 0 || value > settings().sharedAllowed) return kInvalidValue;
        f->dynamicShared = value;
        return kSuccess;
    });
}

CUDASIM_API int cuFuncGetAttribute(int* value, int attribute, void* function) {
    return driverCall([&]() -> int {
        Function* f = functionOf(function);
        if (f == nullptr) return kInvalidHandle;
        switch (attribute) {
            case 0: *value = f->maxThreads(); return kSuccess;
            case 1: case 2: case 3: case 7: *value = 0; return kSuccess;
            case 4: *value = 32; return kSuccess;
            case 5: case 6: *value = settings().capability; return kSuccess;
            case 8: *value = f->dynamicShared; return kSuccess;
            default: return kInvalidValue;
        }
    });
}

CUDASIM_API int cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, void* function, int threads, size_t shared) {
    return driverCall([&]() -> int {
        Function* f = functionOf(function);
        if (f == nullptr) return kInvalidHandle;
        if (threads <= 0) return kInvalidValue;
        *blocks = residentBlocks(*f, threads, shared);
        return kSuccess;
    });
}

static int launch(void* function, const Shape& shape, size_t shared, void* stream, void** arguments) {
    return driverCall([&]() -> int {
        Function* f = functionOf(function);
        StreamRef s = streamOf(stream);
        if (f == nullptr || s == nullptr) return kInvalidHandle;
        bool elsewhere = s != streamOf(nullptr) && s->device != currentDevice();
        if (elsewhere || deviceOfModule(f->module) != currentDevice()) return kInvalidHandle;
        Error error = checkLaunch(*f, shape, shared);
        if (error != kSuccess) return error;
        if (arguments == nullptr && f->arguments() > 0) return kInvalidValue;
        auto copied = std::make_shared<Arguments>(*f, arguments);
        for (int i = 0; i < f->arguments(); i++) {
            void* address = nullptr;
            if (f->kernel->sizes[i] != sizeof address) continue;
            memcpy(&address, copied->pointers()[i], sizeof address);
            int owner = deviceOf(address);
            if (owner >= 0 && owner != currentDevice()) {
                die("kernel %s on device %d is given memory of device %d", f->name(), currentDevice(), owner);
            }
        }
        return push(s, f->name(), [f, shape, shared, copied] {
            if (deviceWorks()) runKernel(*f, shape, shared, copied->pointers());
        });
    });
}

CUDASIM_API int cuLaunchKernel(void* function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX,
                               unsigned blockY, unsigned blockZ, unsigned shared, void* stream, void** arguments,
                               void** extra) {
    if (extra != nullptr) return kNotSupported;
    Shape shape{{gridX, gridY, gridZ}, {blockX, blockY, blockZ}, false};
    return launch(function, shape, shared, stream, arguments);
}

CUDASIM_API int cuLaunchCooperativeKernel(void* function, unsigned gridX, unsigned gridY, unsigned gridZ,
                                          unsigned blockX, unsigned blockY, unsigned blockZ, unsigned shared,
                                          void* stream, void** arguments) {
    Shape shape{{gridX, gridY, gridZ}, {blockX, blockY, blockZ}, true};
    return launch(function, shape, shared, stream, arguments);
}

CUDASIM_API int cuGetErrorName(int error, const char** name) {
    *name = errorName(error);
    return *name == nullptr ? kInvalidValue : kSuccess;
}

CUDASIM_API int cuGetErrorString(int error, const char** text) {
    *text = errorText(error);
    return *text == nullptr ? kInvalidValue : kSuccess;
}
