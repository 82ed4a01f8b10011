// Arithmetic: the mathematical functions and the intrinsics on single values.
#pragma once

// Functions of the C library, declared here since kernels include no standard header.
#define CUDASIM_MATH1(NAME)                              \
    extern "C" double NAME(double);                      \
    extern "C" float NAME##f(float);                     \
    inline float NAME(float x) { return NAME##f(x); }
#define CUDASIM_MATH2(NAME)                                           \
    extern "C" double NAME(double, double);                           \
    extern "C" float NAME##f(float, float);                           \
    inline float NAME(float x, float y) { return NAME##f(x, y); }
CUDASIM_MATH1(sqrt)
CUDASIM_MATH1(exp)
CUDASIM_MATH1(exp2)
CUDASIM_MATH1(expm1)
CUDASIM_MATH1(log)
CUDASIM_MATH1(log2)
CUDASIM_MATH1(log10)
CUDASIM_MATH1(log1p)
CUDASIM_MATH1(sin)
CUDASIM_MATH1(cos)
CUDASIM_MATH1(tan)
CUDASIM_MATH1(asin)
CUDASIM_MATH1(acos)
CUDASIM_MATH1(atan)
CUDASIM_MATH1(sinh)
CUDASIM_MATH1(cosh)
CUDASIM_MATH1(tanh)
CUDASIM_MATH1(asinh)
CUDASIM_MATH1(acosh)
CUDASIM_MATH1(atanh)
CUDASIM_MATH1(erf)
CUDASIM_MATH1(erfc)
CUDASIM_MATH1(cbrt)
CUDASIM_MATH1(floor)
CUDASIM_MATH1(ceil)
CUDASIM_MATH1(trunc)
CUDASIM_MATH1(round)
CUDASIM_MATH1(rint)
CUDASIM_MATH1(nearbyint)
CUDASIM_MATH1(tgamma)
CUDASIM_MATH1(lgamma)
CUDASIM_MATH1(fabs)
CUDASIM_MATH2(pow)
CUDASIM_MATH2(fmod)
CUDASIM_MATH2(atan2)
CUDASIM_MATH2(fmax)
CUDASIM_MATH2(fmin)
CUDASIM_MATH2(hypot)
CUDASIM_MATH2(copysign)
CUDASIM_MATH2(fdim)
CUDASIM_MATH2(remainder)
CUDASIM_MATH2(nextafter)
#undef CUDASIM_MATH1
#undef CUDASIM_MATH2
extern "C" double fma(double, double, double);
extern "C" float fmaf(float, float, float);
inline float fma(float x, float y, float z) { return fmaf(x, y, z); }
extern "C" double ldexp(double, int);
extern "C" float ldexpf(float, int);
extern "C" double frexp(double, int*);
extern "C" float frexpf(float, int*);
extern "C" double modf(double, double*);
extern "C" float modff(float, float*);
extern "C" int abs(int);
extern "C" long long llabs(long long);
inline long long abs(long long x) { return llabs(x); }
inline float abs(float x) { return __builtin_fabsf(x); }
inline double abs(double x) { return __builtin_fabs(x); }
extern "C" int printf(const char*, ...);

inline bool isfinite(float x) { return __builtin_isfinite(x); }
inline bool isfinite(double x) { return __builtin_isfinite(x); }
inline bool isnan(float x) { return __builtin_isnan(x); }
inline bool isnan(double x) { return __builtin_isnan(x); }
inline bool isinf(float x) { return __builtin_isinf(x); }
inline bool isinf(double x) { return __builtin_isinf(x); }
inline bool signbit(float x) { return __builtin_signbit(x); }
inline bool signbit(double x) { return __builtin_signbit(x); }

// float and double follow fmin and fmax, which leave out NaN, as CUDA's do.
#define CUDASIM_MINMAX(TYPE)                                     \
    inline TYPE min(TYPE a, TYPE b) { return b < a ? b : a; }    \
    inline TYPE max(TYPE a, TYPE b) { return a < b ? b : a; }
CUDASIM_MINMAX(int)
CUDASIM_MINMAX(unsigned)
CUDASIM_MINMAX(long)
CUDASIM_MINMAX(unsigned long)
CUDASIM_MINMAX(long long)
CUDASIM_MINMAX(unsigned long long)
#undef CUDASIM_MINMAX
inline float min(float a, float b) { return fminf(a, b); }
inline float max(float a, float b) { return fmaxf(a, b); }
inline double min(double a, double b) { return fmin(a, b); }
inline double max(double a, double b) { return fmax(a, b); }

namespace cudasim {
template <typename To, typename From>
inline To bits(From value) {
    static_assert(sizeof(To) == sizeof(From), "same size");
    To result;
    __builtin_memcpy(&result, &value, sizeof result);
    return result;
}
}  // namespace cudasim

inline unsigned __float_as_uint(float x) { return cudasim::bits<unsigned>(x); }
inline int __float_as_int(float x) { return cudasim::bits<int>(x); }
inline float __uint_as_float(unsigned x) { return cudasim::bits<float>(x); }
inline float __int_as_float(int x) { return cudasim::bits<float>(x); }
inline long long __double_as_longlong(double x) { return cudasim::bits<long long>(x); }
inline double __longlong_as_double(long long x) { return cudasim::bits<double>(x); }

inline unsigned __umulhi(unsigned a, unsigned b) { return (unsigned)((unsigned long long)a * b >> 32); }
inline int __mulhi(int a, int b) { return (int)((long long)a * b >> 32); }
inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
    return (unsigned long long)((unsigned __int128)a * b >> 64);
}
inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
inline int __clz(int x) { return x == 0 ? 32 : __builtin_clz((unsigned)x); }
inline int __clzll(long long x) { return x == 0 ? 64 : __builtin_clzll((unsigned long long)x); }
inline int __ffs(int x) { return __builtin_ffs(x); }
inline int __ffsll(long long x) { return __builtin_ffsll(x); }
inline unsigned __brev(unsigned x) {
    unsigned r = 0;
    for (int i = 0; i < 32; i++) r |= (x >> i & 1u) << (31 - i);
    return r;
}
inline unsigned __funnelshift_l(unsigned low, unsigned high, unsigned shift) {
    return (unsigned)(((unsigned long long)high << 32 | low) << (shift & 31) >> 32);
}
inline unsigned __funnelshift_r(unsigned low, unsigned high, unsigned shift) {
    return (unsigned)(((unsigned long long)high << 32 | low) >> (shift & 31));
}

inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
inline double rsqrt(double x) { return 1.0 / sqrt(x); }
inline float rsqrt(float x) { return rsqrtf(x); }
inline float exp10f(float x) { return powf(10.0f, x); }
inline float __saturatef(float x) { return x > 0 ? (x < 1 ? x : 1.0f) : 0.0f; }

// The quick ones are as inexact as CUDA's in kind: exp by way of 2^(x log2 e), no quotient by a divisor beyond 2^126.
inline float __expf(float x) { return exp2f(x * 1.4426950408889634f); }
inline float __exp10f(float x) { return exp2f(x * 3.3219280948873623f); }
inline float __logf(float x) { return log2f(x) * 0.6931471805599453f; }
inline float __log2f(float x) { return log2f(x); }
inline float __powf(float x, float y) { return exp2f(y * log2f(x)); }
inline float __sinf(float x) { return sinf(x); }
inline float __cosf(float x) { return cosf(x); }
inline float __tanf(float x) { return tanf(x); }
inline float __fdividef(float x, float y) {
    float size = fabsf(y);
    return size > 8.507059173023462e37f && size < __builtin_inff() ? x * 0.0f : x / y;
}
inline float __frcp_rn(float x) { return 1.0f / x; }
inline float __fsqrt_rn(float x) { return sqrtf(x); }
inline float __frsqrt_rn(float x) { return (float)(1.0 / sqrt((double)x)); }
inline float __fmaf_rn(float x, float y, float z) { return fmaf(x, y, z); }

// Never joined to a multiply-add, unlike the operators.
#define CUDASIM_SINGLE(NAME, TYPE, OPERATOR)                                                   \
    inline TYPE NAME(TYPE x, TYPE y) {                                                         \
        TYPE result = x OPERATOR y;                                                            \
        asm("" : "+x"(result));                                                                \
        return result;                                                                         \
    }
CUDASIM_SINGLE(__fadd_rn, float, +)
CUDASIM_SINGLE(__fsub_rn, float, -)
CUDASIM_SINGLE(__fmul_rn, float, *)
CUDASIM_SINGLE(__fdiv_rn, float, /)
CUDASIM_SINGLE(__dadd_rn, double, +)
CUDASIM_SINGLE(__dmul_rn, double, *)
#undef CUDASIM_SINGLE

inline int __float2int_rn(float x) { return (int)rintf(x); }
inline int __float2int_rz(float x) { return (int)x; }
inline int __float2int_rd(float x) { return (int)floorf(x); }
inline int __float2int_ru(float x) { return (int)ceilf(x); }
inline unsigned __float2uint_rn(float x) { return (unsigned)(long long)rintf(x); }
inline unsigned __float2uint_rz(float x) { return (unsigned)(long long)x; }
inline float __int2float_rn(int x) { return (float)x; }
inline float __uint2float_rn(unsigned x) { return (float)x; }
inline float __double2float_rn(double x) { return (float)x; }
