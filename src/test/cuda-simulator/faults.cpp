#include "faults.h"

#include "entry.h"
#include "memory.h"

namespace cudasim {

namespace {

long calls = 0;
long failing = 0;
int failure = kSuccess;
long callsWhenLost = 0;
size_t taken = 0;

/// Numbers of what a test sets and reads; DeviceFaults.java has the same.
enum : int {
    kCalls = 1000, kDeviceBytes, kPinned, kStreams, kEvents, kGraphs, kModules, kBlasHandles, kDnnObjects, kCallsWhenLost,
    kFailure = 2000, kFailingCall, kLosingLaunch, kTaken, kNewProcess,
};

size_t counted(int what) {
    switch (what) {
        case kCalls: return static_cast<size_t>(calls);
        case kDeviceBytes: return deviceMemoryInUse();
        case kPinned: return static_cast<size_t>(pinnedInUse());
        case kStreams: return static_cast<size_t>(streamsInUse());
        case kEvents: return static_cast<size_t>(eventsInUse());
        case kGraphs: return static_cast<size_t>(graphsInUse());
        case kModules: return static_cast<size_t>(modulesInUse());
        case kBlasHandles: return static_cast<size_t>(blasHandlesInUse());
        case kDnnObjects: return static_cast<size_t>(dnnObjectsInUse());
        case kCallsWhenLost: return static_cast<size_t>(callsWhenLost);
        default: return 0;
    }
}

void beginNewProcess() {
    findDevice();
    failing = 0;
    callsWhenLost = 0;
    taken = 0;
    forgetBlas();
    forgetDnn();
    forgetModules();
    forgetCaptures();
    forgetGraphs();
    forgetStreams();
    forgetMemory();
    forgetLastError();
}

}  // namespace

bool endsContext(int error) {
    switch (error) {
        case 214: case 220: case 226: case 700: case 702: case 709: case 710: case 714: case 715: case 716: case 717:
        case 718: case 719: case 721: case 999: return true;
        default: return false;
    }
}

Error fault(Does does) {
    if (deviceLost()) {
        callsWhenLost++;
        return lossError();
    }
    if (does == Does::Release) return kSuccess;
    calls++;
    if (failing == 0 || --failing > 0) return kSuccess;
    if (endsContext(failure)) loseDevice(static_cast<Error>(failure));
    return static_cast<Error>(failure);
}

size_t takenByOthers() { return taken; }

}  // namespace cudasim

using namespace cudasim;

CUDASIM_API int cudaDeviceSetLimit(int what, size_t value) {
    std::lock_guard<std::recursive_mutex> hold(lock());
    switch (what) {
        case kFailure: failure = static_cast<int>(value); return kSuccess;
        case kFailingCall: failing = static_cast<long>(value); return kSuccess;
        case kLosingLaunch: loseDeviceLater(static_cast<long>(value), static_cast<Error>(failure)); return kSuccess;
        case kTaken: taken = value; return kSuccess;
        case kNewProcess: beginNewProcess(); return kSuccess;
        default: return kInvalidValue;
    }
}

CUDASIM_API int cudaDeviceGetLimit(size_t* value, int what) {
    std::lock_guard<std::recursive_mutex> hold(lock());
    *value = counted(what);
    return what >= kCalls && what <= kCallsWhenLost ? kSuccess : kInvalidValue;
}
