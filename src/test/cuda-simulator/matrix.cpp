#include "matrix.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

// The loops over values are worth it; those of the rest aren't.
#pragma GCC optimize("O3")

namespace cudasim {

namespace {

uint32_t bitsOf(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

float ofBits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/// To the nearest value with `kept` of the 23 bits of the fraction, ties to even.
float shortened(float value, int kept) {
    if (!std::isfinite(value)) return value;
    uint32_t bits = bitsOf(value);
    int dropped = 23 - kept;
    uint32_t half = (1u << (dropped - 1)) - 1 + (bits >> dropped & 1);
    return ofBits((bits + half) >> dropped << dropped);
}

/// Ten bits of fraction, five of exponent.
float half(float value) {
    float size = std::fabs(value);
    if (size < 6.103515625e-5f) return std::copysign(std::nearbyint(size * 16777216.0f) / 16777216.0f, value);
    float rounded = shortened(value, 10);
    return std::fabs(rounded) > 65504.0f ? std::copysign(INFINITY, value) : rounded;
}

/// op(A), rounded, as rows of `columns` values.
std::vector<float> rowsOf(const float* from, int ld, bool transposed, int rows, int columns, Rounding rounding) {
    std::vector<float> result(static_cast<size_t>(rows) * columns);
    for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
            size_t at = transposed ? c + static_cast<size_t>(r) * ld : r + static_cast<size_t>(c) * ld;
            result[static_cast<size_t>(r) * columns + c] = roundedTo(rounding, from[at]);
        }
    }
    return result;
}

}  // namespace

float roundedTo(Rounding rounding, float value) {
    switch (rounding) {
        case Rounding::Tf32: return shortened(value, 10);
        case Rounding::Bfloat16: return shortened(value, 7);
        case Rounding::Half: return half(value);
        default: return value;
    }
}

void multiply(const Product& p) {
    // Columns of C are rows of its transpose: C^T = op(B)^T op(A)^T, with the innermost loop along a column of C.
    std::vector<float> left, right;
    if (p.alpha != 0) {
        left = rowsOf(p.b, p.ldb, !p.transposeB, p.n, p.k, p.rounding);
        right = rowsOf(p.a, p.lda, !p.transposeA, p.k, p.m, p.rounding);
    }
    std::vector<float> sums(p.m);
    for (int column = 0; column < p.n; column++) {
        std::fill(sums.begin(), sums.end(), 0.0f);
        if (p.alpha != 0) {
            for (int i = 0; i < p.k; i++) {
                float factor = left[static_cast<size_t>(column) * p.k + i];
                const float* row = &right[static_cast<size_t>(i) * p.m];
                for (int r = 0; r < p.m; r++) sums[r] += factor * row[r];
            }
        }
        float* c = p.c + static_cast<size_t>(column) * p.ldc;
        for (int r = 0; r < p.m; r++) c[r] = p.alpha * sums[r] + (p.beta == 0 ? 0.0f : p.beta * c[r]);
    }
}

}  // namespace cudasim
