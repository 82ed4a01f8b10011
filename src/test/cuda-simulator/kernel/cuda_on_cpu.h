// CUDA C++ for a kernel that runs on the CPU: included before every kernel source.
//
// What lets other threads run (so that a loop that polls memory must hold one of these): __nanosleep, __threadfence and
// its relatives, every atomic, barriers and warp intrinsics. A loop that only reads a volatile never ends here.
#pragma once

#include "abi.h"

// Changed by whatever switches threads, which is never seen from here.
extern "C" {
__attribute__((visibility("hidden"))) cudasim_thread* cudasim_self = nullptr;
__attribute__((visibility("hidden"))) const cudasim_hooks* cudasim_hook = nullptr;
}

#ifdef CUDASIM_COUNTS
// What the compiler has a kernel call at each access.
extern "C" {
#define CUDASIM_ACCESS(N)                                                                                              \
    __attribute__((visibility("hidden"), no_sanitize("kernel-address"))) void __asan_load##N##_noabort(void* p) {     \
        cudasim_hook->access(p, N, false);                                                                             \
    }                                                                                                                  \
    __attribute__((visibility("hidden"), no_sanitize("kernel-address"))) void __asan_store##N##_noabort(void* p) {    \
        cudasim_hook->access(p, N, true);                                                                              \
    }
CUDASIM_ACCESS(1)
CUDASIM_ACCESS(2)
CUDASIM_ACCESS(4)
CUDASIM_ACCESS(8)
CUDASIM_ACCESS(16)
__attribute__((visibility("hidden"), no_sanitize("kernel-address"))) void __asan_loadN_noabort(void* p, unsigned long n) {
    cudasim_hook->access(p, n, false);
}
__attribute__((visibility("hidden"), no_sanitize("kernel-address"))) void __asan_storeN_noabort(void* p, unsigned long n) {
    cudasim_hook->access(p, n, true);
}
__attribute__((visibility("hidden"))) void __asan_handle_no_return() {}
}
#endif

#define __CUDACC__ 1
#define __CUDACC_RTC__ 1

#define __device__
#define __host__
#define __constant__
#define __managed__
#define __shared__ __attribute__((section("cudashared"))) static
#define __global__ __cudasim_global__
#define __launch_bounds__(...) __cudasim_bounds__(__VA_ARGS__)
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __inline__ inline
#define __align__(n) __attribute__((aligned(n)))
#define __restrict__ __restrict
#define __grid_constant__
#define __builtin_align__(n) __align__(n)

#define threadIdx (cudasim_self->threadIdx)
#define blockIdx (cudasim_self->blockIdx)
#define blockDim (cudasim_self->blockDim)
#define gridDim (cudasim_self->gridDim)
#define warpSize 32

typedef __SIZE_TYPE__ size_t;
typedef __PTRDIFF_TYPE__ ptrdiff_t;
typedef __INT8_TYPE__ int8_t;
typedef __INT16_TYPE__ int16_t;
typedef __INT32_TYPE__ int32_t;
typedef long long int64_t;
typedef __UINT8_TYPE__ uint8_t;
typedef __UINT16_TYPE__ uint16_t;
typedef __UINT32_TYPE__ uint32_t;
typedef unsigned long long uint64_t;
typedef __UINTPTR_TYPE__ uintptr_t;
typedef cudasim_dim3 dim3;

namespace cudasim {

/// A file-scope `extern __shared__ T name[]`; within a function it is a plain pointer.
template <typename T>
struct DynamicShared {
    operator T*() const { return static_cast<T*>(cudasim_self->dynamicShared); }
};

template <typename T>
inline T* dynamicShared() {
    return static_cast<T*>(cudasim_self->dynamicShared);
}

}  // namespace cudasim

#include "vectors.h"
#include "intrinsics.h"
#include "arithmetic.h"
