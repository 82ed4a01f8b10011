// Rows of a batch on their way in and out of a program.

// Puts an array with any strides into time-major rows: target[(step * examples + example) * size + feature].
extern "C" __global__ void order_rows(const float* __restrict__ source, float* __restrict__ target, long long examples,
                                      int size, long long elements, long long stepStride, long long exampleStride,
                                      long long featureStride) {
    long long stride = (long long) gridDim.x * blockDim.x;
    for (long long i = (long long) blockIdx.x * blockDim.x + threadIdx.x; i < elements; i += stride) {
        long long row = i / size;
        long long step = row / examples;
        long long example = row - step * examples;
        target[i] = source[step * stepStride + example * exampleStride + (i - row * size) * featureStride];
    }
}

// target = a + b; the target may be one of them.
extern "C" __global__ void add(const float* a, const float* b, float* target, long long elements) {
    long long stride = (long long) gridDim.x * blockDim.x;
    for (long long i = (long long) blockIdx.x * blockDim.x + threadIdx.x; i < elements; i += stride) {
        target[i] = a[i] + b[i];
    }
}
