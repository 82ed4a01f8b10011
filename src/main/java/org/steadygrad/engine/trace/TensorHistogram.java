package org.steadygrad.engine.trace;

import org.steadygrad.ops.Histogram;

/**
 * Takes histograms of tensors of [rows, columns], some of whose rows may be masked. A tensor is read twice, for its range and
 * for its values, in pieces, so that it needn't fit into the Java heap.
 */
public final class TensorHistogram {
    /** Number of floats that are read at once. */
    public static final int PIECE = 1 << 16;

    private final float[] piece = new float[PIECE];
    private final Source tensor;
    private final long elements;
    private final int columns;
    private final float[] rowMask;

    /** Where a tensor's elements come from, row by row. */
    public interface Source {
        /**
         * Copies elements to the front of an array.
         *
         * @param offset of the first element
         * @param count number of elements, at most {@value #PIECE}
         */
        void read(long offset, float[] target, int count);
    }

    private TensorHistogram(Source tensor, long elements, int columns, float[] rowMask) {
        this.tensor = tensor;
        this.elements = elements;
        this.columns = columns;
        this.rowMask = rowMask;
    }

    /**
     * The distribution of the elements in rows that aren't masked.
     *
     * @param elements number of all
     * @param columns number of elements in a row
     * @param rowMask [rows], 0 where there is no data; null when there is data everywhere
     */
    public static Histogram of(Source tensor, long elements, int columns, float[] rowMask) {
        TensorHistogram taken = new TensorHistogram(tensor, elements, columns, rowMask);
        Histogram.Range range = new Histogram.Range();
        taken.eachStretch((from, to) -> range.take(taken.piece, from, to));
        Histogram.Builder builder = range.builder();
        taken.eachStretch((from, to) -> builder.add(taken.piece, from, to));
        return builder.build();
    }

    private interface Stretch {
        void take(int from, int to);
    }

    /** Comes by all that isn't masked, in stretches of {@link #piece}. */
    private void eachStretch(Stretch stretch) {
        for (long start = 0; start < elements; start += PIECE) {
            int count = (int) Math.min(PIECE, elements - start);
            tensor.read(start, piece, count);
            if (rowMask == null) {
                stretch.take(0, count);
                continue;
            }
            int from = 0;
            while (from < count) {
                int row = (int) ((start + from) / columns);
                int to = (int) Math.min(count, (row + 1L) * columns - start);
                if (rowMask[row] != 0) {
                    stretch.take(from, to);
                }
                from = to;
            }
        }
    }
}
