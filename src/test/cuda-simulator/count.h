// Counts what a device would do: with CUDASIM_COUNT a line for each piece of work, as it runs.
#pragma once

#include "machine.h"

namespace cudasim {

/// Whether CUDASIM_COUNT names a file. Kernels are then compiled so that they tell of each access to memory.
bool counts();

/// An access of the kernel that runs. What isn't device memory isn't counted.
void countAccess(const void* address, size_t bytes, bool write);

/// Ends the count of a kernel: "kernel NAME BLOCKS THREADS SHARED READ WRITTEN", the last two in bytes: sectors of 32 that it
/// reads, as far as it hasn't written them itself before, and those it writes, each once.
void countKernel(const char* name, uint64_t blocks, uint64_t threads, size_t shared);

/// "product M N K BATCH READ WRITTEN"
void countProduct(int m, int n, int k, int batch, bool adds);

/// "WHAT BYTES" for copies, "WHAT 0" for other work.
void countWork(const char* what, size_t bytes);

}  // namespace cudasim
