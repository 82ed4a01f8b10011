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

#define TILE 32
#define TILE_ROWS 8

// The same for dense sequences [examples, size, steps], by square tiles, so that both reading and writing follow the memory.
// Blocks of TILE * TILE_ROWS threads.
extern "C" __global__ void __launch_bounds__(TILE * TILE_ROWS)
    transpose_rows(const float* __restrict__ source, float* __restrict__ target, long long examples, int size,
                   long long steps) {
    __shared__ float tile[TILE][TILE + 1];  // the last column keeps threads from meeting in one memory bank
    int across = threadIdx.x % TILE;
    int down = threadIdx.x / TILE;
    long long tilesOfSize = (size + TILE - 1) / TILE;
    long long tilesOfSteps = (steps + TILE - 1) / TILE;
    for (long long item = blockIdx.x; item < examples * tilesOfSize * tilesOfSteps; item += gridDim.x) {
        long long example = item / (tilesOfSize * tilesOfSteps);
        long long within = item - example * tilesOfSize * tilesOfSteps;
        long long firstFeature = within / tilesOfSteps * TILE;
        long long firstStep = within % tilesOfSteps * TILE;
        for (int row = down; row < TILE; row += TILE_ROWS) {
            long long feature = firstFeature + row;
            long long step = firstStep + across;
            if (feature < size && step < steps) {
                tile[row][across] = source[(example * size + feature) * steps + step];
            }
        }
        __syncthreads();
        for (int row = down; row < TILE; row += TILE_ROWS) {
            long long step = firstStep + row;
            long long feature = firstFeature + across;
            if (feature < size && step < steps) {
                target[(step * examples + example) * size + feature] = tile[across][row];
            }
        }
        __syncthreads();
    }
}

// target = a + b; the target may be one of them.
extern "C" __global__ void add(const float* a, const float* b, float* target, long long elements) {
    long long stride = (long long) gridDim.x * blockDim.x;
    for (long long i = (long long) blockIdx.x * blockDim.x + threadIdx.x; i < elements; i += stride) {
        target[i] = a[i] + b[i];
    }
}
