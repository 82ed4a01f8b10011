#include "update.cuh"

// What is decided between the two passes over memory, and what is reported after them.

// With gradients, penalties and weights up to this, no updater's arithmetic overflows if its settings are usual.
#define SURELY_SAFE 1e15
#define USUAL_RATE 1e3
#define USUAL_EPSILON 1e-12

#define LARGEST_FLOAT 3.402823466e38

// What all parameters together say of the gradient.
struct Overview {
    double norm;
    double largest;
    bool finite;
};

__device__ Overview look_over(const Parameter* parameters, int count, const Row* rows, double* shared) {
    double sum = 0;
    double largest = 0;
    double wild = 0;
    for (int p = threadIdx.x; p < count; p += UPDATE_THREADS) {
        if (parameters[p].kind == TRAINED) {
            sum += rows[p].sumOfSquares;
            largest = larger(largest, rows[p].largest);
        }
        if (parameters[p].kind != FROZEN && rows[p].nonFinite != 0) {
            wild = 1;
        }
    }
    double norm = sqrt(block_sum(sum, shared));
    largest = block_max(largest, shared);
    wild = block_max(wild, shared);
    return Overview{norm, largest, wild == 0 && isfinite(norm)};
}

__device__ double layer_norm(const Parameter* parameters, const Row* rows, const Parameter& of) {
    double sum = 0;
    for (int p = of.layerBegin; p < of.layerEnd; p++) {
        if (parameters[p].layer == of.layer && parameters[p].kind == TRAINED) {
            sum += rows[p].sumOfSquares;
        }
    }
    return sqrt(sum);
}

// What a trained parameter's averaged gradient is multiplied by as a whole.
__device__ double clip_factor(const Parameter* parameters, const Row* rows, int p, const Rule& rule, double globalNorm) {
    double norm = 0;
    if (parameters[p].kind != TRAINED) {
        return 1;
    } else if (rule.clip == BY_TENSOR_NORM) {
        norm = sqrt(rows[p].sumOfSquares);
    } else if (rule.clip == BY_LAYER_NORM) {
        norm = layer_norm(parameters, rows, parameters[p]);
    } else if (rule.clip == BY_GLOBAL_NORM) {
        norm = globalNorm;
    } else {
        return 1;
    }
    return norm > rule.limit ? rule.limit / norm : 1;
}

__device__ bool unit_interval(double x) { return x >= 0 && x < 1; }

__device__ bool surely_safe(const Parameter& parameter, const Rates& with, double largest, double weight) {
    double all = with.rate + with.gradientRate + with.firstDecay + with.secondDecay + with.epsilon + with.l1 + with.l2 +
                 with.weightDecay;
    return isfinite(all) && unit_interval(with.firstDecay) && unit_interval(with.secondDecay) &&
           (!parameter.divides || with.epsilon >= USUAL_EPSILON) && fabs(with.rate) + fabs(with.gradientRate) <= USUAL_RATE &&
           weight <= SURELY_SAFE && largest + fabs(with.l1) + fabs(with.l2) * weight <= SURELY_SAFE &&
           fabs(with.weightDecay) * weight <= SURELY_SAFE;
}

__device__ Factors factors_of(const Parameter& parameter, const Rates& with, double scale, double limit, double step) {
    Factors f;
    f.exact = scale;
    f.scale = (float) scale;
    f.tiny = tiny_factor(scale);
    f.limit = parameter.kind == TRAINED && limit < LARGEST_FLOAT ? (float) limit : __uint_as_float(0x7f800000u);
    f.l1 = (float) with.l1;
    f.l2 = (float) with.l2;
    f.rate = (float) with.rate;
    f.gradientRate = (float) with.gradientRate;
    f.keepFirst = (float) with.firstDecay;
    f.takeFirst = (float) (1 - with.firstDecay);
    f.ahead = (float) (1 + with.firstDecay);
    f.keepSecond = (float) with.secondDecay;
    f.takeSecond = (float) (1 - with.secondDecay);
    f.epsilon = (float) with.epsilon;
    f.weightDecay = (float) with.weightDecay;
    f.step = parameter.kind == TRAINED ? (float) step : 1;
    return f;
}

// By one block: whether the gradient is finite, how it is clipped, whether the updaters must be tried first.
extern "C" __global__ void __launch_bounds__(UPDATE_THREADS)
    update_decide(const Parameter* __restrict__ parameters, int count, const Rule* __restrict__ sent,
                  const Rates* __restrict__ rates, const double* __restrict__ loss,
                  const LossScale* __restrict__ lossScale, const Row* __restrict__ rows,
                  const Norms* __restrict__ norms, const double* __restrict__ units,
                  int unitParts, const Looked* __restrict__ looked, Factors* __restrict__ factors,
                  Decision* __restrict__ decision, Report* __restrict__ report) {
    __shared__ double shared[UPDATE_WARPS];
    Rule rule = *sent;
    Overview found = look_over(parameters, count, rows, shared);
    bool byValue = rule.clip == BY_VALUE && found.largest > rule.limit;
    double limit = byValue ? rule.limit : LARGEST_FLOAT;
    double smallest = byValue ? rule.limit / found.largest : 1;
    for (int part = threadIdx.x; part < unitParts; part += UPDATE_THREADS) {
        smallest = units[part] < smallest ? units[part] : smallest;
    }
    double unsafe = looked->finite && rule.learningRateScale <= USUAL_RATE ? 0 : 1;
    for (int p = threadIdx.x; p < count; p += UPDATE_THREADS) {
        Parameter parameter = parameters[p];
        Rates with = rates[p];
        double factor = clip_factor(parameters, rows, p, rule, found.norm);
        smallest = factor < smallest ? factor : smallest;
        double scale = averaging(parameter, with, lossScale) * factor;
        factors[p] = factors_of(parameter, with, scale, limit, rule.learningRateScale);
        if (parameter.kind != FROZEN && !surely_safe(parameter, with, rows[p].largest, norms[p].weight)) {
            unsafe = 1;
        }
    }
    smallest = -block_max(-smallest, shared);
    unsafe = block_max(unsafe, shared);
    if (threadIdx.x == 0) {
        bool together = rule.generation != 0;
        bool idle = together && looked->refused == rule.generation;
        bool wrong = !found.finite || idle || (together && !isfinite(loss[0] + loss[1]));
        decision->verdict = wrong ? REFUSE : unsafe == 0 ? GO : TRY;
        decision->idle = idle;
        decision->overflow = 0;
        decision->byUnit = unitParts > 0 && smallest < 1;
        report->clipScale = found.finite ? smallest : 1;
    }
}

// How the loss scale follows what happened to the gradient: halved at an overflow, doubled after many steps without one.
__device__ void adapt(LossScale* lossScale, int verdict, bool applied, int patience, float least, float most,
                      Report* report) {
    float scale = lossScale->scale;
    int good = lossScale->goodSteps;
    report->lossScale = scale;
    if (verdict == REFUSE) {
        scale = fmaxf(0.5f * scale, least);
        good = 0;
    } else if (applied && ++good >= patience) {
        scale = fminf(2 * scale, most);
        good = 0;
    }
    lossScale->scale = scale;
    lossScale->goodSteps = good;
    report->nextLossScale = scale;
    report->goodSteps = good;
}

// One block per parameter adds up its tiles' sums; the first one also says whether the step was made.
extern "C" __global__ void __launch_bounds__(UPDATE_THREADS)
    update_finish(const Parameter* __restrict__ parameters, int count, const double* __restrict__ weightSums,
                  const double* __restrict__ updateSums, const Rule* __restrict__ rule,
                  const Decision* __restrict__ decision, Looked* __restrict__ looked, LossScale* lossScale, int patience, float least, float most,
                  Norms* __restrict__ norms, Report* __restrict__ report) {
    __shared__ double shared[UPDATE_WARPS];
    if (blockIdx.x < count) {
        Parameter parameter = parameters[blockIdx.x];
        double weight = 0;
        double update = 0;
        for (int tile = parameter.firstTile + threadIdx.x; tile < parameter.endTile; tile += UPDATE_THREADS) {
            weight += weightSums[tile];
            update += updateSums[tile];
        }
        weight = block_sum(weight, shared);
        update = block_sum(update, shared);
        if (threadIdx.x == 0) {
            norms[blockIdx.x] = Norms{sqrt(weight), sqrt(update)};
        }
    }
    if (blockIdx.x == 0 && threadIdx.x == 0) {
        bool applied = decision->verdict == GO || (decision->verdict == TRY && decision->overflow == 0);
        looked->weighed = 1;
        if (applied) {
            looked->finite = 1;
        } else if (rule->generation != 0) {
            looked->refused = rule->generation;
        }
        report->applied = applied;
        report->goodSteps = 0;
        report->lossScale = 1;
        report->nextLossScale = 1;
        if (lossScale != nullptr && !decision->idle) {
            adapt(lossScale, decision->verdict, applied, patience, least, most, report);
        }
    }
}
