#include "update.cuh"

// Statistics of the flat gradient, penalties, norms of units: what an update needs to know before it begins.

struct Found {
    double sum;
    unsigned largest;
    unsigned nonFinite;
    unsigned zeros;
};

__device__ __forceinline__ void look(Found& found, float x) {
    unsigned magnitude = __float_as_uint(x) & 0x7fffffffu;
    found.largest = max(found.largest, magnitude);
    found.nonFinite += magnitude >= 0x7f800000u;
    found.zeros += magnitude == 0;
}

__device__ __forceinline__ void look(Found& found, const float4& x) {
    look(found, x.x);
    look(found, x.y);
    look(found, x.z);
    look(found, x.w);
    found.sum += squares(x.x, x.y, x.z, x.w);
}

// Elements before the first at an address that is a multiple of 16 bytes, at most count.
__device__ __forceinline__ int head_of(const float* p, int count) {
    int head = (int) ((16 - ((unsigned long long) p & 15)) & 15) >> 2;
    return min(head, count);
}

__device__ __forceinline__ Found look_through(const float* __restrict__ p, int count) {
    Found found = {0, 0, 0, 0};
    int head = head_of(p, count);
    int fours = (count - head) >> 2;
    int tail = count - head - 4 * fours;
    const float4* __restrict__ body = (const float4*) (p + head);
    int i = threadIdx.x;
    for (; i + 3 * UPDATE_THREADS < fours; i += 4 * UPDATE_THREADS) {
        float4 a = body[i];
        float4 b = body[i + UPDATE_THREADS];
        float4 c = body[i + 2 * UPDATE_THREADS];
        float4 d = body[i + 3 * UPDATE_THREADS];
        look(found, a);
        look(found, b);
        look(found, c);
        look(found, d);
    }
    for (; i < fours; i += UPDATE_THREADS) {
        look(found, body[i]);
    }
    int edge = (int) threadIdx.x;
    if (edge < head + tail) {
        float x = edge < head ? p[edge] : p[4 * fours + edge];
        look(found, x);
        found.sum += (double) x * x;
    }
    return found;
}

// One Scan per tile. Tile i has the elements tileBegin[i] to tileBegin[i + 1], all of one parameter.
extern "C" __global__ void __launch_bounds__(UPDATE_THREADS)
    update_scan(const float* __restrict__ gradient, const long long* __restrict__ tileBegin, int tiles,
                Scan* __restrict__ scans) {
    __shared__ Scan ofWarp[UPDATE_WARPS];
    for (int tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
        long long begin = tileBegin[tile];
        Found found = look_through(gradient + begin, (int) (tileBegin[tile + 1] - begin));
        for (int distance = 16; distance > 0; distance >>= 1) {
            found.sum += __shfl_xor_sync(ALL_LANES, found.sum, distance);
            found.largest = max(found.largest, __shfl_xor_sync(ALL_LANES, found.largest, distance));
            found.nonFinite += __shfl_xor_sync(ALL_LANES, found.nonFinite, distance);
            found.zeros += __shfl_xor_sync(ALL_LANES, found.zeros, distance);
        }
        __syncthreads();
        if ((threadIdx.x & 31) == 0) {
            ofWarp[threadIdx.x >> 5] = Scan{found.sum, found.largest, found.nonFinite, found.zeros, 0};
        }
        __syncthreads();
        if (threadIdx.x == 0) {
            Scan all = ofWarp[0];
            for (int warp = 1; warp < UPDATE_WARPS; warp++) {
                all.sumOfSquares += ofWarp[warp].sumOfSquares;
                all.largest = max(all.largest, ofWarp[warp].largest);
                all.nonFinite += ofWarp[warp].nonFinite;
                all.zeros += ofWarp[warp].zeros;
            }
            scans[tile] = all;
        }
    }
}

// One Row per parameter, by a block each.
extern "C" __global__ void __launch_bounds__(UPDATE_THREADS)
    update_rows(const Parameter* __restrict__ parameters, int count, const Rates* __restrict__ rates,
                const LossScale* __restrict__ lossScale, const Scan* __restrict__ scans, Row* __restrict__ rows) {
    __shared__ double shared[UPDATE_WARPS];
    if (blockIdx.x >= count) {
        return;
    }
    Parameter parameter = parameters[blockIdx.x];
    double sum = 0;
    double nonFinite = 0;
    double zeros = 0;
    unsigned largest = 0;
    for (int tile = parameter.firstTile + threadIdx.x; tile < parameter.endTile; tile += UPDATE_THREADS) {
        Scan scan = scans[tile];
        sum += scan.sumOfSquares;
        nonFinite += scan.nonFinite;
        zeros += scan.zeros;
        largest = max(largest, scan.largest);
    }
    sum = block_sum(sum, shared);
    nonFinite = block_sum(nonFinite, shared);
    zeros = block_sum(zeros, shared);
    // as whole numbers, since a NaN must count as the largest
    largest = (unsigned) block_max(largest, shared);
    if (threadIdx.x == 0) {
        double scale = averaging(parameter, rates[blockIdx.x], lossScale);
        rows[blockIdx.x] = Row{sum * scale * scale, __uint_as_float(largest) * scale, (long long) nonFinite,
                               (long long) zeros};
    }
}

struct UnitNorms {
    double gradient;
    double weight;
};

// Sums of squares of a unit's gradient and weights by every width-th element.
__device__ __forceinline__ UnitNorms unit_sums(const float* __restrict__ gradient, const float* __restrict__ weights,
                                               long long length, int first, int width) {
    UnitNorms sums = {0, 0};
    long long i = first;
    for (; i + 3LL * width < length; i += 4LL * width) {
        sums.gradient += squares(gradient[i], gradient[i + width], gradient[i + 2LL * width], gradient[i + 3LL * width]);
        sums.weight += squares(weights[i], weights[i + width], weights[i + 2LL * width], weights[i + 3LL * width]);
    }
    for (; i < length; i += width) {
        sums.gradient += (double) gradient[i] * gradient[i];
        sums.weight += (double) weights[i] * weights[i];
    }
    return sums;
}

__device__ __forceinline__ double unit_factor(const UnitNorms& sums, double average, const Rule& rule) {
    double norm = sqrt(sums.gradient) * average;
    double limit = rule.limit * larger(sqrt(sums.weight), rule.epsilon);
    return norm > limit ? limit / norm : 1;
}

// The factor of every unit, and the smallest of each block's. Short units are taken by a warp, longer ones by a block.
extern "C" __global__ void __launch_bounds__(UPDATE_THREADS)
    update_units(const Parameter* __restrict__ parameters, int count, const Rule* __restrict__ rule,
                 const Rates* __restrict__ rates, const LossScale* __restrict__ lossScale,
                 const float* __restrict__ gradient, const float* __restrict__ weights, double* __restrict__ factors,
                 double* __restrict__ smallest) {
    const long long longest = 2048;
    __shared__ double shared[UPDATE_WARPS];
    Rule byRatio = *rule;
    double least = 1;
    for (int p = 0; p < count; p++) {
        long long length = parameters[p].unitLength;
        if (length == 0) {
            continue;
        }
        Parameter parameter = parameters[p];
        double average = averaging(parameter, rates[p], lossScale);
        long long units = parameter.length / length;
        bool byBlock = length > longest;
        int width = byBlock ? UPDATE_THREADS : 32;
        int teams = UPDATE_THREADS / width;
        int first = threadIdx.x & (width - 1);
        for (long long unit = (long long) blockIdx.x * teams + threadIdx.x / width; unit < units;
             unit += (long long) gridDim.x * teams) {
            long long at = parameter.offset + unit * length;
            UnitNorms sums = unit_sums(gradient + at, weights + at, length, first, width);
            if (byBlock) {
                sums.gradient = block_sum(sums.gradient, shared);
                sums.weight = block_sum(sums.weight, shared);
            } else {
                for (int distance = 16; distance > 0; distance >>= 1) {
                    sums.gradient += __shfl_xor_sync(ALL_LANES, sums.gradient, distance);
                    sums.weight += __shfl_xor_sync(ALL_LANES, sums.weight, distance);
                }
            }
            double factor = unit_factor(sums, average, byRatio);
            least = factor < least ? factor : least;
            if (first == 0) {
                factors[parameter.firstUnit + unit] = factor;
            }
        }
    }
    least = -block_max(-least, shared);
    if (threadIdx.x == 0) {
        smallest[blockIdx.x] = least;
    }
}

// What penalties l1 |w| + l2 w^2 add to the loss, one sum per tile of those listed.
extern "C" __global__ void __launch_bounds__(UPDATE_THREADS)
    update_penalties(const float* __restrict__ weights, const long long* __restrict__ tileBegin,
                     const int* __restrict__ tileParameter, const int* __restrict__ listed, int tiles,
                     const double* __restrict__ l1, const double* __restrict__ l2, double* __restrict__ sums) {
    __shared__ double shared[UPDATE_WARPS];
    for (int n = blockIdx.x; n < tiles; n += gridDim.x) {
        int tile = listed[n];
        const float* __restrict__ p = weights + tileBegin[tile];
        int count = (int) (tileBegin[tile + 1] - tileBegin[tile]);
        int head = head_of(p, count);
        int fours = (count - head) >> 2;
        int tail = count - head - 4 * fours;
        const float4* __restrict__ body = (const float4*) (p + head);
        double absolute = 0;
        double square = 0;
        for (int i = threadIdx.x; i < fours; i += UPDATE_THREADS) {
            float4 w = body[i];
            absolute += (fabsf(w.x) + fabsf(w.y)) + (fabsf(w.z) + fabsf(w.w));
            square += squares(w.x, w.y, w.z, w.w);
        }
        int edge = (int) threadIdx.x;
        if (edge < head + tail) {
            double w = edge < head ? p[edge] : p[4 * fours + edge];
            absolute += fabs(w);
            square += w * w;
        }
        int parameter = tileParameter[tile];
        double sum = block_sum(l1[parameter] * absolute + l2[parameter] * square, shared);
        if (threadIdx.x == 0) {
            sums[n] = sum;
        }
    }
}

// The sum of all, by one block.
extern "C" __global__ void __launch_bounds__(UPDATE_THREADS)
    update_penalty(const double* __restrict__ sums, int count, double* __restrict__ penalty) {
    __shared__ double shared[UPDATE_WARPS];
    double sum = 0;
    for (int i = threadIdx.x; i < count; i += UPDATE_THREADS) {
        sum += sums[i];
    }
    sum = block_sum(sum, shared);
    if (threadIdx.x == 0) {
        *penalty = sum;
    }
}
