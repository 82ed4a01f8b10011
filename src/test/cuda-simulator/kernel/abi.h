// What a compiled kernel and the machine that runs it have in common. No standard header: kernels see this file.
#pragma once

struct cudasim_dim3 {
    unsigned x, y, z;
};

/// The CUDA thread that runs at the moment.
struct cudasim_thread {
    cudasim_dim3 threadIdx, blockIdx, blockDim, gridDim;
    unsigned lane;
    void* dynamicShared;
};

enum cudasim_exchange_kind { cudasim_sync, cudasim_shuffle, cudasim_ballot };

struct cudasim_hooks {
    /// Waits for all threads of the block; returns how many gave a predicate that is not 0.
    int (*barrier)(int line, int predicate);
    /// Waits for the lanes of the mask and returns the value of lane `source`, or the ballot of all values.
    unsigned long long (*exchange)(int kind, unsigned mask, unsigned long long value, unsigned source);
    /// Lets another thread run.
    void (*yield)();
    /// Ends the process: the kernel asserted or trapped.
    void (*trap)(const char* what);
    /// Takes note of an access to memory; only kernels that are compiled to be counted call it.
    void (*access)(const void* address, unsigned long bytes, bool write);
};

/// A kernel of a compiled module; the table ends with a null name.
struct cudasim_kernel {
    const char* name;
    void (*call)(void** arguments);
    int arguments;
    const unsigned* sizes;  // bytes of each argument
    int maxThreads;         // of __launch_bounds__, or 1024
};

/// What a module exports under the name cudasim_module.
struct cudasim_module_table {
    const cudasim_kernel* kernels;
    cudasim_thread** self;
    const cudasim_hooks** hooks;
    char *sharedBegin, *sharedEnd;  // all static __shared__ variables
};
