// Device and pinned memory: filled with NaN, guarded, counted.
#pragma once

#include "machine.h"

namespace cudasim {

/// Memory of the calling thread's device whose bytes are all 0xFF, between two guard zones; nullptr beyond what is free.
void* allocateDevice(size_t bytes);
/// Checks the guards; false when the address is none that allocateDevice returned.
bool freeDevice(void* address);
void* allocatePinned(size_t bytes);
bool freePinned(void* address);

bool isDevice(const void* address);
bool isPinned(const void* address);

/// Whether the bytes lie within one allocation of the device; says on standard error when they don't.
bool insideDevice(const void* address, size_t bytes, const char* what);

/// What this process has of all devices, and what nobody has of one.
size_t deviceMemoryInUse();
size_t deviceMemoryFree(int device);

/// Makes the process's context on a device, unless it is there: takes CUDASIM_CONTEXT bytes.
Error makeContext(int device);

/// The device that an address belongs to; -1 for none.
int deviceOf(const void* address);

/// Ends the process when something was written outside an allocation; `after` names what ran last.
void checkGuards(const char* after);
/// The same when it is cheap enough to be done after each piece of work.
void checkGuardsIfFew(const char* after);

/// For messages: the allocation at or nearest below an address, in words.
std::string describeAddress(const void* address);

}  // namespace cudasim
