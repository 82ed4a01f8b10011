// Barriers, warp intrinsics, atomics, fences, cached loads and stores.
#pragma once

#define __syncthreads() ((void)cudasim_hook->barrier(__LINE__, 0))
#define __syncthreads_count(predicate) (cudasim_hook->barrier(__LINE__, (predicate) ? 1 : 0))
#define __syncthreads_or(predicate) (cudasim_hook->barrier(__LINE__, (predicate) ? 1 : 0) != 0)
#define __syncthreads_and(predicate) (cudasim_hook->barrier(__LINE__, (predicate) ? 0 : 1) == 0)

namespace cudasim {

template <typename T>
inline T shuffle(unsigned mask, T value, unsigned source) {
    static_assert(sizeof(T) == 4 || sizeof(T) == 8, "shuffles move 4 or 8 bytes");
    unsigned long long bits = 0;
    __builtin_memcpy(&bits, &value, sizeof value);
    bits = cudasim_hook->exchange(cudasim_shuffle, mask, bits, source);
    __builtin_memcpy(&value, &bits, sizeof value);
    return value;
}

inline void yield() { cudasim_hook->yield(); }

}  // namespace cudasim

inline void __syncwarp(unsigned mask = 0xffffffffu) { cudasim_hook->exchange(cudasim_sync, mask, 0, 0); }

template <typename T>
inline T __shfl_sync(unsigned mask, T value, int lane, int width = 32) {
    unsigned first = cudasim_self->lane & ~(unsigned)(width - 1);
    return cudasim::shuffle(mask, value, first + ((unsigned)lane & (unsigned)(width - 1)));
}

template <typename T>
inline T __shfl_xor_sync(unsigned mask, T value, int bits, int width = 32) {
    unsigned lane = cudasim_self->lane, source = lane ^ (unsigned)bits;
    unsigned end = (lane & ~(unsigned)(width - 1)) + (unsigned)width;
    return cudasim::shuffle(mask, value, source < end ? source : lane);
}

template <typename T>
inline T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32) {
    unsigned lane = cudasim_self->lane;
    bool inside = (lane & (unsigned)(width - 1)) + delta < (unsigned)width;
    return cudasim::shuffle(mask, value, inside ? lane + delta : lane);
}

template <typename T>
inline T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32) {
    unsigned lane = cudasim_self->lane;
    bool inside = (lane & (unsigned)(width - 1)) >= delta;
    return cudasim::shuffle(mask, value, inside ? lane - delta : lane);
}

inline unsigned __ballot_sync(unsigned mask, int predicate) {
    return (unsigned)cudasim_hook->exchange(cudasim_ballot, mask, predicate != 0, 0);
}
inline int __any_sync(unsigned mask, int predicate) { return __ballot_sync(mask, predicate) != 0; }
inline int __all_sync(unsigned mask, int predicate) { return __ballot_sync(mask, predicate) == mask; }
inline unsigned __activemask() { return 1u << cudasim_self->lane; }

// Each of these lets others run first, so that what a program does between two of them may not be taken as one step.
#define CUDASIM_ATOMIC(NAME, TYPE, RESULT)         \
    inline TYPE NAME(TYPE* address, TYPE value) {  \
        cudasim::yield();                          \
        TYPE old = *(volatile TYPE*)address;       \
        *(volatile TYPE*)address = (RESULT);       \
        return old;                                \
    }
#define CUDASIM_ATOMICS(TYPE)                                    \
    CUDASIM_ATOMIC(atomicAdd, TYPE, old + value)                 \
    CUDASIM_ATOMIC(atomicExch, TYPE, value)                      \
    CUDASIM_ATOMIC(atomicMax, TYPE, value > old ? value : old)   \
    CUDASIM_ATOMIC(atomicMin, TYPE, value < old ? value : old)
CUDASIM_ATOMICS(int)
CUDASIM_ATOMICS(unsigned)
CUDASIM_ATOMICS(unsigned long long)
#define CUDASIM_BIT_ATOMICS(TYPE)              \
    CUDASIM_ATOMIC(atomicSub, TYPE, old - value) \
    CUDASIM_ATOMIC(atomicAnd, TYPE, old & value) \
    CUDASIM_ATOMIC(atomicOr, TYPE, old | value)  \
    CUDASIM_ATOMIC(atomicXor, TYPE, old ^ value)
CUDASIM_BIT_ATOMICS(int)
CUDASIM_BIT_ATOMICS(unsigned)
CUDASIM_ATOMIC(atomicInc, unsigned, old >= value ? 0 : old + 1)
#undef CUDASIM_ATOMIC
#undef CUDASIM_ATOMICS
#undef CUDASIM_BIT_ATOMICS

template <typename T>
inline T atomicCAS(T* address, T expected, T value) {
    cudasim::yield();
    T old = *(volatile T*)address;
    if (old == expected) *(volatile T*)address = value;
    return old;
}

inline void __threadfence() { cudasim::yield(); }
inline void __threadfence_block() { cudasim::yield(); }
inline void __threadfence_system() { cudasim::yield(); }
inline void __nanosleep(unsigned) { cudasim::yield(); }
inline long long clock64() { return (long long)__builtin_ia32_rdtsc(); }
inline long long clock() { return clock64(); }
inline void __trap() { cudasim_hook->trap("__trap was called"); }
#define assert(condition) ((condition) ? (void)0 : cudasim_hook->trap("assertion failed: " #condition))

#define CUDASIM_LOAD(NAME) \
    template <typename T>  \
    inline T NAME(const T* address) { return *address; }
CUDASIM_LOAD(__ldg)
CUDASIM_LOAD(__ldca)
CUDASIM_LOAD(__ldcg)
CUDASIM_LOAD(__ldcs)
CUDASIM_LOAD(__ldlu)
CUDASIM_LOAD(__ldcv)
#undef CUDASIM_LOAD
#define CUDASIM_STORE(NAME) \
    template <typename T>   \
    inline void NAME(T* address, T value) { *address = value; }
CUDASIM_STORE(__stwb)
CUDASIM_STORE(__stcg)
CUDASIM_STORE(__stcs)
CUDASIM_STORE(__stwt)
#undef CUDASIM_STORE
