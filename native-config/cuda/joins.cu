// Several tensors become one, and one several.
#include "grid.cuh"

// The numbers of the plan's operations.
enum Operation { OPERATION_ADD = 0, OPERATION_PRODUCT = 1, OPERATION_AVERAGE = 2, OPERATION_MAX = 3,
                 OPERATION_SUBTRACT = 4 };

// What isn't a number wins.
__device__ inline float larger(float a, float b) { return a > b || a != a ? a : b; }

// target = (a op b) * factor; an average adds. The target may be a or b.
extern "C" __global__ void join(const float* a, const float* b, float* target, int operation, float factor,
                                long long elements) {
    EACH_ELEMENT(i, elements) {
        float joined;
        switch (operation) {
            case OPERATION_PRODUCT: joined = a[i] * b[i]; break;
            case OPERATION_MAX: joined = larger(a[i], b[i]); break;
            case OPERATION_SUBTRACT: joined = a[i] - b[i]; break;
            default: joined = a[i] + b[i];
        }
        target[i] = joined * factor;
    }
}

// target = source * factor
extern "C" __global__ void scale(const float* __restrict__ source, float* __restrict__ target, float factor,
                                 long long elements) {
    EACH_ELEMENT(i, elements) { target[i] = source[i] * factor; }
}

// target = gradient, or 0 where the other is larger than the own, or as large and before it. The target may be the gradient.
extern "C" __global__ void where_largest(const float* own, const float* other, int before, const float* gradient,
                                         float* target, long long elements) {
    EACH_ELEMENT(i, elements) {
        bool beaten = before ? other[i] >= own[i] : other[i] > own[i];
        target[i] = beaten ? 0 : gradient[i];
    }
}

// target[row][targetFirst + j] = source[row][sourceFirst + j] for all rows and j < columns
extern "C" __global__ void copy_columns(const float* __restrict__ source, int sourceSize, int sourceFirst,
                                        float* __restrict__ target, int targetSize, int targetFirst, int columns,
                                        long long elements) {
    Place place(columns);
    EACH_ELEMENT(i, elements) {
        target[place.row * targetSize + targetFirst + place.column] =
            source[place.row * sourceSize + sourceFirst + place.column];
        place.advance();
    }
}
