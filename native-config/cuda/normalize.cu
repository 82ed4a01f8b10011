// Batch normalisation with a rectifier that may be the identity (a leak of 1). Blocks have tiles of columns and chunks of
// rows (columns.cuh); when there is a single chunk, one kernel does all, else one adds up, one folds and one writes.
#include "normalize.cuh"

// A residual connection around the layer: what is added to the output, and where the sum goes; both null without one.
struct Residual {
    const float* skip;
    float* sum;
};

__device__ inline void write_output(const ColumnTile& tile, const Rows& rows, const float* input, float* output,
                                    const Residual& residual, const Column* kept, int columns, float leak) {
    if (!tile.inside) {
        return;
    }
    float centre = kept[tile.column].centre;
    float scale = kept[tile.column].scale;
    float shift = kept[tile.column].shift;
    for (long long row = rows.first; row < rows.end; row += tile.lanes) {
        long long i = row * columns + tile.column;
        float y = rows.counts(row) ? rectify((input[i] - centre) * scale + shift, leak) : 0.0f;
        output[i] = y;
        if (residual.sum) {
            residual.sum[i] = y + residual.skip[i];
        }
    }
}

// What all rows of a column have in common. `gamma` and `beta` are null when they are locked.
__device__ inline void finish(const ColumnTile& tile, const Moments& batch, Column* kept, const Running& running,
                              const float* gamma, const float* beta, double lockedGamma, double lockedBeta,
                              double epsilon) {
    if (tile.inside && tile.lane == 0) {
        Column& column = kept[tile.column];
        column.count = batch.count;
        set_affine(column, batch.mean, batch.count > 0 ? batch.squares / batch.count : 0, epsilon,
                   gamma ? gamma[tile.column] : lockedGamma, beta ? beta[tile.column] : lockedBeta);
        running.move(tile.column, batch);
    }
}

// Adds the bias of the layer below, in place.
__device__ inline void add_bias(const ColumnTile& tile, const Rows& rows, float* input, const float* bias,
                                int columns) {
    if (!tile.inside) {
        return;
    }
    float added = bias[tile.column];
    for (long long row = rows.first; row < rows.end; row += tile.lanes) {
        input[row * columns + tile.column] += added;
    }
}

// With a single chunk, the whole forward pass in training; with several, their moments only. A bias, which may be null, is
// added to the input before.
extern "C" __global__ void __launch_bounds__(COLUMN_THREADS)
    normalize_moments(float* input, const float* bias, const float* mask, float* output, const float* skip, float* sum,
                      Moments* parts, Column* kept, const float* gamma, const float* beta, double lockedGamma, double lockedBeta, double epsilon,
                      const float* mean, const float* variance, float* meanChange, float* varianceChange,
                      int logarithmic, double share, float leak, long long rows, int columns, int width, int chunks,
                      long long chunkRows) {
    __shared__ Moments shared[COLUMN_THREADS];
    ColumnTile tile(width, columns);
    Rows own(tile, mask, rows, chunkRows);
    if (bias) {
        add_bias(tile, own, input, bias, columns);
    }
    Moments batch = moments_of_all(tile, moments_of(tile, own, input, columns), shared);
    if (chunks > 1) {
        if (tile.inside && tile.lane == 0) {
            parts[(long long) tile.chunk * columns + tile.column] = batch;
        }
        return;
    }
    Running running = {mean, variance, meanChange, varianceChange, logarithmic, share};
    finish(tile, batch, kept, running, gamma, beta, lockedGamma, lockedBeta, epsilon);
    __syncthreads();
    write_output(tile, own, input, output, Residual{skip, sum}, kept, columns, leak);
}

extern "C" __global__ void __launch_bounds__(COLUMN_THREADS)
    normalize_fold(const Moments* parts, Column* kept, const float* gamma, const float* beta, double lockedGamma,
                   double lockedBeta, double epsilon, const float* mean, const float* variance, float* meanChange,
                   float* varianceChange, int logarithmic, double share, int columns, int width, int chunks) {
    __shared__ Moments shared[COLUMN_THREADS];
    ColumnTile tile(width, columns);
    Moments own = {0, 0, 0};
    for (int chunk = tile.lane; tile.inside && chunk < chunks; chunk += tile.lanes) {
        own = together(own, parts[(long long) chunk * columns + tile.column]);
    }
    Moments batch = moments_of_all(tile, own, shared);
    Running running = {mean, variance, meanChange, varianceChange, logarithmic, share};
    finish(tile, batch, kept, running, gamma, beta, lockedGamma, lockedBeta, epsilon);
}

extern "C" __global__ void __launch_bounds__(COLUMN_THREADS)
    normalize_write(const float* __restrict__ input, const float* __restrict__ mask, float* __restrict__ output,
                    const float* __restrict__ skip, float* __restrict__ sum, const Column* __restrict__ kept, float leak, long long rows, int columns, int width,
                    long long chunkRows) {
    ColumnTile tile(width, columns);
    write_output(tile, Rows(tile, mask, rows, chunkRows), input, output, Residual{skip, sum}, kept, columns, leak);
}

// What to normalise by outside training: the running statistics. A thread has a column.
extern "C" __global__ void normalize_by_running(Column* kept, const float* gamma, const float* beta,
                                                double lockedGamma, double lockedBeta, double epsilon,
                                                const float* mean, const float* variance, int logarithmic,
                                                int columns) {
    for (int j = blockIdx.x * blockDim.x + threadIdx.x; j < columns; j += gridDim.x * blockDim.x) {
        kept[j].count = 0;
        kept[j].constant = 0;
        kept[j].slope = 0;
        set_affine(kept[j], mean[j], stored_variance(variance[j], logarithmic), epsilon,
                   gamma ? gamma[j] : lockedGamma, beta ? beta[j] : lockedBeta);
    }
}

// inputGradient = scale * dz - constant - slope * (x - centre), dz being the gradient before the rectifier.
__device__ inline void write_gradient(const ColumnTile& tile, const Rows& rows, const float* input,
                                      const float* outputGradient, float* inputGradient, const Column* kept,
                                      int columns, float leak) {
    if (!tile.inside) {
        return;
    }
    Column own = kept[tile.column];
    float constant = (float) own.constant;
    float slope = (float) own.slope;
    for (long long row = rows.first; row < rows.end; row += tile.lanes) {
        long long i = row * columns + tile.column;
        float gradient = 0;
        if (rows.counts(row)) {
            float d = input[i] - own.centre;
            float dz = outputGradient[i] * rectifier_gate(d * own.scale + own.shift, leak);
            gradient = own.scale * dz - constant - slope * d;
        }
        inputGradient[i] = gradient;
    }
}

// sums[column] = sum over the rows of a single chunk, of what the block's own threads have written.
__device__ inline void sum_written(const ColumnTile& tile, const Rows& rows, const float* written, float* sums,
                                   int columns, double* shared) {
    double whole = 0;
    long long row = rows.first;
    while (tile.inside && row < rows.end) {
        float part = 0;
        for (int n = 0; n < ROWS_IN_FLOAT && row < rows.end; n++, row += tile.lanes) {
            part += written[row * columns + tile.column];
        }
        whole += part;
    }
    whole = tile.sum(whole, shared);
    if (tile.inside && tile.lane == 0) {
        sums[tile.column] = (float) whole;
    }
}

// From the sums of dz and dz * (x - centre): the gradients of gamma and beta, which are null when nobody wants them, and
// what the input's gradient has beside scale * dz, which is 0 where the moments aren't the batch's.
__device__ inline void finish_backward(const ColumnTile& tile, double sum, double products, Column* kept,
                                       float* gammaGradient, float* betaGradient, int ofBatch) {
    if (!tile.inside || tile.lane != 0) {
        return;
    }
    Column& column = kept[tile.column];
    products -= column.beyond * sum;
    if (gammaGradient) {
        gammaGradient[tile.column] = (float) (products * column.inverse);
    }
    if (betaGradient) {
        betaGradient[tile.column] = (float) sum;
    }
    double share = ofBatch ? column.scale / (column.count < 1 ? 1 : column.count) : 0;
    column.slope = ofBatch ? share * column.inverse * column.inverse * products : 0;
    column.constant = ofBatch ? share * sum - column.slope * column.beyond : 0;
}

// With a single chunk, the whole backward pass; with several, the sums of the chunks only. An inputGradient that is null
// isn't written. The sums of its rows go to biasGradient, which is null when nobody wants them, as with several chunks.
extern "C" __global__ void __launch_bounds__(COLUMN_THREADS)
    normalize_slopes(const float* input, const float* mask, const float* outputGradient, float* inputGradient,
                     double* parts, Column* kept, float* gammaGradient, float* betaGradient, float* biasGradient,
                     int ofBatch, float leak, long long rows, int columns, int width, int chunks, long long chunkRows) {
    __shared__ double shared[COLUMN_THREADS];
    ColumnTile tile(width, columns);
    Rows own(tile, mask, rows, chunkRows);
    double sum = 0;
    double products = 0;
    if (tile.inside) {
        float centre = kept[tile.column].centre;
        float scale = kept[tile.column].scale;
        float shift = kept[tile.column].shift;
        long long row = own.first;
        while (row < own.end) {
            float few = 0;
            float fewProducts = 0;
            for (int n = 0; n < ROWS_IN_FLOAT && row < own.end; n++, row += tile.lanes) {
                if (own.counts(row)) {
                    long long i = row * columns + tile.column;
                    float d = input[i] - centre;
                    float dz = outputGradient[i] * rectifier_gate(d * scale + shift, leak);
                    few += dz;
                    fewProducts += dz * d;
                }
            }
            sum += few;
            products += fewProducts;
        }
    }
    sum = tile.sum(sum, shared);
    products = tile.sum(products, shared);
    if (chunks > 1) {
        if (tile.inside && tile.lane == 0) {
            long long at = (long long) tile.chunk * columns + tile.column;
            parts[at] = sum;
            parts[at + (long long) chunks * columns] = products;
        }
        return;
    }
    finish_backward(tile, sum, products, kept, gammaGradient, betaGradient, ofBatch);
    __syncthreads();
    if (inputGradient) {
        write_gradient(tile, own, input, outputGradient, inputGradient, kept, columns, leak);
    }
    if (biasGradient) {
        sum_written(tile, own, inputGradient, biasGradient, columns, shared);
    }
}

extern "C" __global__ void __launch_bounds__(COLUMN_THREADS)
    normalize_fold_slopes(const double* parts, Column* kept, float* gammaGradient, float* betaGradient, int ofBatch,
                          int columns, int width, int chunks) {
    __shared__ double shared[COLUMN_THREADS];
    ColumnTile tile(width, columns);
    double sum = 0;
    double products = 0;
    for (int chunk = tile.lane; tile.inside && chunk < chunks; chunk += tile.lanes) {
        long long at = (long long) chunk * columns + tile.column;
        sum += parts[at];
        products += parts[at + (long long) chunks * columns];
    }
    sum = tile.sum(sum, shared);
    products = tile.sum(products, shared);
    finish_backward(tile, sum, products, kept, gammaGradient, betaGradient, ofBatch);
}

extern "C" __global__ void __launch_bounds__(COLUMN_THREADS)
    normalize_write_gradient(const float* __restrict__ input, const float* __restrict__ mask,
                             const float* __restrict__ outputGradient, float* __restrict__ inputGradient,
                             const Column* __restrict__ kept, float leak, long long rows, int columns, int width,
                             long long chunkRows) {
    ColumnTile tile(width, columns);
    write_gradient(tile, Rows(tile, mask, rows, chunkRows), input, outputGradient, inputGradient, kept, columns,
                   leak);
}
