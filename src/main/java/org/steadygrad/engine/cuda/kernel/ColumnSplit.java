package org.steadygrad.engine.cuda.kernel;

import org.steadygrad.engine.cuda.stream.CudaRuntime;

/**
 * How blocks share a matrix whose rows are added up, column by column (columns.cuh): each has a tile of the columns and a
 * chunk of the rows.
 *
 * @param rows of the matrix
 * @param columns of the matrix
 * @param width columns of a tile, a power of 2
 * @param chunks number of chunks
 * @param chunkRows rows of a chunk; the last may have fewer
 */
public record ColumnSplit(int rows, int columns, int width, int chunks, int chunkRows) {
    private static final int MOST_WIDTH = 32;

    /** Rows that a thread should have at least; chunks beyond that cost more than they spare. */
    private static final int THREAD_ROWS = 16;

    private static final int BLOCKS_PER_MULTIPROCESSOR = 8;
    private static final int MOST_CHUNKS = 256;

    /** @param multiprocessors of the device */
    public static ColumnSplit of(int rows, int columns, int multiprocessors) {
        int width = Math.min(MOST_WIDTH, powerOfTwo(columns));
        int tiles = (columns + width - 1) / width;
        int wanted = multiprocessors * BLOCKS_PER_MULTIPROCESSOR / tiles;
        int worthwhile = rows / (THREAD_ROWS * CudaRuntime.BLOCK / width);
        int chunks = Math.max(1, Math.min(MOST_CHUNKS, Math.min(wanted, worthwhile)));
        int chunkRows = (rows + chunks - 1) / chunks;
        return new ColumnSplit(rows, columns, width, (rows + chunkRows - 1) / chunkRows, chunkRows);
    }

    private static int powerOfTwo(int atLeast) {
        int power = 1;
        while (power < atLeast && power < MOST_WIDTH) {
            power *= 2;
        }
        return power;
    }

    public int tiles() {
        return (columns + width - 1) / width;
    }

    /** Number of blocks. */
    public int blocks() {
        return Math.multiplyExact(tiles(), chunks);
    }
}
