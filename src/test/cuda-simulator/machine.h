// The simulated machine: what every part of it shares. See README.md in this folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <mutex>
#include <string>

#define CUDASIM_API extern "C" __attribute__((visibility("default")))

namespace cudasim {

/// Numbers that the runtime and the driver interface have in common.
enum Error : int {
    kSuccess = 0,
    kInvalidValue = 1,
    kOutOfMemory = 2,
    kNotInitialized = 3,
    kInsufficientDriver = 35,
    kNoDevice = 100,
    kInvalidDevice = 101,
    kInvalidImage = 200,
    kInvalidContext = 201,
    kNoBinaryForDevice = 209,
    kInvalidHandle = 400,
    kNotFound = 500,
    kNotReady = 600,
    kDevicesUnavailable = 46,
    kTooManyResources = 701,
    kLaunchFailed = 719,
    kCooperativeTooLarge = 720,
    kNotSupported = 801,
    kCaptureUnsupported = 900,
    kCaptureInvalidated = 901,
    kCaptureMerge = 902,
    kCaptureUnmatched = 903,
    kCaptureUnjoined = 904,
    kCaptureIsolation = 905,
    kCaptureImplicit = 906,
    kCapturedEvent = 907,
    kCaptureWrongThread = 908,
};

const char* errorName(int error);
const char* errorText(int error);

/// What the environment says of the machine; read once.
struct Settings {
    int devices;          // as many as CUDASIM_DEVICES and CUDA_VISIBLE_DEVICES leave to be seen
    int driver;           // CUDASIM_DRIVER, as 13010 for 13.1
    int runtime;          // CUDASIM_CUDART
    int dnnRuntime;       // CUDASIM_CUDNN_CUDART
    int capability;       // CUDASIM_CC, as 90 for 9.0
    int oldest;           // CUDASIM_OLDEST: what the compiler makes code for, at least; 50 as CUDA 12's
    int sharedAllowed;    // CUDASIM_SHARED: dynamic shared memory that a kernel gets at most, whatever the device says
    int multiprocessors;  // CUDASIM_SMS
    size_t memory;        // CUDASIM_MEMORY, bytes
    size_t context;       // CUDASIM_CONTEXT, bytes of device memory that a context takes
    long taken;           // CUDASIM_TAKEN, the device that another process has for itself; -1 is none
    long failLaunch;      // CUDASIM_FAIL_LAUNCH; 0 is never
    uint64_t seed;        // CUDASIM_SEED: another order of everything that has no order
    bool trace;           // CUDASIM_TRACE=1: each piece of work as it runs, on standard error
};
const Settings& settings();

constexpr int kMaxThreads = 1024;
constexpr int kSharedPerBlock = 48 * 1024;
/// What a block may have when it asks for it, and what the blocks of a multiprocessor have together: 1 KB more.
int sharedPerBlockOptIn();
int sharedPerMultiprocessor();
constexpr int kThreadsPerMultiprocessor = 2048;
constexpr int kBlocksPerMultiprocessor = 32;

/// One lock for the whole machine: work runs on the thread that asks for a result.
std::recursive_mutex& lock();

/// Ends the process, since a real device would go on with wrong numbers.
[[noreturn]] void die(const char* format, ...) __attribute__((format(printf, 1, 2)));
/// A line on standard error, for errors whose number says too little.
void complain(const char* format, ...) __attribute__((format(printf, 1, 2)));

/// A repeatable generator for orders that a program must not rely on.
uint64_t nextRandom();

/// Counts a kernel, matrix product or RNN call at the time it runs; false once the device is lost.
bool deviceWorks();
bool deviceLost();
/// What every call answers once the device is lost; kSuccess before.
Error lossError();
void loseDevice(Error error);
void findDevice();
/// The device is lost with this error when so many further kernels, products or layers have run.
void loseDeviceLater(long launches, Error error);

/// Whether the calling thread has a context, and giving it the primary one of its device.
bool hasContext();
void bindPrimaryContext(bool bound = true);
/// The calling thread's device, and another one for it.
int currentDevice();
void setCurrentDevice(int device);

/// The error of a machine that can't be used at all (no device, driver too old), or kSuccess.
Error machineError();

/// The folder that this library lies in.
std::string libraryFolder();

}  // namespace cudasim
