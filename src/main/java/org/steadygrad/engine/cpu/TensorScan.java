package org.steadygrad.engine.cpu;

import java.util.Arrays;
import org.steadygrad.engine.program.Reading;
import org.steadygrad.engine.trace.ActivationRange;

/**
 * Reads a tensor for a trace: one pass over its rows, spread over threads. Sums are kept in double per column, so that tiny
 * gradients neither underflow nor overflow on the way to their norm.
 */
final class TensorScan implements Workers.Range {
    private static final int CHUNK = 4096;
    private static final int GRAIN = 16 * CHUNK;

    /** What one thread has seen. */
    private static final class Partial {
        private final float[] chunk;
        private final float[] mask = new float[CHUNK];
        private double[] sums = new double[0];
        private double[] squares = new double[0];
        private double maskedSquares;
        private long rows;
        private long saturated;
        private int nonFiniteRow;
        private double nonFinite;

        Partial() {
            chunk = new float[CHUNK];
        }

        void reset(int size) {
            sums = size <= sums.length ? sums : new double[size];
            squares = size <= squares.length ? squares : new double[size];
            Arrays.fill(sums, 0);
            Arrays.fill(squares, 0);
            maskedSquares = 0;
            rows = 0;
            saturated = 0;
            nonFiniteRow = -1;
            nonFinite = 0;
        }
    }

    private final Workers workers;
    private final Partial[] partials;
    private FloatMemory data;
    private FloatMemory mask;
    private int size;
    private boolean bounded;
    private float low;
    private float high;

    TensorScan(Workers workers) {
        this.workers = workers;
        partials = new Partial[workers.threads()];
        for (int i = 0; i < partials.length; i++) {
            partials[i] = new Partial();
        }
    }

    /**
     * @param tensor [rows, columns]
     * @param columns number of elements in a row
     * @param rowMask [rows], 0 where there is no data; null when there is data everywhere
     */
    Reading read(FloatMemory tensor, int columns, FloatMemory rowMask, ActivationRange range) {
        data = tensor;
        mask = rowMask;
        size = columns;
        low = range.saturatedBelow();
        high = range.saturatedAbove();
        bounded = range.bounded();
        int rows = tensor.length() / columns;
        int parts = workers.parts(rows, Math.max(1, GRAIN / columns));
        for (int i = 0; i < parts; i++) {
            partials[i].reset(columns);
        }
        workers.run(rows, Math.max(1, GRAIN / columns), this);
        return sum(parts, range);
    }

    @Override
    public void run(int part, int from, int to) {
        Partial partial = partials[part];
        for (int row = from; row < to; row++) {
            int inBlock = (row - from) % CHUNK;
            if (mask != null && inBlock == 0) {
                mask.read(row, partial.mask, Math.min(CHUNK, to - row));
            }
            boolean present = mask == null || partial.mask[inBlock] != 0;
            partial.rows += present ? 1 : 0;
            for (int start = 0; start < size; start += CHUNK) {
                int count = Math.min(CHUNK, size - start);
                data.read(row * size + start, partial.chunk, count);
                take(partial, row, start, count, present);
            }
        }
    }

    private void take(Partial partial, int row, int start, int count, boolean present) {
        float[] chunk = partial.chunk;
        double before = partial.maskedSquares;
        if (present) {
            add(chunk, partial.sums, partial.squares, start, count);
            if (bounded) {
                partial.saturated += saturated(chunk, count);
            }
        } else {
            for (int i = 0; i < count; i++) {
                partial.maskedSquares += (double) chunk[i] * chunk[i];
            }
        }
        boolean suspect = present ? !finite(chunk, count) : !Double.isFinite(partial.maskedSquares - before);
        if (suspect && partial.nonFinite == 0) {
            partial.nonFinite = firstNonFinite(chunk, count);
            partial.nonFiniteRow = row;
        }
    }

    private static float firstNonFinite(float[] chunk, int count) {
        int at = 0;
        while (at < count && Float.isFinite(chunk[at])) {
            at++;
        }
        return at < count ? chunk[at] : 0;
    }

    /** The first NaN or infinity; 0 when all elements are finite. */
    double nonFinite(FloatMemory tensor) {
        float[] chunk = partials[0].chunk;
        for (int start = 0; start < tensor.length(); start += CHUNK) {
            int count = Math.min(CHUNK, tensor.length() - start);
            tensor.read(start, chunk, count);
            if (!finite(chunk, count)) {
                return firstNonFinite(chunk, count);
            }
        }
        return 0;
    }

    private static void add(float[] chunk, double[] sums, double[] squares, int start, int count) {
        for (int i = 0; i < count; i++) {
            double value = chunk[i];
            sums[start + i] += value;
            squares[start + i] += value * value;
        }
    }

    private static boolean finite(float[] chunk, int count) {
        int largest = 0;
        for (int i = 0; i < count; i++) {
            largest = Math.max(largest, Float.floatToRawIntBits(chunk[i]) & 0x7f800000);
        }
        return largest != 0x7f800000;
    }

    private int saturated(float[] chunk, int count) {
        int found = 0;
        for (int i = 0; i < count; i++) {
            found += chunk[i] <= low || chunk[i] >= high ? 1 : 0;
        }
        return found;
    }

    private Reading sum(int parts, ActivationRange range) {
        double[] sums = new double[size];
        double[] squares = new double[size];
        double all = 0;
        double masked = 0;
        long rows = 0;
        long saturated = 0;
        int nonFiniteRow = -1;
        double nonFinite = 0;
        for (int part = 0; part < parts; part++) {
            Partial partial = partials[part];
            masked += partial.maskedSquares;
            rows += partial.rows;
            saturated += partial.saturated;
            for (int i = 0; i < size; i++) {
                sums[i] += partial.sums[i];
                squares[i] += partial.squares[i];
            }
            if (nonFinite == 0 && partial.nonFinite != 0) {
                nonFinite = partial.nonFinite;
                nonFiniteRow = partial.nonFiniteRow;
            }
        }
        double total = 0;
        int dead = 0;
        for (int i = 0; i < size; i++) {
            total += sums[i];
            all += squares[i];
            dead += squares[i] == 0 ? 1 : 0;
        }
        Reading.Sums found = new Reading.Sums(total, all, masked, rows, saturated, dead);
        return Reading.of(found, size, range, nonFiniteRow, nonFinite);
    }
}
