// The short vectors of CUDA, with their alignment.
#pragma once

#define CUDASIM_VECTORS(NAME, TYPE, ALIGN2, ALIGN4)                                                        \
    struct NAME##1 {                                                                                       \
        TYPE x;                                                                                            \
    };                                                                                                     \
    struct __attribute__((aligned(ALIGN2))) NAME##2 {                                                      \
        TYPE x, y;                                                                                         \
    };                                                                                                     \
    struct NAME##3 {                                                                                       \
        TYPE x, y, z;                                                                                      \
    };                                                                                                     \
    struct __attribute__((aligned(ALIGN4))) NAME##4 {                                                      \
        TYPE x, y, z, w;                                                                                   \
    };                                                                                                     \
    inline NAME##1 make_##NAME##1(TYPE x) { return {x}; }                                                  \
    inline NAME##2 make_##NAME##2(TYPE x, TYPE y) { return {x, y}; }                                       \
    inline NAME##3 make_##NAME##3(TYPE x, TYPE y, TYPE z) { return {x, y, z}; }                            \
    inline NAME##4 make_##NAME##4(TYPE x, TYPE y, TYPE z, TYPE w) { return {x, y, z, w}; }

CUDASIM_VECTORS(char, signed char, 2, 4)
CUDASIM_VECTORS(uchar, unsigned char, 2, 4)
CUDASIM_VECTORS(short, short, 4, 8)
CUDASIM_VECTORS(ushort, unsigned short, 4, 8)
CUDASIM_VECTORS(int, int, 8, 16)
CUDASIM_VECTORS(uint, unsigned, 8, 16)
CUDASIM_VECTORS(float, float, 8, 16)
CUDASIM_VECTORS(double, double, 16, 16)
CUDASIM_VECTORS(longlong, long long, 16, 16)
CUDASIM_VECTORS(ulonglong, unsigned long long, 16, 16)
#undef CUDASIM_VECTORS
