// Recurrent layers: one time step between the product with the recurrent weights before and after it, and what is done
// for all time steps at once. Tensors are time-major, gates [steps][examples][width], others [steps][examples][units].
// "previous" is the step that a scan comes from, -1 at its start. A mask has one number per step and example; without a
// mask its pointer is null. Masked steps hold h and c, and their gradients pass by. Threads stride over the elements [examples][units] of one step.

enum Function { TANH = 0, SIGMOID = 1, RECTIFIER = 2, RECTIFIER_OF_INPUT = 3 };

// Both are NaN for a sum that overflowed, which they would make an innocent number of.
__device__ __forceinline__ float sigmoid(float x) {
    return 1.0f / (1.0f + expf(-x)) + (x - x);
}

__device__ __forceinline__ float squash(float x) {
    return tanhf(x) + (x - x);
}

__device__ __forceinline__ float apply(int function, float alpha, float x) {
    switch (function) {
        case TANH: return squash(x);
        case SIGMOID: return sigmoid(x);
        default: return x > 0.0f ? x : alpha * x;
    }
}

// The slope where the function took the value y; where it is a rectifier of the input, y is that input.
__device__ __forceinline__ float slope(int function, float alpha, float y) {
    switch (function) {
        case TANH: return 1.0f - y * y;
        case SIGMOID: return y * (1.0f - y);
        default: return y > 0.0f ? 1.0f : alpha;
    }
}

__device__ __forceinline__ bool present(const float* mask, long long row) {
    return mask == nullptr || mask[row] != 0.0f;
}

// h = f(gates). Gates keep h, or what f was applied to if h doesn't tell the slope.
extern "C" __global__ void simple_forward(int step, int previous, float* gates, float* hidden, const float* initial,
                                          const float* mask, int examples, int units, int function, float alpha) {
    int elements = examples * units;
    long long start = (long long) step * elements;
    const float* earlier = previous < 0 ? initial : hidden + (long long) previous * elements;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < elements; i += gridDim.x * blockDim.x) {
        float h = apply(function, alpha, gates[start + i]);
        if (function != RECTIFIER_OF_INPUT) {
            gates[start + i] = h;
        }
        hidden[start + i] = present(mask, (long long) step * examples + i / units) ? h : earlier[i];
    }
}

// Gates become their gradient before activation. stateGradient, of h by way of later steps, becomes that of the previous h
// except by way of the recurrent weights.
extern "C" __global__ void simple_backward(int step, int previous, float* gates, const float* hiddenGradient,
                                           float* stateGradient, float* total, const float* mask, int examples,
                                           int units, int function, float alpha) {
    int elements = examples * units;
    long long start = (long long) step * elements;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < elements; i += gridDim.x * blockDim.x) {
        float whole = stateGradient[i];
        float direct = whole;
        float before = 0.0f;
        if (present(mask, (long long) step * examples + i / units)) {
            whole += hiddenGradient[start + i];
            before = whole * slope(function, alpha, gates[start + i]);
            direct = 0.0f;
        }
        gates[start + i] = before;
        stateGradient[i] = direct;
        if (total != nullptr) {
            total[start + i] = whole;
        }
    }
}

// Gates in the order cell input, forget, output, input: c' = f c + i g, h = o tanh(c').
extern "C" __global__ void lstm_forward(int step, int previous, float* gates, float* hidden, float* cells,
                                        const float* initial, const float* initialCell, const float* mask,
                                        int examples, int units) {
    int elements = examples * units;
    long long start = (long long) step * elements;
    const float* earlier = previous < 0 ? initialCell : cells + (long long) previous * elements;
    const float* held = previous < 0 ? initial : hidden + (long long) previous * elements;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < elements; i += gridDim.x * blockDim.x) {
        int example = i / units;
        float h = held[i];
        float c = earlier[i];
        if (present(mask, (long long) step * examples + example)) {
            float* own = gates + 4 * start + 4LL * example * units + (i - example * units);
            float candidate = squash(own[0]);
            float forget = sigmoid(own[units]);
            float output = sigmoid(own[2LL * units]);
            float input = sigmoid(own[3LL * units]);
            c = forget * c + input * candidate;
            h = output * tanhf(c);
            own[0] = candidate;
            own[units] = forget;
            own[2LL * units] = output;
            own[3LL * units] = input;
        }
        cells[start + i] = c;
        hidden[start + i] = h;
    }
}

// cellGradient, of c by way of later steps, becomes that of the previous c; stateGradient as above.
extern "C" __global__ void lstm_backward(int step, int previous, float* gates, const float* cells,
                                         const float* initialCell, const float* hiddenGradient, float* stateGradient,
                                         float* cellGradient, float* total, const float* mask, int examples, int units) {
    int elements = examples * units;
    long long start = (long long) step * elements;
    const float* earlier = previous < 0 ? initialCell : cells + (long long) previous * elements;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < elements; i += gridDim.x * blockDim.x) {
        int example = i / units;
        float* own = gates + 4 * start + 4LL * example * units + (i - example * units);
        float whole = stateGradient[i];
        float direct = whole;
        float later = cellGradient[i];
        float ofCandidate = 0.0f;
        float ofForget = 0.0f;
        float ofOutput = 0.0f;
        float ofInput = 0.0f;
        if (present(mask, (long long) step * examples + example)) {
            float candidate = own[0];
            float forget = own[units];
            float output = own[2LL * units];
            float input = own[3LL * units];
            float shown = tanhf(cells[start + i]);
            whole += hiddenGradient[start + i];
            float ofCell = later + whole * output * (1.0f - shown * shown);
            ofCandidate = ofCell * input * (1.0f - candidate * candidate);
            ofForget = ofCell * earlier[i] * forget * (1.0f - forget);
            ofOutput = whole * shown * output * (1.0f - output);
            ofInput = ofCell * candidate * input * (1.0f - input);
            later = ofCell * forget;
            direct = 0.0f;
        }
        own[0] = ofCandidate;
        own[units] = ofForget;
        own[2LL * units] = ofOutput;
        own[3LL * units] = ofInput;
        cellGradient[i] = later;
        stateGradient[i] = direct;
        if (total != nullptr) {
            total[start + i] = whole;
        }
    }
}

// Gates in the order r, z, n, q: q = h Rn + cn, n = tanh(xn + r q), h' = (1 - z) n + z h. recurrent [examples][3 units] is
// the product of h with the recurrent weights.
extern "C" __global__ void gru_forward(int step, int previous, float* gates, const float* recurrent,
                                       const float* candidateBias, float* hidden, const float* initial,
                                       const float* mask, int examples, int units) {
    int elements = examples * units;
    long long start = (long long) step * elements;
    const float* earlier = previous < 0 ? initial : hidden + (long long) previous * elements;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < elements; i += gridDim.x * blockDim.x) {
        int example = i / units;
        int unit = i - example * units;
        float h = earlier[i];
        if (present(mask, (long long) step * examples + example)) {
            float* own = gates + 4 * start + 4LL * example * units + unit;
            const float* product = recurrent + 3LL * example * units + unit;
            float reset = sigmoid(own[0] + product[0]);
            float update = sigmoid(own[units] + product[units]);
            float q = product[2LL * units] + candidateBias[unit];
            float candidate = squash(own[2LL * units] + reset * q);
            h = (1.0f - update) * candidate + update * h;
            own[0] = reset;
            own[units] = update;
            own[2LL * units] = candidate;
            own[3LL * units] = q;
        }
        hidden[start + i] = h;
    }
}

// stateGradient, of h by way of later steps, becomes that of the previous h except by way of the recurrent weights;
// recurrentGradient [examples][3 units] is what those are to be multiplied by: the gradients of r, z and q.
extern "C" __global__ void gru_backward(int step, int previous, float* gates, const float* hidden,
                                        const float* initial, const float* hiddenGradient, float* stateGradient,
                                        float* recurrentGradient, float* total, const float* mask, int examples,
                                        int units) {
    int elements = examples * units;
    long long start = (long long) step * elements;
    const float* earlier = previous < 0 ? initial : hidden + (long long) previous * elements;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < elements; i += gridDim.x * blockDim.x) {
        int example = i / units;
        int unit = i - example * units;
        float* own = gates + 4 * start + 4LL * example * units + unit;
        float* product = recurrentGradient + 3LL * example * units + unit;
        float whole = stateGradient[i];
        float direct = whole;
        float ofReset = 0.0f;
        float ofUpdate = 0.0f;
        float ofCandidate = 0.0f;
        float ofQ = 0.0f;
        if (present(mask, (long long) step * examples + example)) {
            float reset = own[0];
            float update = own[units];
            float candidate = own[2LL * units];
            whole += hiddenGradient[start + i];
            ofCandidate = whole * (1.0f - update) * (1.0f - candidate * candidate);
            ofQ = ofCandidate * reset;
            ofReset = ofCandidate * own[3LL * units] * reset * (1.0f - reset);
            ofUpdate = whole * (earlier[i] - candidate) * update * (1.0f - update);
            direct = whole * update;
        }
        own[0] = ofReset;
        own[units] = ofUpdate;
        own[2LL * units] = ofCandidate;
        own[3LL * units] = ofQ;
        product[0] = ofReset;
        product[units] = ofUpdate;
        product[2LL * units] = ofQ;
        stateGradient[i] = direct;
        if (total != nullptr) {
            total[start + i] = whole;
        }
    }
}

// target[row][i] = values[i] for the first "count" elements of rows of "width".
extern "C" __global__ void spread(const float* values, float* target, long long rows, int count, int width) {
    long long elements = rows * count;
    long long stride = (long long) gridDim.x * blockDim.x;
    for (long long i = (long long) blockIdx.x * blockDim.x + threadIdx.x; i < elements; i += stride) {
        long long row = i / count;
        int column = (int) (i - row * count);
        target[row * width + column] = values[column];
    }
}

// Sums of columns, first part: each block adds up "chunk" rows of 32 columns. Blocks of 256 threads, 8 for each column;
// grid: groups of 32 columns, times chunks. partial [chunks][columns].
extern "C" __global__ void column_parts(const float* source, float* partial, long long rows, int columns, int chunk) {
    __shared__ float sums[8][33];
    int groups = (columns + 31) / 32;
    long long part = blockIdx.x / groups;
    int lane = threadIdx.x & 31;
    int line = threadIdx.x >> 5;
    int column = (blockIdx.x % groups) * 32 + lane;
    long long end = (part + 1) * chunk < rows ? (part + 1) * chunk : rows;
    float sum = 0.0f;
    if (column < columns) {
        for (long long row = part * chunk + line; row < end; row += 8) {
            sum += source[row * columns + column];
        }
    }
    sums[line][lane] = sum;
    __syncthreads();
    if (line == 0 && column < columns) {
        for (int other = 1; other < 8; other++) {
            sum += sums[other][lane];
        }
        partial[part * columns + column] = sum;
    }
}

// Second part: target = sum of the chunks, or target + it.
extern "C" __global__ void column_sums(const float* partial, float* target, int chunks, int columns, int add) {
    for (int column = blockIdx.x * blockDim.x + threadIdx.x; column < columns; column += gridDim.x * blockDim.x) {
        double sum = add ? (double) target[column] : 0.0;
        for (int part = 0; part < chunks; part++) {
            sum += partial[(long long) part * columns + column];
        }
        target[column] = (float) sum;
    }
}

// norms[step] = Euclidean norm of the step's elements, in double. One block of at most 1024 threads per step.
extern "C" __global__ void step_norms(const float* source, double* norms, long long elements) {
    __shared__ double sums[1024];
    const float* own = source + blockIdx.x * elements;
    double sum = 0.0;
    for (long long i = threadIdx.x; i < elements; i += blockDim.x) {
        double value = own[i];
        sum += value * value;
    }
    sums[threadIdx.x] = sum;
    for (int half = blockDim.x / 2; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half) {
            sums[threadIdx.x] += sums[threadIdx.x + half];
        }
    }
    if (threadIdx.x == 0) {
        norms[blockIdx.x] = sqrt(sums[0]);
    }
}

// target[step] = source[steps - 1 - step]; a step has "elements" elements.
extern "C" __global__ void turn_time(const float* source, float* target, int steps, long long elements) {
    long long all = steps * elements;
    long long stride = (long long) gridDim.x * blockDim.x;
    for (long long i = (long long) blockIdx.x * blockDim.x + threadIdx.x; i < all; i += stride) {
        long long step = i / elements;
        target[i] = source[(steps - 1 - step) * elements + (i - step * elements)];
    }
}

// Copies blocks: blocks[3 k] is where block k begins in the source, blocks[3 k + 1] where it begins in the target,
// blocks[3 k + 2] the sum of the lengths of blocks 0 to k.
extern "C" __global__ void move_blocks(const float* source, float* target, const long long* blocks, long long elements) {
    long long stride = (long long) gridDim.x * blockDim.x;
    for (long long i = (long long) blockIdx.x * blockDim.x + threadIdx.x; i < elements; i += stride) {
        int block = 0;
        long long start = 0;
        while (i >= blocks[3 * block + 2]) {
            start = blocks[3 * block + 2];
            block++;
        }
        target[blocks[3 * block + 1] + i - start] = source[blocks[3 * block] + i - start];
    }
}

// Sums "part" over a block of at most 1024 threads; every thread gets the sum.
__device__ double over_block(double part, double* sums) {
    __syncthreads();
    sums[threadIdx.x] = part;
    for (int half = blockDim.x / 2; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half) {
            sums[threadIdx.x] += sums[threadIdx.x + half];
        }
    }
    __syncthreads();
    return sums[0];
}

__device__ double norm_of(const double* norms, int count, double* sums) {
    double part = 0.0;
    for (int i = threadIdx.x; i < count; i += blockDim.x) {
        part += norms[i] * norms[i];
    }
    return sqrt(over_block(part, sums));
}

__device__ double magnitudes(const float* weights, const float* values, int count) {
    double sum = 0.0;
    for (int i = 0; i < count; i++) {
        sum += fabs((double) weights[i] * values[i]);
    }
    return sum;
}

// For cells of a library, that hide overflows: from the first step on at which an example's sums may have overflowed, its
// output is NaN, and so is the state that it ends with. Norms are those of the rows of both weights, then of the input's
// steps and, unless the output stays within 1, of the output's steps and of the initial state. Weights are rows of one gate unit each.
// By Cauchy and Schwarz the norms bound all sums; rows are looked at only where the bound is beyond what floats hold.
extern "C" __global__ void spoil_overflows(const double* norms, const float* weights, const float* recurrent,
                                           const float* bias, const float* input, const float* initial, float* output,
                                           float* lastHidden, float* lastCell, int steps, int examples, int inputs,
                                           int units, int gates, int biases, int within1, int reverse) {
    __shared__ double sums[1024];
    __shared__ int spoilt;
    int rows = gates * units;
    double part = 0.0;
    for (int i = threadIdx.x; i < biases; i += blockDim.x) {
        part += (double) bias[i] * bias[i];
    }
    double largest = sqrt(over_block(part, sums));
    double states = within1 ? sqrt((steps + 1.0) * examples * units) : norm_of(norms + 2 * rows + steps, steps + 1, sums);
    largest += norm_of(norms + rows, rows, sums) * states;
    largest += norm_of(norms, rows, sums) * norm_of(norms + 2 * rows, steps, sums);
    if (largest < 1e37) {
        return;
    }
    float lost = __int_as_float(0x7fc00000);
    for (int example = blockIdx.x; example < examples; example += gridDim.x) {
        const float* h = initial + (long long) example * units;
        if (threadIdx.x == 0) {
            spoilt = 0;
        }
        for (int i = 0; i < steps; i++) {
            long long at = (long long) (reverse ? steps - 1 - i : i) * examples + example;
            __syncthreads();
            for (int row = threadIdx.x; row < rows; row += blockDim.x) {
                // the fourth part of a GRU's bias goes with its third gate
                double more = row + units >= rows && row + units < biases ? fabs((double) bias[row + units]) : 0.0;
                double sum = fabs((double) bias[row]) + more +
                             magnitudes(weights + (long long) row * inputs, input + at * inputs, inputs) +
                             magnitudes(recurrent + (long long) row * units, h, units);
                if (!(sum <= 3.4028234663852886e38)) {
                    spoilt = 1;
                }
            }
            __syncthreads();
            for (int unit = threadIdx.x; spoilt && unit < units; unit += blockDim.x) {
                output[at * units + unit] = lost;
            }
            h = output + at * units;
        }
        __syncthreads();
        for (int unit = threadIdx.x; spoilt && unit < units; unit += blockDim.x) {
            lastHidden[(long long) example * units + unit] = lost;
            if (lastCell) {
                lastCell[(long long) example * units + unit] = lost;
            }
        }
        __syncthreads();
    }
}
