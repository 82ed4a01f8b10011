// How threads share the elements of tensors.
#pragma once

#define EACH_ELEMENT(i, count)                                                                   \
    for (long long i = (long long) blockIdx.x * blockDim.x + threadIdx.x; i < (count);           \
         i += (long long) gridDim.x * blockDim.x)

// Row and column of a thread's elements in a matrix of `size` columns, without a division for each of them.
struct Place {
    long long row;
    int column;
    long long rows;
    int columns;
    int size;

    __device__ explicit Place(int size) : size(size) {
        long long first = (long long) blockIdx.x * blockDim.x + threadIdx.x;
        long long stride = (long long) gridDim.x * blockDim.x;
        row = first / size;
        column = (int) (first - row * size);
        rows = stride / size;
        columns = (int) (stride - rows * size);
    }

    // From one element of EACH_ELEMENT to the next.
    __device__ void advance() {
        row += rows;
        column += columns;
        if (column >= size) {
            column -= size;
            row++;
        }
    }
};
