// Matrix products in float32, with the input rounding of the faster compute modes.
#pragma once

#include <cstddef>

namespace cudasim {

enum class Rounding { None, Tf32, Bfloat16, Half };

float roundedTo(Rounding rounding, float value);

/// Column-major C = alpha op(A) op(B) + beta C, with C m x n and op(A) m x k; C isn't read when beta is 0.
struct Product {
    bool transposeA, transposeB;
    int m, n, k;
    float alpha;
    const float* a;
    int lda;
    const float* b;
    int ldb;
    float beta;
    float* c;
    int ldc;
    Rounding rounding;
};

void multiply(const Product& product);

}  // namespace cudasim
