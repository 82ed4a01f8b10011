#include "update.cuh"

// The pass over gradient, parameters and states that makes the new parameters.

// A step's work on one tile. Elements are counted from the origin, which lies at most 3 elements before the tile. Places
// are kept instead of addresses: a kernel's arguments take no registers, which are short here.
struct Tile {
    float* weights;
    const float* gradient;
    float* state;
    long long origin;       // in weights and gradient
    long long stateOrigin;  // in the first state
    long long stateStride;  // from one state to the next
    int skip;               // first element that counts
    int count;              // one beyond the last
};

// Where the unit of an element is found. The same for all threads of a block, and seldom asked for, so that it lies in shared
// memory.
struct Units {
    const double* factors;  // of the unit in which the origin lies
    long long length;
    long long within;  // number of the origin in its unit; may be negative
};

__device__ constexpr int states_of(int updater) {
    return updater == AMS_GRAD ? 3
           : updater == ADAM || updater == NADAM || updater == ADA_DELTA || updater == ADA_MAX ? 2
           : updater == NESTEROVS || updater == RMS_PROP || updater == ADA_GRAD ? 1
                                                                                : 0;
}

// A thread takes four elements at once: neighbours if they can be moved together, else as far apart as the block has
// threads, so that a warp's accesses are to one stretch either way.
template <bool TOGETHER>
struct Four {
    static const int APART = TOGETHER ? 1 : UPDATE_THREADS;

    static __device__ __forceinline__ int first(int turn) {
        return TOGETHER ? 4 * (turn * UPDATE_THREADS + (int) threadIdx.x)
                        : 4 * turn * UPDATE_THREADS + (int) threadIdx.x;
    }

    // Bit e says whether the e-th of four elements counts.
    static __device__ __forceinline__ int mask(int first, int skip, int count) {
        int mask = 0;
#pragma unroll
        for (int e = 0; e < 4; e++) {
            int at = first + e * APART;
            mask |= (at >= skip && at < count) << e;
        }
        return mask;
    }

    // Elements that don't count become 0.
    static __device__ __forceinline__ void load(float (&x)[4], const float* __restrict__ p, int first, int mask) {
        if (TOGETHER && mask == 15) {
            float4 all = *(const float4*) (p + first);
            x[0] = all.x;
            x[1] = all.y;
            x[2] = all.z;
            x[3] = all.w;
            return;
        }
#pragma unroll
        for (int e = 0; e < 4; e++) {
            x[e] = mask >> e & 1 ? p[first + e * APART] : 0;
        }
    }

    static __device__ __forceinline__ void store(const float (&x)[4], float* __restrict__ p, int first, int mask) {
        if (TOGETHER && mask == 15) {
            // an ordinary assignment would be taken apart into what the masked stores do
            __stwb((float4*) (p + first), make_float4(x[0], x[1], x[2], x[3]));
            return;
        }
#pragma unroll
        for (int e = 0; e < 4; e++) {
            if (mask >> e & 1) {
                p[first + e * APART] = x[e];
            }
        }
    }
};

// What is subtracted from a parameter with gradient g; its states p, q and r become new ones. Formulas: UpdaterKind.
template <int UPDATER>
__device__ __forceinline__ float advance(float g, float& p, float& q, float& r, const Factors& f) {
    if (UPDATER == SGD) {
        return f.rate * g;
    }
    if (UPDATER == NESTEROVS) {
        float kept = f.keepFirst * p;
        p = kept - f.rate * g;
        return kept - f.ahead * p;
    }
    if (UPDATER == ADAM || UPDATER == AMS_GRAD || UPDATER == NADAM) {
        p = f.keepFirst * p + f.takeFirst * g;
        q = f.keepSecond * q + f.takeSecond * (g * g);
        if (UPDATER == AMS_GRAD) {
            // a NaN stays one
            r = q > r ? q : r;
        }
        float step = UPDATER == NADAM ? f.rate * p + f.gradientRate * g : f.rate * p;
        return step / (sqrtf(UPDATER == AMS_GRAD ? r : q) + f.epsilon);
    }
    if (UPDATER == RMS_PROP || UPDATER == ADA_GRAD) {
        p = UPDATER == RMS_PROP ? f.keepFirst * p + f.takeFirst * (g * g) : p + g * g;
        return f.rate * g / (sqrtf(p) + f.epsilon);
    }
    if (UPDATER == ADA_MAX) {
        p = f.keepFirst * p + f.takeFirst * g;
        q = f.keepSecond * q;
        float now = fabsf(g) + f.epsilon;
        // a NaN stays one
        q = now > q ? now : q;
        return f.rate * p / q;
    }
    if (UPDATER == ADA_DELTA) {
        p = f.keepFirst * p + f.takeFirst * (g * g);
        float step = g * (sqrtf(q + f.epsilon) / sqrtf(p + f.epsilon));
        q = f.keepFirst * q + f.takeFirst * (step * step);
        return step;
    }
    return g;
}

__device__ __forceinline__ float by_unit(float g, const volatile Units& units, int element) {
    long long place = units.within + element;
    long long unit = 0;
    long long length = units.length;
    if (place >= length) {
        // tiles are short: where a unit is longer than one, only one can begin in it
        unit = length > 0x40000000 ? 1 : (unsigned) place / (unsigned) length;
    }
    double factor = units.factors[unit];
    return factor < 1 ? scaled(g, factor) : g;
}

// From gradient g and weight w to what is subtracted from the weight.
template <int UPDATER>
__device__ __forceinline__ float change(float g, float w, float& p, float& q, float& r, const Factors& f) {
    g += w == 0 ? 0 : copysignf(f.l1, f.l1 * w);
    g += f.l2 * w;
    float u = advance<UPDATER>(g, p, q, r, f);
    u += f.weightDecay * w;
    return f.step * u;
}

struct Outcome {
    double weights;
    double updates;
    bool finite;
};

template <int UPDATER, bool TOGETHER, bool TRIAL>
__device__ __forceinline__ void update_four(const Tile& tile, const volatile Units* units, const Factors& f, int first, int mask,
                                            Outcome& outcome) {
    constexpr int STATES = states_of(UPDATER);
    typedef Four<TOGETHER> Part;
    float g[4], w[4], s[3][4];
    Part::load(g, tile.gradient + tile.origin, first, mask);
    Part::load(w, tile.weights + tile.origin, first, mask);
#pragma unroll
    for (int k = 0; k < STATES; k++) {
        Part::load(s[k], tile.state + (tile.stateOrigin + k * tile.stateStride), first, mask);
    }
#pragma unroll
    for (int e = 0; e < 4; e++) {
        g[e] = f.tiny ? (float) (g[e] * f.exact) : g[e] * f.scale;
        g[e] = fminf(fmaxf(g[e], -f.limit), f.limit);
        if (units != nullptr && (mask >> e & 1)) {
            g[e] = by_unit(g[e], *units, first + e * Part::APART);
        }
        float u = change<UPDATER>(g[e], w[e], s[0][e], s[1][e], s[2][e], f);
        w[e] -= u;
        g[e] = u;
        if (TRIAL && (mask >> e & 1)) {
            outcome.finite = outcome.finite && isfinite(u) && isfinite(w[e]);
#pragma unroll
            for (int k = 0; k < STATES; k++) {
                outcome.finite = outcome.finite && isfinite(s[k][e]);
            }
        }
    }
    if (TRIAL) {
        return;
    }
    Part::store(w, tile.weights + tile.origin, first, mask);
#pragma unroll
    for (int k = 0; k < STATES; k++) {
        Part::store(s[k], tile.state + (tile.stateOrigin + k * tile.stateStride), first, mask);
    }
    if (mask != 15) {
#pragma unroll
        for (int e = 0; e < 4; e++) {
            w[e] = mask >> e & 1 ? w[e] : 0;
            g[e] = mask >> e & 1 ? g[e] : 0;
        }
    }
    outcome.weights += squares(w[0], w[1], w[2], w[3]);
    outcome.updates += squares(g[0], g[1], g[2], g[3]);
}

template <int UPDATER, bool TOGETHER, bool TRIAL>
__device__ __forceinline__ void update_tile(const Tile& tile, const volatile Units* units, const Factors& f, Outcome& outcome) {
    for (int turn = 0; 4 * turn * UPDATE_THREADS < tile.count; turn++) {
        int first = Four<TOGETHER>::first(turn);
        int mask = Four<TOGETHER>::mask(first, tile.skip, tile.count);
        if (mask != 0) {
            update_four<UPDATER, TOGETHER, TRIAL>(tile, units, f, first, mask, outcome);
        }
    }
}

template <bool TOGETHER, bool TRIAL>
__device__ __forceinline__ void update_any(int updater, const Tile& tile, const volatile Units* units, const Factors& f,
                                           Outcome& outcome) {
    switch (updater) {
        case SGD: return update_tile<SGD, TOGETHER, TRIAL>(tile, units, f, outcome);
        case NESTEROVS: return update_tile<NESTEROVS, TOGETHER, TRIAL>(tile, units, f, outcome);
        case ADAM: return update_tile<ADAM, TOGETHER, TRIAL>(tile, units, f, outcome);
        case AMS_GRAD: return update_tile<AMS_GRAD, TOGETHER, TRIAL>(tile, units, f, outcome);
        case NADAM: return update_tile<NADAM, TOGETHER, TRIAL>(tile, units, f, outcome);
        case RMS_PROP: return update_tile<RMS_PROP, TOGETHER, TRIAL>(tile, units, f, outcome);
        case ADA_GRAD: return update_tile<ADA_GRAD, TOGETHER, TRIAL>(tile, units, f, outcome);
        case ADA_DELTA: return update_tile<ADA_DELTA, TOGETHER, TRIAL>(tile, units, f, outcome);
        case ADA_MAX: return update_tile<ADA_MAX, TOGETHER, TRIAL>(tile, units, f, outcome);
        default: return update_tile<NO_OP, TOGETHER, TRIAL>(tile, units, f, outcome);
    }
}

__device__ __forceinline__ bool divisible(const void* p) { return ((unsigned long long) p & 15) == 0; }

// Sets the tile's place up so that everything lies at multiples of 16 bytes, if there is such a place.
__device__ __forceinline__ bool place(Tile& tile, const Parameter& parameter, long long begin, long long end, int states) {
    int skip = (int) (begin & 3);
    long long state = parameter.stateOffset + (begin - parameter.offset);
    bool together = divisible(tile.weights + (begin - skip)) && divisible(tile.gradient + (begin - skip));
    for (int k = 0; k < states; k++) {
        together = together && divisible(tile.state + (state + k * parameter.stateStride - skip));
    }
    skip = together ? skip : 0;
    tile.origin = begin - skip;
    tile.stateOrigin = state - skip;
    tile.stateStride = parameter.stateStride;
    tile.skip = skip;
    tile.count = (int) (end - begin) + skip;
    return together;
}

// Sets up where the units of a tile are found; all threads of the block take part. Null if no factor is below 1.
__device__ __forceinline__ const volatile Units* units_of(const Parameter& parameter, long long begin, int skip,
                                                          const double* factors, Units& shared) {
    if (factors == nullptr || parameter.unitLength == 0) {
        return nullptr;
    }
    __syncthreads();
    if (threadIdx.x == 0) {
        long long place = begin - parameter.offset;
        long long unit = place / parameter.unitLength;
        shared = Units{factors + parameter.firstUnit + unit, parameter.unitLength,
                       place - unit * parameter.unitLength - skip};
    }
    __syncthreads();
    return &shared;
}

// Computes what a step would write and looks only for what isn't finite.
extern "C" __global__ void __launch_bounds__(UPDATE_THREADS)
    update_try(const Parameter* __restrict__ parameters, const long long* __restrict__ tileBegin,
               const int* __restrict__ tileParameter, int tiles, const Factors* __restrict__ factors,
               const double* __restrict__ unitFactors, float* weights, const float* __restrict__ gradient,
               float* state, Decision* decision) {
    if (decision->verdict != TRY) {
        return;
    }
    __shared__ Units unitsOfTile;
    const double* byUnit = decision->byUnit ? unitFactors : nullptr;
    Outcome outcome = {0, 0, true};
    for (int n = blockIdx.x; n < tiles; n += gridDim.x) {
        Parameter parameter = parameters[tileParameter[n]];
        if (parameter.kind == FROZEN) {
            continue;
        }
        Tile tile = {weights, gradient, state};
        // only read, and seldom: elements needn't be neighbours
        place(tile, parameter, tileBegin[n], tileBegin[n + 1], 0);
        const volatile Units* units = units_of(parameter, tileBegin[n], tile.skip, byUnit, unitsOfTile);
        update_any<false, true>(parameter.updater, tile, units, factors[tileParameter[n]], outcome);
    }
    if (!outcome.finite) {
        decision->overflow = 1;
    }
}

// Only finds a tile's norm.
__device__ __forceinline__ double weigh(const float* __restrict__ p, int count) {
    double sum = 0;
    for (int first = threadIdx.x; first < count; first += 4 * UPDATE_THREADS) {
        float x[4];
        Four<false>::load(x, p, first, Four<false>::mask(first, 0, count));
        sum += squares(x[0], x[1], x[2], x[3]);
    }
    return sum;
}

// The step itself, unless it is refused. Leaves the sums of the squares of weights and updates for each tile.
extern "C" __global__ void __launch_bounds__(UPDATE_THREADS, 3)
    update_step(const Parameter* __restrict__ parameters, const long long* __restrict__ tileBegin,
                const int* __restrict__ tileParameter, int tiles, const Factors* __restrict__ factors,
                const double* __restrict__ unitFactors, float* weights, const float* __restrict__ gradient,
                float* state, const Decision* __restrict__ decision, const Looked* __restrict__ looked,
                double* __restrict__ weightSums, double* __restrict__ updateSums) {
    __shared__ double shared[UPDATE_WARPS];
    __shared__ Units unitsOfTile;
    bool refused = decision->verdict == REFUSE || (decision->verdict == TRY && decision->overflow != 0);
    const double* byUnit = decision->byUnit ? unitFactors : nullptr;
    for (int n = blockIdx.x; n < tiles; n += gridDim.x) {
        Parameter parameter = parameters[tileParameter[n]];
        long long begin = tileBegin[n];
        long long end = tileBegin[n + 1];
        Outcome outcome = {0, 0, true};
        bool stays = refused || parameter.kind == FROZEN;
        if (stays && looked->weighed) {
            if (threadIdx.x == 0) {
                updateSums[n] = 0;
            }
            continue;
        }
        if (stays) {
            outcome.weights = weigh(weights + begin, (int) (end - begin));
        } else {
            Tile tile = {weights, gradient, state};
            const Factors& f = factors[tileParameter[n]];
            int states = states_of(parameter.updater);
            bool together = place(tile, parameter, begin, end, states);
            const volatile Units* units = units_of(parameter, begin, tile.skip, byUnit, unitsOfTile);
            if (together) {
                update_any<true, false>(parameter.updater, tile, units, f, outcome);
            } else {
                update_any<false, false>(parameter.updater, tile, units, f, outcome);
            }
        }
        outcome.weights = block_sum(outcome.weights, shared);
        outcome.updates = block_sum(outcome.updates, shared);
        if (threadIdx.x == 0) {
            weightSums[n] = outcome.weights;
            updateSums[n] = outcome.updates;
        }
    }
}
