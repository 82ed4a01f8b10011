// The matrix products of cuBLAS that an engine needs, in float32.
#include <set>

#include "count.h"
#include "entry.h"
#include "matrix.h"
#include "memory.h"

using namespace cudasim;

namespace {

enum {
    kOk = 0, kNoHandle = 1, kAllocFailed = 3, kBadValue = 7, kExecutionFailed = 13, kInternal = 14, kUnsupported = 15,
};

struct Blas {
    StreamRef stream = streamOf(nullptr);
    int mathMode = 0;
};

std::set<Blas*>& handles = *new std::set<Blas*>;

int statusOf(Error error) {
    remember(error);
    return error == kSuccess ? kOk : error == kOutOfMemory ? kAllocFailed : kExecutionFailed;
}

template <typename Body>
int blasCall(void* handle, Body body, Does does = Does::Work) {
    std::lock_guard<std::recursive_mutex> hold(lock());
    auto* blas = static_cast<Blas*>(handle);
    if (handles.count(blas) == 0) return kNoHandle;
    Error error = fault(does);
    if (error == kSuccess) error = enterRuntime();
    return error == kSuccess ? body(*blas) : statusOf(error);
}

/// CUBLAS_COMPUTE_32F and its relatives; false for those of other types.
bool roundingOf(int compute, int mathMode, Rounding* rounding) {
    switch (compute) {
        case 68: *rounding = (mathMode & 15) == 3 ? Rounding::Tf32 : Rounding::None; return true;
        case 69: *rounding = Rounding::None; return true;
        case 74: *rounding = Rounding::Half; return true;
        case 75: *rounding = Rounding::Bfloat16; return true;
        case 77: *rounding = Rounding::Tf32; return true;
        default: return false;
    }
}

/// Values that a column-major matrix spans in memory.
size_t span(int rows, int columns, int ld) {
    return rows == 0 || columns == 0 ? 0 : static_cast<size_t>(columns - 1) * ld + rows;
}

struct Batch {
    Product product;
    long long strideA, strideB, strideC;
    int count;
};

int multiplyBatch(Blas& blas, const Batch& batch) {
    const Product& p = batch.product;
    if (p.m < 0 || p.n < 0 || p.k < 0 || batch.count < 0) return kBadValue;
    int rowsA = p.transposeA ? p.k : p.m, columnsA = p.transposeA ? p.m : p.k;
    int rowsB = p.transposeB ? p.n : p.k, columnsB = p.transposeB ? p.k : p.n;
    if (p.lda < std::max(1, rowsA) || p.ldb < std::max(1, rowsB) || p.ldc < std::max(1, p.m)) return kBadValue;
    if (p.m == 0 || p.n == 0 || batch.count == 0) return kOk;
    if (deviceLost()) return kExecutionFailed;
    size_t last = static_cast<size_t>(batch.count - 1);
    bool inside = insideDevice(p.c, (span(p.m, p.n, p.ldc) + last * batch.strideC) * sizeof(float), "cuBLAS, C");
    if (p.alpha != 0 && p.k > 0) {
        inside &= insideDevice(p.a, (span(rowsA, columnsA, p.lda) + last * batch.strideA) * sizeof(float), "cuBLAS, A");
        inside &= insideDevice(p.b, (span(rowsB, columnsB, p.ldb) + last * batch.strideB) * sizeof(float), "cuBLAS, B");
    }
    if (!inside) die("a matrix product would read or write outside an allocation");
    return statusOf(push(blas.stream, "gemm", [batch] {
        if (!deviceWorks()) return;
        countProduct(batch.product.m, batch.product.n, batch.product.k, batch.count, batch.product.beta != 0);
        for (int i = 0; i < batch.count; i++) {
            Product one = batch.product;
            one.a += i * batch.strideA;
            one.b += i * batch.strideB;
            one.c += i * batch.strideC;
            multiply(one);
        }
    }));
}

}  // namespace

namespace cudasim {

long blasHandlesInUse() { return static_cast<long>(handles.size()); }

void forgetBlas() { handles.clear(); }

}  // namespace cudasim

CUDASIM_API int cublasCreate_v2(void** handle) {
    std::lock_guard<std::recursive_mutex> hold(lock());
    Error error = fault();
    if (error == kSuccess) error = enterRuntime();
    if (error == kOutOfMemory) return statusOf(error);
    if (error != kSuccess || refuseInCapture() != kSuccess) return kNoHandle;
    auto* blas = new Blas;
    handles.insert(blas);
    *handle = blas;
    return kOk;
}

CUDASIM_API int cublasDestroy_v2(void* handle) {
    return blasCall(handle, [](Blas& blas) -> int {
        if (refuseInCapture() != kSuccess) return kInternal;
        runAll();
        handles.erase(&blas);
        delete &blas;
        return kOk;
    }, Does::Release);
}

CUDASIM_API int cublasSetStream_v2(void* handle, void* stream) {
    return blasCall(handle, [&](Blas& blas) -> int {
        StreamRef s = streamOf(stream);
        if (s == nullptr) return kBadValue;
        blas.stream = s;
        return kOk;
    });
}

CUDASIM_API int cublasSetWorkspace_v2(void* handle, void* workspace, size_t bytes) {
    return blasCall(handle, [&](Blas&) -> int {
        if (reinterpret_cast<uintptr_t>(workspace) % 256 != 0) return kBadValue;
        return bytes == 0 || insideDevice(workspace, bytes, "cuBLAS, workspace") ? kOk : kBadValue;
    });
}

CUDASIM_API int cublasSetMathMode(void* handle, int mode) {
    return blasCall(handle, [&](Blas& blas) -> int {
        blas.mathMode = mode;
        return kOk;
    });
}

CUDASIM_API int cublasGetVersion_v2(void*, int* version) {
    *version = settings().runtime / 1000 * 10000 + 100;
    return kOk;
}

CUDASIM_API const char* cublasGetStatusName(int status) {
    switch (status) {
        case kOk: return "CUBLAS_STATUS_SUCCESS";
        case kNoHandle: return "CUBLAS_STATUS_NOT_INITIALIZED";
        case kAllocFailed: return "CUBLAS_STATUS_ALLOC_FAILED";
        case kBadValue: return "CUBLAS_STATUS_INVALID_VALUE";
        case kExecutionFailed: return "CUBLAS_STATUS_EXECUTION_FAILED";
        case kInternal: return "CUBLAS_STATUS_INTERNAL_ERROR";
        case kUnsupported: return "CUBLAS_STATUS_NOT_SUPPORTED";
        default: return "CUBLAS_STATUS unknown";
    }
}

CUDASIM_API const char* cublasGetStatusString(int status) { return cublasGetStatusName(status); }

CUDASIM_API int cublasGemmStridedBatchedEx(void* handle, int transposeA, int transposeB, int m, int n, int k,
                                           const void* alpha, const void* a, int typeA, int lda, long long strideA,
                                           const void* b, int typeB, int ldb, long long strideB, const void* beta,
                                           void* c, int typeC, int ldc, long long strideC, int count, int compute,
                                           int) {
    return blasCall(handle, [&](Blas& blas) -> int {
        Rounding rounding;
        if (typeA != 0 || typeB != 0 || typeC != 0 || !roundingOf(compute, blas.mathMode, &rounding)) {
            return kUnsupported;
        }
        if (transposeA < 0 || transposeA > 2 || transposeB < 0 || transposeB > 2) return kBadValue;
        if (alpha == nullptr || beta == nullptr || isDevice(alpha) || isDevice(beta)) return kBadValue;
        Product product{transposeA != 0, transposeB != 0, m, n, k, *static_cast<const float*>(alpha),
                        static_cast<const float*>(a), lda, static_cast<const float*>(b), ldb,
                        *static_cast<const float*>(beta), static_cast<float*>(c), ldc, rounding};
        return multiplyBatch(blas, {product, strideA, strideB, strideC, count});
    });
}

CUDASIM_API int cublasGemmEx(void* handle, int transposeA, int transposeB, int m, int n, int k, const void* alpha,
                             const void* a, int typeA, int lda, const void* b, int typeB, int ldb, const void* beta,
                             void* c, int typeC, int ldc, int compute, int algorithm) {
    return cublasGemmStridedBatchedEx(handle, transposeA, transposeB, m, n, k, alpha, a, typeA, lda, 0, b, typeB, ldb,
                                      0, beta, c, typeC, ldc, 0, 1, compute, algorithm);
}

CUDASIM_API int cublasSgemm_v2(void* handle, int transposeA, int transposeB, int m, int n, int k, const float* alpha,
                               const float* a, int lda, const float* b, int ldb, const float* beta, float* c,
                               int ldc) {
    return cublasGemmEx(handle, transposeA, transposeB, m, n, k, alpha, a, 0, lda, b, 0, ldb, beta, c, 0, ldc, 68, 0);
}

/** The library's version in parts: 0 is the major number, 1 the minor one, 2 the patch level. */
CUDASIM_API int cublasGetProperty(int part, int* value) {
    *value = part == 0 ? settings().runtime / 1000 : part == 1 ? 1 : 0;
    return kOk;
}
