// Sums over the rows of a matrix, column by column. A block has a tile of `width` columns, a power of 2 up to 32, and a
// chunk of the rows: blockIdx.x = chunk * tiles + tile. A second kernel folds what the chunks left.
#pragma once

#define COLUMN_THREADS 256

// Rows whose sum is kept in float before it joins a sum in double.
#define ROWS_IN_FLOAT 32

// A thread's part in the work of its block.
struct ColumnTile {
    int width;
    int chunk;
    int column;
    int lane;       // the thread's number among those of its column
    int lanes;      // how many those are
    bool inside;    // whether the column exists

    __device__ ColumnTile(int width, int columns) : width(width) {
        int tiles = (columns + width - 1) / width;
        chunk = blockIdx.x / tiles;
        column = (blockIdx.x - chunk * tiles) * width + threadIdx.x % width;
        lane = threadIdx.x / width;
        lanes = COLUMN_THREADS / width;
        inside = column < columns;
    }

    // Lane 0 gets the sum over all lanes of its column; `kept` has room for COLUMN_THREADS.
    __device__ double sum(double value, double* kept) const {
        __syncthreads();
        kept[threadIdx.x] = value;
        for (int distance = lanes / 2; distance > 0; distance /= 2) {
            __syncthreads();
            if (lane < distance) {
                kept[threadIdx.x] += kept[threadIdx.x + distance * width];
            }
        }
        return kept[threadIdx.x];
    }
};
