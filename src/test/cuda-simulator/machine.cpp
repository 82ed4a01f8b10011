#include "machine.h"

#include "visible.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdlib>

namespace cudasim {

namespace {

long long number(const char* name, long long otherwise) {
    const char* text = getenv(name);
    return text == nullptr || *text == 0 ? otherwise : strtoll(text, nullptr, 10);
}

/// The version of CUDA that the folder with this library is made for; its file `version` says it, as 13010 for 13.1.
int folderVersion() {
    FILE* file = fopen((libraryFolder() + "/version").c_str(), "r");
    int version = 13010;
    if (file != nullptr) {
        if (fscanf(file, "%d", &version) != 1) die("no number in the file 'version' beside libcudasim.so");
        fclose(file);
    }
    return version;
}

int sharedPerBlockOptIn(int capability) {
    switch (capability) {
        case 70: case 72: return 96 * 1024;
        case 75: return 64 * 1024;
        case 80: case 87: return 163 * 1024;
        case 86: case 89: case 120: case 121: return 99 * 1024;
        default: return capability < 70 ? kSharedPerBlock : 227 * 1024;
    }
}

Settings read() {
    Settings s;
    s.devices = static_cast<int>(visibleDevices().size());
    s.driver = static_cast<int>(number("CUDASIM_DRIVER", folderVersion()));
    s.runtime = static_cast<int>(number("CUDASIM_CUDART", folderVersion()));
    s.dnnRuntime = static_cast<int>(number("CUDASIM_CUDNN_CUDART", s.runtime));
    s.capability = static_cast<int>(number("CUDASIM_CC", 90));
    s.oldest = static_cast<int>(number("CUDASIM_OLDEST", 75));
    s.sharedAllowed = static_cast<int>(number("CUDASIM_SHARED", sharedPerBlockOptIn(s.capability)));
    s.multiprocessors = static_cast<int>(number("CUDASIM_SMS", 5));
    s.memory = static_cast<size_t>(number("CUDASIM_MEMORY", 2LL << 30));
    s.context = static_cast<size_t>(number("CUDASIM_CONTEXT", 0));
    s.taken = static_cast<long>(number("CUDASIM_TAKEN", -1));
    s.failLaunch = static_cast<long>(number("CUDASIM_FAIL_LAUNCH", 0));
    s.seed = static_cast<uint64_t>(number("CUDASIM_SEED", 1));
    s.trace = number("CUDASIM_TRACE", 0) != 0;
    return s;
}

Error loss = kSuccess;
long launches = 0;
long lastLaunch = -1;
Error lastError = kLaunchFailed;
thread_local bool context = false;
thread_local int device = 0;

void write(const char* format, va_list arguments) {
    char text[2048];
    vsnprintf(text, sizeof text, format, arguments);
    fprintf(stderr, "cuda simulator: %s\n", text);
    fflush(stderr);
}

}  // namespace

int sharedPerBlockOptIn() { return sharedPerBlockOptIn(settings().capability); }

int sharedPerMultiprocessor() { return sharedPerBlockOptIn() + 1024; }

const Settings& settings() {
    static const Settings s = read();
    return s;
}

std::recursive_mutex& lock() {
    static std::recursive_mutex m;
    return m;
}

void die(const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    write(format, arguments);
    va_end(arguments);
    _exit(134);
}

void complain(const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    write(format, arguments);
    va_end(arguments);
}

uint64_t nextRandom() {
    static uint64_t state = settings().seed * 0x9E3779B97F4A7C15ull + 1;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * 0x2545F4914F6CDD1Dull >> 16;
}

bool deviceWorks() {
    launches++;
    if (lastLaunch < 0) lastLaunch = settings().failLaunch;
    if (lastLaunch > 0 && launches >= lastLaunch && loss == kSuccess) loss = lastError;
    return loss == kSuccess;
}

bool deviceLost() { return loss != kSuccess; }

Error lossError() { return loss; }

void loseDevice(Error error) { loss = error; }

void findDevice() {
    loss = kSuccess;
    lastLaunch = 0;
}

void loseDeviceLater(long count, Error error) {
    lastLaunch = launches + count;
    lastError = error;
}

int currentDevice() { return device; }

void setCurrentDevice(int number) { device = number; }

bool hasContext() { return context; }

void bindPrimaryContext(bool bound) { context = bound; }

Error machineError() {
    if (settings().driver / 1000 < settings().runtime / 1000) return kInsufficientDriver;
    return settings().devices <= 0 ? kNoDevice : kSuccess;
}

std::string libraryFolder() {
    Dl_info info;
    if (dladdr(reinterpret_cast<const void*>(&libraryFolder), &info) == 0) die("dladdr doesn't know this library");
    std::string path = info.dli_fname;
    return path.substr(0, path.rfind('/'));
}

struct ErrorWords {
    int error;
    const char *name, *text;
};

static const ErrorWords kWords[] = {
    {kSuccess, "cudaSuccess", "no error"},
    {kInvalidValue, "cudaErrorInvalidValue", "invalid argument"},
    {kOutOfMemory, "cudaErrorMemoryAllocation", "out of memory"},
    {kNotInitialized, "cudaErrorInitializationError", "initialization error"},
    {kInsufficientDriver, "cudaErrorInsufficientDriver", "CUDA driver version is insufficient for CUDA runtime version"},
    {kDevicesUnavailable, "cudaErrorDevicesUnavailable", "CUDA-capable device(s) is/are busy or unavailable"},
    {kNoDevice, "cudaErrorNoDevice", "no CUDA-capable device is detected"},
    {kInvalidDevice, "cudaErrorInvalidDevice", "invalid device ordinal"},
    {kInvalidImage, "cudaErrorInvalidKernelImage", "device kernel image is invalid"},
    {kInvalidContext, "cudaErrorDeviceUninitialized", "invalid device context"},
    {kNoBinaryForDevice, "cudaErrorNoKernelImageForDevice", "no kernel image is available for execution on the device"},
    {kInvalidHandle, "cudaErrorInvalidResourceHandle", "invalid resource handle"},
    {kNotFound, "cudaErrorSymbolNotFound", "named symbol not found"},
    {kNotReady, "cudaErrorNotReady", "device not ready"},
    {kTooManyResources, "cudaErrorLaunchOutOfResources", "too many resources requested for launch"},
    {static_cast<Error>(214), "cudaErrorECCUncorrectable", "uncorrectable ECC error encountered"},
    {static_cast<Error>(700), "cudaErrorIllegalAddress", "an illegal memory access was encountered"},
    {static_cast<Error>(702), "cudaErrorLaunchTimeout", "the launch timed out and was terminated"},
    {static_cast<Error>(999), "cudaErrorUnknown", "unknown error"},
    {kLaunchFailed, "cudaErrorLaunchFailure", "unspecified launch failure"},
    {kCooperativeTooLarge, "cudaErrorCooperativeLaunchTooLarge", "too many blocks in cooperative launch"},
    {kNotSupported, "cudaErrorNotSupported", "operation not supported"},
    {kCaptureUnsupported, "cudaErrorStreamCaptureUnsupported", "operation not permitted when stream is capturing"},
    {kCaptureInvalidated, "cudaErrorStreamCaptureInvalidated",
     "operation failed due to a previous error during capture"},
    {kCaptureMerge, "cudaErrorStreamCaptureMerge", "operation would result in a merge of separate capture sequences"},
    {kCaptureUnmatched, "cudaErrorStreamCaptureUnmatched", "capture was not ended in the same stream as it began"},
    {kCaptureUnjoined, "cudaErrorStreamCaptureUnjoined", "capturing stream has unjoined work"},
    {kCaptureIsolation, "cudaErrorStreamCaptureIsolation",
     "dependency created on uncaptured work in another stream"},
    {kCaptureImplicit, "cudaErrorStreamCaptureImplicit",
     "operation would make the legacy stream depend on a capturing blocking stream"},
    {kCapturedEvent, "cudaErrorCapturedEvent", "operation not permitted on an event last recorded in a capturing stream"},
    {kCaptureWrongThread, "cudaErrorStreamCaptureWrongThread",
     "attempt to terminate a thread-local capture sequence from another thread"},
};

static const ErrorWords* words(int error) {
    for (const ErrorWords& w : kWords) {
        if (w.error == error) return &w;
    }
    return nullptr;
}

const char* errorName(int error) {
    const ErrorWords* w = words(error);
    return w == nullptr ? nullptr : w->name;
}

const char* errorText(int error) {
    const ErrorWords* w = words(error);
    return w == nullptr ? nullptr : w->text;
}

}  // namespace cudasim
