// How calls of the runtime and the driver interface enter the machine.
#pragma once

#include "streams.h"

namespace cudasim {

/// Makes the machine ready for a call of the runtime interface, or says why it can't be used.
Error enterRuntime();
/// Keeps an error for cudaGetLastError.
int remember(int error);
/// The same for a call of the driver interface that needs a context of the calling thread.
Error enterDriver();

/// cudaDeviceAttr and CUdevice_attribute have the same numbers.
int deviceAttribute(int attribute);

template <typename Body>
int runtimeCall(Body body) {
    std::lock_guard<std::recursive_mutex> hold(lock());
    Error error = enterRuntime();
    return remember(error == kSuccess ? body() : error);
}

template <typename Body>
int runtimeCallOutsideCapture(Body body) {
    std::lock_guard<std::recursive_mutex> hold(lock());
    Error error = enterRuntime();
    if (error == kSuccess) error = refuseInCapture();
    return remember(error == kSuccess ? body() : error);
}

template <typename Body>
int driverCall(Body body) {
    std::lock_guard<std::recursive_mutex> hold(lock());
    Error error = enterDriver();
    return error == kSuccess ? body() : error;
}

}  // namespace cudasim
