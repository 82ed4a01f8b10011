// What a dense layer does beside its matrix products.
#include "activations.cuh"
#include "columns.cuh"
#include "grid.cuh"

// output = f(output + bias); without a bias that is null.
extern "C" __global__ void bias_activate(float* __restrict__ output, const float* __restrict__ bias, int size,
                                         int kind, float alpha, long long elements) {
    Place place(size);
    EACH_ELEMENT(i, elements) {
        float before = bias ? output[i] + bias[place.column] : output[i];
        // an overflow below a ReLU shows
        bool lost = kind == ACTIVATION_RELU && isinf(before);
        output[i] = lost && before < 0 ? before - before : activate(kind, alpha, before);
        place.advance();
    }
}

// inner = outputGradient * f', by the output; the sum of its rows goes to `sums` when there is a single chunk of rows, else
// to parts[chunk][column]. Nothing is written to an inner that is null, nor summed when sums is.
extern "C" __global__ void __launch_bounds__(COLUMN_THREADS)
    dense_backward(const float* __restrict__ output, const float* __restrict__ outputGradient,
                   float* __restrict__ inner, float* __restrict__ sums, double* __restrict__ parts, int kind,
                   float alpha, long long rows, int columns, int width, int chunks, long long chunkRows) {
    __shared__ double kept[COLUMN_THREADS];
    ColumnTile tile(width, columns);
    long long row = tile.chunk * chunkRows + tile.lane;
    long long end = min(rows, (tile.chunk + 1) * chunkRows);
    double whole = 0;
    while (tile.inside && row < end) {
        float part = 0;
        for (int n = 0; n < ROWS_IN_FLOAT && row < end; n++, row += tile.lanes) {
            long long i = row * columns + tile.column;
            float slope = outputGradient[i];
            if (inner) {
                slope *= activation_slope(kind, alpha, output[i]);
                inner[i] = slope;
            }
            part += slope;
        }
        whole += part;
    }
    if (!sums) {
        return;
    }
    whole = tile.sum(whole, kept);
    if (tile.inside && tile.lane == 0) {
        if (chunks == 1) {
            sums[tile.column] = (float) whole;
        } else {
            parts[(long long) tile.chunk * columns + tile.column] = whole;
        }
    }
}

// sums[column] = sum of parts[chunk][column]
extern "C" __global__ void __launch_bounds__(COLUMN_THREADS)
    fold_columns(const double* __restrict__ parts, float* __restrict__ sums, int chunks, int columns, int width) {
    __shared__ double kept[COLUMN_THREADS];
    ColumnTile tile(width, columns);
    double sum = 0;
    for (int chunk = tile.lane; tile.inside && chunk < chunks; chunk += tile.lanes) {
        sum += parts[(long long) chunk * columns + tile.column];
    }
    sum = tile.sum(sum, kept);
    if (tile.inside && tile.lane == 0) {
        sums[tile.column] = (float) sum;
    }
}
