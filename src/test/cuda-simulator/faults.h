// What tests ask the machine to do wrong while it runs, and what it counts for them. They reach it through
// cudaDeviceSetLimit and cudaDeviceGetLimit, with numbers that CUDA has no limits for.
#pragma once

#include "machine.h"

namespace cudasim {

/// What a call is for. One that gives something back never finds too little memory: it isn't counted, and fails only where
/// everything does.
enum class Does { Work, Release };

/// Counts a call, and says which error it is to be answered with in place of being done; kSuccess for most.
/// An error after which no context goes on loses the device.
Error fault(Does does = Does::Work);

/// Bytes of each device that other processes have.
size_t takenByOthers();

/// Whether the error leaves nothing of a context to work with.
bool endsContext(int error);

/// Forgets all that the process had on its devices, as its end would.
void forgetLastError();
void forgetMemory();
void forgetStreams();
void forgetCaptures();
void forgetGraphs();
void forgetModules();
void forgetBlas();
void forgetDnn();

long pinnedInUse();
long streamsInUse();
long eventsInUse();
long graphsInUse();
long modulesInUse();
long blasHandlesInUse();
long dnnObjectsInUse();

}  // namespace cudasim
