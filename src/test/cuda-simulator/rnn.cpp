#include "rnn.h"

#include <cmath>
#include <cstring>

#include "module.h"

// The loops over values are worth it; those of the rest aren't.
#pragma GCC optimize("O3")

namespace cudasim {

namespace {

constexpr int kRelu = 0, kTanh = 1, kLstm = 2, kGru = 3;
constexpr size_t kHeader = 256;

float sigmoid(float x) { return 1.0f / (1.0f + std::exp(-x)); }

/// Rows of a [rows][columns] matrix, rounded and transposed.
std::vector<float> transposed(const float* matrix, int rows, int columns, Rounding rounding) {
    std::vector<float> result(static_cast<size_t>(rows) * columns);
    for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
            result[static_cast<size_t>(c) * rows + r] =
                roundedTo(rounding, matrix[static_cast<size_t>(r) * columns + c]);
        }
    }
    return result;
}

/// out[j] += sum over i of vector[i] matrix[i][j].
void addProduct(const float* vector, int n, const float* matrix, int columns, Rounding rounding, float* out) {
    for (int i = 0; i < n; i++) {
        float factor = roundedTo(rounding, vector[i]);
        const float* row = matrix + static_cast<size_t>(i) * columns;
        for (int j = 0; j < columns; j++) out[j] += factor * row[j];
    }
}

/// Weights in the shapes that the loops use; biases that aren't there are 0.
struct Weights {
    std::vector<float> inputT, recurrentT, inputBias, recurrentBias;

    explicit Weights(const RnnTask& task) {
        const RnnDescriptor& rnn = task.rnn;
        int g = rnn.gates(), width = g * rnn.hidden;
        inputT = transposed(task.weights + rnn.matrixAt(0), width, rnn.input, task.rounding());
        recurrentT = transposed(task.weights + rnn.matrixAt(g), width, rnn.hidden, task.rounding());
        inputBias = bias(task, 0);
        recurrentBias = bias(task, g);
    }

    static std::vector<float> bias(const RnnTask& task, int linear) {
        long at = task.rnn.biasAt(linear);
        size_t width = static_cast<size_t>(task.rnn.gates()) * task.rnn.hidden;
        if (at < 0) return std::vector<float>(width, 0.0f);
        return std::vector<float>(task.weights + at, task.weights + at + width);
    }
};

/// One step of one example: from the two linear parts to gates, extra, cell and output.
struct Step {
    const float *input, *recurrent;
    const float *h, *c;
    float *gates, *extra, *hNext, *cNext;
};

void forwardStep(int cell, int n, const Step& s) {
    for (int j = 0; j < n; j++) {
        if (cell == kGru) {
            float r = sigmoid(s.input[j] + s.recurrent[j]);
            float z = sigmoid(s.input[n + j] + s.recurrent[n + j]);
            float candidate = std::tanh(s.input[2 * n + j] + r * s.recurrent[2 * n + j]);
            s.gates[j] = r;
            s.gates[n + j] = z;
            s.gates[2 * n + j] = candidate;
            s.extra[j] = s.recurrent[2 * n + j];
            s.hNext[j] = (1 - z) * candidate + z * s.h[j];
        } else if (cell == kLstm) {
            float in = sigmoid(s.input[j] + s.recurrent[j]);
            float forget = sigmoid(s.input[n + j] + s.recurrent[n + j]);
            float candidate = std::tanh(s.input[2 * n + j] + s.recurrent[2 * n + j]);
            float out = sigmoid(s.input[3 * n + j] + s.recurrent[3 * n + j]);
            s.gates[j] = in;
            s.gates[n + j] = forget;
            s.gates[2 * n + j] = candidate;
            s.gates[3 * n + j] = out;
            float c = forget * s.c[j] + in * candidate;
            s.cNext[j] = c;
            s.extra[j] = c;
            s.hNext[j] = out * std::tanh(c);
        } else {
            float sum = s.input[j] + s.recurrent[j];
            // As on the device: NaN stays NaN under ReLU.
            s.hNext[j] = cell == kTanh ? std::tanh(sum) : sum < 0 ? 0.0f : sum;
            s.gates[j] = s.hNext[j];
        }
    }
}

/// The same backward: `dh` and `dc` are the errors of the step's output and cell; they become those of what came in,
/// as far as they don't pass through the recurrent matrix.
struct StepBack {
    const float *gates, *extra, *h, *c;
    float *dh, *dc, *gateErrors, *extraErrors;
};

void backwardStep(int cell, int n, const StepBack& s) {
    for (int j = 0; j < n; j++) {
        float dh = s.dh[j];
        if (cell == kGru) {
            float r = s.gates[j], z = s.gates[n + j], candidate = s.gates[2 * n + j];
            float dCandidate = dh * (1 - z) * (1 - candidate * candidate);
            s.gateErrors[j] = dCandidate * s.extra[j] * r * (1 - r);
            s.gateErrors[n + j] = dh * (s.h[j] - candidate) * z * (1 - z);
            s.gateErrors[2 * n + j] = dCandidate;
            s.extraErrors[j] = dCandidate * r;
            s.dh[j] = dh * z;
        } else if (cell == kLstm) {
            float in = s.gates[j], forget = s.gates[n + j], candidate = s.gates[2 * n + j], out = s.gates[3 * n + j];
            float squashed = std::tanh(s.extra[j]);
            float dc = s.dc[j] + dh * out * (1 - squashed * squashed);
            s.gateErrors[j] = dc * candidate * in * (1 - in);
            s.gateErrors[n + j] = dc * s.c[j] * forget * (1 - forget);
            s.gateErrors[2 * n + j] = dc * in * (1 - candidate * candidate);
            s.gateErrors[3 * n + j] = dh * squashed * out * (1 - out);
            s.dc[j] = dc * forget;
            s.dh[j] = 0;
        } else {
            float y = s.gates[j];
            s.gateErrors[j] = cell == kTanh ? dh * (1 - y * y) : y > 0 ? dh : 0.0f;
            s.dh[j] = 0;
        }
    }
}

/// The errors of the recurrent product: those of the gates, but for GRU's candidate.
std::vector<float> recurrentErrors(const RnnTask& task, const Reserve& reserve, size_t row) {
    size_t n = static_cast<size_t>(task.rnn.hidden), width = n * task.rnn.gates();
    const float* gates = reserve.gateErrors + row * width;
    std::vector<float> errors(gates, gates + width);
    if (task.rnn.cell == kGru) memcpy(&errors[2 * n], reserve.extraErrors + row * n, n * sizeof(float));
    return errors;
}

void copyOrZero(const float* from, size_t at, size_t n, float* to) {
    for (size_t j = 0; j < n; j++) to[j] = from == nullptr ? 0.0f : from[at + j];
}

void fillPadding(const RnnDataDescriptor& data, float* values) {
    float fill = data.filled ? data.fill : NAN;  // undefined without a fill
    for (int b = 0; b < data.batch; b++) {
        for (int t = data.lengths[b]; t < data.steps; t++) {
            size_t row = static_cast<size_t>(t) * data.batch + b;
            std::fill_n(values + row * data.vector, data.vector, fill);
        }
    }
}

/// Whether an earlier stage with the same descriptors left this; complains and spoils the result otherwise.
bool stageIs(const Reserve& reserve, int least, const char* what, float* result, size_t values) {
    if (reserve.header->key == reserve.key && reserve.header->stage >= least) return true;
    complain("%s: the reserve space doesn't hold what %s with the same descriptors leaves", what,
             least == 1 ? "a forward pass for training" : "cudnnRNNBackwardData_v8");
    std::fill_n(result, values, NAN);
    return false;
}

}  // namespace

Rounding RnnTask::rounding() const {
    if (rnn.mathType == 3) return Rounding::None;
    if (rnn.mathType == 2) return Rounding::Half;
    return settings().capability >= 80 ? Rounding::Tf32 : Rounding::None;
}

size_t Reserve::bytes(const RnnDescriptor& rnn, const RnnDataDescriptor& data) {
    size_t rows = static_cast<size_t>(data.steps) * data.batch;
    return kHeader + rows * rnn.hidden * (2 * rnn.gates() + 2) * sizeof(float);
}

Reserve::Reserve(const RnnTask& task) {
    size_t rows = task.rows(), n = static_cast<size_t>(task.rnn.hidden), width = n * task.rnn.gates();
    header = reinterpret_cast<Header*>(task.reserve);
    gates = task.reserve + kHeader / sizeof(float);
    extra = gates + rows * width;
    gateErrors = extra + rows * n;
    extraErrors = gateErrors + rows * width;
    int of[] = {task.rnn.algorithm, task.rnn.cell, task.rnn.bias, task.rnn.input, task.rnn.hidden, task.x.steps,
                task.x.batch};
    key = checksum(of, sizeof of);
    key = checksum(task.x.lengths.data(), task.x.lengths.size() * sizeof(int), key);
}

void rnnForward(const RnnTask& task, const ForwardStates& s) {
    const RnnDescriptor& rnn = task.rnn;
    int hidden = rnn.hidden, width = rnn.gates() * hidden, batch = task.x.batch;
    size_t n = static_cast<size_t>(hidden);
    Weights weights(task);
    std::vector<float> spare(Reserve::bytes(rnn, task.x) / sizeof(float));
    RnnTask withReserve = task;
    if (task.reserve == nullptr) withReserve.reserve = spare.data();
    Reserve reserve(withReserve);
    memset(withReserve.reserve, 0xFF, Reserve::bytes(rnn, task.x));
    std::vector<float> input(width), recurrent(width), h(n), c(n);
    fillPadding(task.y, s.y);
    for (int b = 0; b < batch; b++) {
        copyOrZero(s.hx, b * n, n, h.data());
        copyOrZero(s.cx, b * n, n, c.data());
        for (int t = 0; t < task.x.lengths[b]; t++) {
            size_t row = static_cast<size_t>(t) * batch + b;
            input = weights.inputBias;
            recurrent = weights.recurrentBias;
            addProduct(s.x + row * rnn.input, rnn.input, weights.inputT.data(), width, task.rounding(), input.data());
            addProduct(h.data(), hidden, weights.recurrentT.data(), width, task.rounding(), recurrent.data());
            forwardStep(rnn.cell, hidden,
                        {input.data(), recurrent.data(), h.data(), c.data(), reserve.gates + row * width,
                         reserve.extra + row * n, s.y + row * n, c.data()});
            h.assign(s.y + row * n, s.y + (row + 1) * n);
        }
        if (s.hy != nullptr) memcpy(s.hy + b * n, h.data(), n * sizeof(float));
        if (s.cy != nullptr && rnn.cell == kLstm) memcpy(s.cy + b * n, c.data(), n * sizeof(float));
    }
    *reserve.header = {reserve.key, 1};
}

void rnnBackwardData(const RnnTask& task, const BackwardStates& s) {
    const RnnDescriptor& rnn = task.rnn;
    int hidden = rnn.hidden, width = rnn.gates() * hidden, batch = task.x.batch;
    size_t n = static_cast<size_t>(hidden);
    Reserve reserve(task);
    if (!stageIs(reserve, 1, "cudnnRNNBackwardData_v8", s.dx, task.x.values())) return;
    Rounding rounding = task.rounding();
    std::vector<float> inputT = transposed(task.weights + rnn.matrixAt(0), width, rnn.input, rounding);
    std::vector<float> recurrentT = transposed(task.weights + rnn.matrixAt(rnn.gates()), width, hidden, rounding);
    // Back to [width][inputs], now rounded.
    std::vector<float> input = transposed(inputT.data(), rnn.input, width, Rounding::None);
    std::vector<float> recurrent = transposed(recurrentT.data(), hidden, width, Rounding::None);
    std::vector<float> dh(n), dc(n), h(n), c(n);
    fillPadding(task.x, s.dx);
    for (int b = 0; b < batch; b++) {
        copyOrZero(s.dhy, b * n, n, dh.data());
        copyOrZero(s.dcy, b * n, n, dc.data());
        for (int t = task.x.lengths[b] - 1; t >= 0; t--) {
            size_t row = static_cast<size_t>(t) * batch + b, before = row - batch;
            for (size_t j = 0; j < n; j++) dh[j] += s.dy[row * n + j];
            copyOrZero(t == 0 ? s.hx : s.y, (t == 0 ? b : before) * n, n, h.data());
            copyOrZero(t == 0 ? s.cx : reserve.extra, (t == 0 ? b : before) * n, n, c.data());
            backwardStep(rnn.cell, hidden,
                         {reserve.gates + row * width, reserve.extra + row * n, h.data(), c.data(), dh.data(),
                          dc.data(), reserve.gateErrors + row * width, reserve.extraErrors + row * n});
            std::vector<float> errors = recurrentErrors(task, reserve, row);
            addProduct(errors.data(), width, recurrent.data(), hidden, rounding, dh.data());
            float* dx = s.dx + row * rnn.input;
            std::fill_n(dx, rnn.input, 0.0f);
            addProduct(reserve.gateErrors + row * width, width, input.data(), rnn.input, rounding, dx);
        }
        if (s.dhx != nullptr) memcpy(s.dhx + b * n, dh.data(), n * sizeof(float));
        if (s.dcx != nullptr && rnn.cell == kLstm) memcpy(s.dcx + b * n, dc.data(), n * sizeof(float));
    }
    reserve.header->stage = 2;
}

void rnnBackwardWeights(const RnnTask& task, const float* x, const float* hx, const float* y, float* dw) {
    const RnnDescriptor& rnn = task.rnn;
    int gates = rnn.gates(), hidden = rnn.hidden, width = gates * hidden, batch = task.x.batch;
    size_t n = static_cast<size_t>(hidden);
    Reserve reserve(task);
    if (!stageIs(reserve, 2, "cudnnRNNBackwardWeights_v8", dw, rnn.weightValues())) return;
    std::vector<float> h(n);
    for (int t = 0; t < task.x.steps; t++) {
        for (int b = 0; b < batch; b++) {
            if (t >= task.x.lengths[b]) continue;
            size_t row = static_cast<size_t>(t) * batch + b;
            copyOrZero(t == 0 ? hx : y, (t == 0 ? b : row - batch) * n, n, h.data());
            const float* inputErrors = reserve.gateErrors + row * width;
            std::vector<float> errors = recurrentErrors(task, reserve, row);
            for (int j = 0; j < width; j++) {
                float* input = dw + rnn.matrixAt(0) + static_cast<size_t>(j) * rnn.input;
                float* recurrent = dw + rnn.matrixAt(gates) + static_cast<size_t>(j) * hidden;
                addProduct(inputErrors + j, 1, x + row * rnn.input, rnn.input, task.rounding(), input);
                addProduct(&errors[j], 1, h.data(), hidden, task.rounding(), recurrent);
                if (rnn.biasAt(0) >= 0) dw[rnn.biasAt(0) + j] += inputErrors[j];
                if (rnn.biasAt(gates) >= 0) dw[rnn.biasAt(gates) + j] += errors[j];
            }
        }
    }
}

}  // namespace cudasim
