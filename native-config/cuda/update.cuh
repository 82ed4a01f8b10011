// What the kernels of an update share: the tables that the host writes, what they leave for each other and for the host,
// and sums over a block of threads, always in the same order. UpdateTables, StepNumbers and UpdateReport have the
// same layouts in Java.

#define UPDATE_THREADS 256
#define UPDATE_WARPS (UPDATE_THREADS / 32)
#define ALL_LANES 0xffffffffu

enum Kind { TRAINED, STATISTIC, FROZEN };

// In the order of UpdaterKind.
enum Updater { NO_OP, SGD, NESTEROVS, ADAM, AMS_GRAD, NADAM, RMS_PROP, ADA_GRAD, ADA_DELTA, ADA_MAX };

enum Clip { BY_NOTHING, BY_VALUE, BY_TENSOR_NORM, BY_LAYER_NORM, BY_GLOBAL_NORM, BY_UNIT_RATIO };

// REFUSE: the gradient isn't finite. TRY: the updater could overflow, so that all is computed once without being written.
enum Verdict { REFUSE, GO, TRY };

// One parameter of the model; never changes.
struct Parameter {
    long long offset;
    long long stateOffset;
    long long stateStride;
    long long length;
    long long unitLength;  // 0 where units don't count
    long long firstUnit;
    int firstTile;
    int endTile;
    int kind;
    int updater;
    int layer;
    int layerBegin;  // no parameter before this one is of the same layer
    int layerEnd;
    int divides;  // whether the updater divides by something that epsilon keeps from 0
};

// What the host sends for a step.
struct Rule {
    double learningRateScale;
    double limit;    // value, norm or factor
    double epsilon;  // least norm of a unit's weights
    int clip;
    int generation;  // steps of one build on each other, and one with a loss that isn't finite is refused; 0 for none
};

// What the host sends for a step and each parameter.
struct Rates {
    double averaging;
    double rate;
    double gradientRate;
    double firstDecay;
    double secondDecay;
    double epsilon;
    double l1;
    double l2;
    double weightDecay;
};

// Of one tile of the flat gradient.
struct Scan {
    double sumOfSquares;
    unsigned largest;  // the bits of a float: beyond infinity if there is a NaN
    unsigned nonFinite;
    unsigned zeros;
    unsigned unused;
};

// Of one parameter's averaged gradient.
struct Row {
    double sumOfSquares;
    double largest;
    long long nonFinite;
    long long zeros;
};

struct Norms {
    double weight;
    double update;
};

struct Report {
    int applied;
    int goodSteps;
    double clipScale;
    double lossScale;
    double nextLossScale;
};

// A step's numbers as its elements use them.
struct Factors {
    double exact;  // averaging and clipping
    float scale;   // the same; not to be used if tiny
    float limit;
    float l1;
    float l2;
    float rate;
    float gradientRate;
    float keepFirst;
    float takeFirst;
    float ahead;
    float keepSecond;
    float takeSecond;
    float epsilon;
    float weightDecay;
    float step;
    int tiny;
    int unused;
};

struct Decision {
    int verdict;
    int overflow;
    int byUnit;
    int idle;  // a step before it, of the same generation, was refused
};

// What is known of parameters and states; all 0 when they were replaced.
struct Looked {
    int finite;   // a step was made of them
    int weighed;  // the norms are those of the parameters
    int refused;  // generation of the last refused step
    int unused;
};

struct LossScale {
    float scale;
    int goodSteps;
};

__device__ __forceinline__ double larger(double a, double b) { return a > b ? a : b; }

// The sum for all threads of the block; shared has an element per warp.
__device__ __forceinline__ double block_sum(double value, double* shared) {
    for (int distance = 16; distance > 0; distance >>= 1) {
        value += __shfl_xor_sync(ALL_LANES, value, distance);
    }
    __syncthreads();
    if ((threadIdx.x & 31) == 0) {
        shared[threadIdx.x >> 5] = value;
    }
    __syncthreads();
    double sum = shared[0];
    for (int warp = 1; warp < UPDATE_WARPS; warp++) {
        sum += shared[warp];
    }
    return sum;
}

// The largest for all threads of the block.
__device__ __forceinline__ double block_max(double value, double* shared) {
    for (int distance = 16; distance > 0; distance >>= 1) {
        value = larger(value, __shfl_xor_sync(ALL_LANES, value, distance));
    }
    __syncthreads();
    if ((threadIdx.x & 31) == 0) {
        shared[threadIdx.x >> 5] = value;
    }
    __syncthreads();
    double most = shared[0];
    for (int warp = 1; warp < UPDATE_WARPS; warp++) {
        most = larger(most, shared[warp]);
    }
    return most;
}

// Right for all magnitudes, though the squares of floats may be none: doubles are asked only where they are needed.
__device__ __forceinline__ double squares(float a, float b, float c, float d) {
    float sum = a * a + b * b + c * c + d * d;
    if (sum > 1e-28f && sum < 1e37f) {
        return sum;
    }
    return (double) a * a + (double) b * b + (double) c * c + (double) d * d;
}

// Multiplies by a factor of any magnitude: those below 1e-36 have too few digits as a float.
__device__ __forceinline__ bool tiny_factor(double factor) { return factor != 0 && fabs(factor) < 1e-36; }

__device__ __forceinline__ float scaled(float x, double factor) {
    return tiny_factor(factor) ? (float) (x * factor) : x * (float) factor;
}

// Factor that averages one parameter's flat gradient; the loss, and with it all derivatives, may be scaled.
__device__ __forceinline__ double averaging(const Parameter& parameter, const Rates& rates, const LossScale* lossScale) {
    bool isScaled = lossScale != nullptr && parameter.kind == TRAINED;
    return isScaled ? rates.averaging / lossScale->scale : rates.averaging;
}
