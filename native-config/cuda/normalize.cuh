// What batch normalisation keeps of each column, and how it comes about.
#pragma once
#include "activations.cuh"
#include "columns.cuh"

// Smallest variance that the logarithmic form stores; the logarithm of 0 would never be left again.
#define SMALLEST_VARIANCE 1e-30

// Count, mean and sum of squared differences from the mean of some rows.
struct Moments {
    double count;
    double mean;
    double squares;
};

// A column as it is normalised: (x - centre) * scale + shift. The mean lies `beyond` the centre, which is a float.
struct Column {
    float centre;
    float scale;
    float shift;
    float unused;
    double inverse;    // 1 / sqrt(variance + epsilon)
    double beyond;
    double count;      // number of rows that count
    double constant;   // what the backward pass subtracts: constant + slope * (x - centre)
    double slope;
};

// A block's rows and columns. A row counts unless its mask is 0; without a mask that is null.
struct Rows {
    const float* mask;
    long long first;
    long long end;

    __device__ Rows(const ColumnTile& tile, const float* mask, long long rows, long long chunkRows)
        : mask(mask), first(tile.chunk * chunkRows + tile.lane), end(min(rows, (tile.chunk + 1) * chunkRows)) {}

    __device__ bool counts(long long row) const { return !mask || mask[row] != 0; }
};

// The moments of two sets of rows together (Chan, Golub and LeVeque 1979).
__device__ inline Moments together(const Moments& a, const Moments& b) {
    if (b.count == 0) {
        return a;
    }
    if (a.count == 0) {
        return b;
    }
    double count = a.count + b.count;
    double distance = b.mean - a.mean;
    return Moments{count, a.mean + distance * b.count / count,
                   a.squares + b.squares + distance * distance * a.count * b.count / count};
}

// From sums of differences from a value that is near the mean.
__device__ inline Moments near(double middle, int count, float sum, float squares) {
    double off = sum / (double) count;
    double rest = squares - sum * off;
    return Moments{(double) count, middle + off, rest < 0 ? 0 : rest};
}

// A thread's share of a column. Every few rows start anew from the first of them, which is as near to their mean as values
// are: however far the mean is from 0, nothing is lost.
__device__ inline Moments moments_of(const ColumnTile& tile, const Rows& rows, const float* input, int columns) {
    Moments all = {0, 0, 0};
    if (!tile.inside) {
        return all;
    }
    float middle = 0;
    float sum = 0;
    float squares = 0;
    int count = 0;
    for (long long row = rows.first; row < rows.end; row += tile.lanes) {
        if (!rows.counts(row)) {
            continue;
        }
        float x = input[row * columns + tile.column];
        middle = count == 0 ? x : middle;
        float d = x - middle;
        sum += d;
        squares += d * d;
        count++;
        if (count == ROWS_IN_FLOAT) {
            all = together(all, near(middle, count, sum, squares));
            sum = 0;
            squares = 0;
            count = 0;
        }
    }
    return count == 0 ? all : together(all, near(middle, count, sum, squares));
}

// Lane 0 gets the moments of all lanes of its column.
__device__ inline Moments moments_of_all(const ColumnTile& tile, const Moments& own, Moments* kept) {
    kept[threadIdx.x] = own;
    for (int distance = tile.lanes / 2; distance > 0; distance /= 2) {
        __syncthreads();
        if (tile.lane < distance) {
            kept[threadIdx.x] = together(kept[threadIdx.x], kept[threadIdx.x + distance * tile.width]);
        }
    }
    return kept[threadIdx.x];
}

// Scale and shift from mean and variance.
__device__ inline void set_affine(Column& column, double mean, double variance, double epsilon, double gamma,
                                  double beta) {
    column.centre = (float) mean;
    column.beyond = mean - column.centre;
    column.inverse = 1 / sqrt(variance + epsilon);
    column.scale = (float) (gamma * column.inverse);
    column.shift = (float) (beta - column.beyond * column.scale);
}

__device__ inline double stored_variance(float stored, int logarithmic) {
    return logarithmic ? pow(10.0, 2.0 * stored) : (double) stored;
}

// Running statistics: old minus new, for the flat gradient.
struct Running {
    const float* mean;
    const float* variance;
    float* meanChange;
    float* varianceChange;
    int logarithmic;
    double share;    // of the batch in the new value

    __device__ void move(int column, const Moments& batch) const {
        double part = batch.count > 0 ? share : 0;
        double old = stored_variance(variance[column], logarithmic);
        double change = batch.count > 0 ? part * (old - batch.squares / batch.count) : 0;
        if (logarithmic) {
            double next = old - change;
            next = next < SMALLEST_VARIANCE ? SMALLEST_VARIANCE : next;
            change = 0.5 * log10((old < SMALLEST_VARIANCE ? SMALLEST_VARIANCE : old) / next);
        }
        varianceChange[column] = (float) change;
        meanChange[column] = batch.count > 0 ? (float) (part * (mean[column] - batch.mean)) : 0;
    }
};

// The slope of a rectifier that gave z; what isn't a number stays so.
__device__ inline float rectifier_gate(float z, float leak) { return z > 0 ? 1.0f : z <= 0 ? leak : z; }
