// How calls of the runtime and the driver interface enter the machine.
#pragma once

#include "faults.h"
#include "streams.h"

namespace cudasim {

/// Makes the machine ready for a call of the runtime interface, or says why it can't be used. The first call that needs a
/// device makes the process's context on it.
Error enterRuntime();
/// Keeps an error for cudaGetLastError.
int remember(int error);
/// The same for a call of the driver interface that needs a context of the calling thread.
Error enterDriver();

/// cudaDeviceAttr and CUdevice_attribute have the same numbers.
int deviceAttribute(int attribute);

template <typename Body>
int runtimeCall(Body body, Does does = Does::Work) {
    std::lock_guard<std::recursive_mutex> hold(lock());
    Error error = fault(does);
    if (error == kSuccess) error = enterRuntime();
    return remember(error == kSuccess ? body() : error);
}

/// For what can be asked without a context.
template <typename Body>
int runtimeQuestion(Body body) {
    std::lock_guard<std::recursive_mutex> hold(lock());
    Error error = machineError();
    if (error == kSuccess) error = fault();
    return remember(error == kSuccess ? body() : error);
}

template <typename Body>
int runtimeCallOutsideCapture(Body body, Does does = Does::Work) {
    std::lock_guard<std::recursive_mutex> hold(lock());
    Error error = fault(does);
    if (error == kSuccess) error = enterRuntime();
    if (error == kSuccess) error = refuseInCapture();
    return remember(error == kSuccess ? body() : error);
}

template <typename Body>
int driverCall(Body body, Does does = Does::Work) {
    std::lock_guard<std::recursive_mutex> hold(lock());
    Error error = fault(does);
    if (error == kSuccess) error = enterDriver();
    return error == kSuccess ? body() : error;
}

}  // namespace cudasim
