package org.steadygrad.engine.cpu;

import java.util.Arrays;
import org.steadygrad.engine.program.Reading;
import org.steadygrad.engine.trace.ActivationRange;

/**
 * Reads tensors for a trace: one pass over the rows, spread over threads. Sums are kept in double, so that tiny gradients
 * neither underflow nor overflow on the way to their norm.
 */
final class TensorScan {
    private static final int CHUNK = 4096;
    private static final int GRAIN = 16 * CHUNK;
    /** Elements of short rows are added up beside those of the rows that follow, in so many lanes. */
    private static final int LANES = 512;
    /** Number of floats that are added up in a lane. */
    private static final int DEPTH = 16;

    /** What one thread has seen. */
    private static final class Partial {
        private final float[] chunk = new float[CHUNK];
        private final float[] mask = new float[CHUNK];
        private final LaneSums fast = new LaneSums(CHUNK);
        private int lanes;
        private double[] sums = new double[0];
        private double[] squares = new double[0];
        private double maskedSquares;
        private long rows;
        private long saturated;

        void reset(int wanted) {
            lanes = wanted;
            sums = lanes <= sums.length ? sums : new double[lanes];
            squares = lanes <= squares.length ? squares : new double[lanes];
            Arrays.fill(sums, 0);
            Arrays.fill(squares, 0);
            maskedSquares = 0;
            rows = 0;
            saturated = 0;
        }
    }

    private final Workers workers;
    private final Partial[] partials;
    private final int[] bits = new int[CHUNK];
    private FloatMemory data;
    private FloatMemory mask;
    private int size;
    private ActivationRange range;

    TensorScan(Workers workers) {
        this.workers = workers;
        partials = new Partial[workers.threads()];
        for (int i = 0; i < partials.length; i++) {
            partials[i] = new Partial();
        }
    }

    /**
     * The norm and the first number that isn't finite, without moments and shares: half the work of {@link #read}.
     *
     * @param tensor [rows, columns]
     * @param columns number of elements in a row
     */
    Reading norm(FloatMemory tensor, int columns) {
        data = tensor;
        size = columns;
        range = ActivationRange.NONE;
        return sum(run((tensor.length() + CHUNK - 1) / CHUNK, GRAIN / CHUNK, 1, this::squares));
    }

    /**
     * @param tensor [rows, columns]
     * @param columns number of elements in a row
     * @param rowMask [rows], 0 where there is no data; null when there is data everywhere
     */
    Reading read(FloatMemory tensor, int columns, FloatMemory rowMask, ActivationRange outputs) {
        data = tensor;
        mask = rowMask;
        size = columns;
        range = outputs;
        Workers.Range way = rowMask == null && columns <= CHUNK ? this::rowsTogether : this::rowByRow;
        int lanes = columns * Math.max(1, LANES / columns);
        return sum(run(tensor.length() / columns, Math.max(1, GRAIN / columns), lanes, way));
    }

    /** @return number of partials that were written */
    private int run(int length, int grain, int lanes, Workers.Range way) {
        int parts = workers.parts(length, grain);
        for (int i = 0; i < parts; i++) {
            partials[i].reset(lanes);
        }
        workers.run(length, grain, way);
        return parts;
    }

    private void squares(int part, int from, int to) {
        Partial partial = partials[part];
        float[] chunk = partial.chunk;
        for (int i = from; i < to; i++) {
            int count = Math.min(CHUNK, data.length() - i * CHUNK);
            data.read(i * CHUNK, chunk, count);
            Arrays.fill(chunk, count, CHUNK, 0);
            partial.fast.clear(LANES);
            partial.fast.addSquares(chunk, LANES);
            double squares = partial.fast.squares(LANES);
            partial.squares[0] += LaneSums.reliable(squares) ? squares : carefully(chunk, count);
        }
    }

    private static double carefully(float[] chunk, int count) {
        double squares = 0;
        for (int i = 0; i < count; i++) {
            squares += (double) chunk[i] * chunk[i];
        }
        return squares;
    }

    private void rowsTogether(int part, int from, int to) {
        Partial partial = partials[part];
        int block = DEPTH * (partial.lanes / size);
        for (int row = from; row < to; row += block) {
            rowsTogether(partial, row, Math.min(block, to - row));
        }
    }

    /** So many rows that a lane gets {@value #DEPTH} values at most. */
    private void rowsTogether(Partial partial, int first, int rows) {
        int lanes = partial.lanes;
        int most = CHUNK / lanes * (lanes / size);
        float middle = 0;
        partial.fast.clear(lanes);
        for (int done = 0; done < rows; done += most) {
            int count = Math.min(most, rows - done) * size;
            data.read((first + done) * size, partial.chunk, count);
            middle = done == 0 ? middle(partial.chunk, Math.min(lanes, count)) : middle;
            partial.fast.add(partial.chunk, count, lanes, middle);
            partial.saturated += saturated(partial.chunk, count);
        }
        partial.rows += rows;
        if (LaneSums.reliable(partial.fast.squares(lanes))) {
            partial.fast.giveTo(partial.sums, partial.squares, rows * size, lanes, middle);
            return;
        }
        for (int row = first; row < first + rows; row++) {
            data.read(row * size, partial.chunk, size);
            add(partial, 0, size);
        }
    }

    /** Near the mean; 0 where units can die, since differences from 0 alone tell whether all are 0. */
    private float middle(float[] chunk, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += chunk[i];
        }
        return range.canDie() || !Double.isFinite(sum) ? 0 : (float) (sum / count);
    }

    private void rowByRow(int part, int from, int to) {
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
                if (present) {
                    add(partial, start, count);
                    partial.saturated += saturated(partial.chunk, count);
                } else {
                    partial.maskedSquares += carefully(partial.chunk, count);
                }
            }
        }
    }

    /** Adds the chunk in double. @param start column of the first element */
    private static void add(Partial partial, int start, int count) {
        float[] chunk = partial.chunk;
        double[] sums = partial.sums;
        double[] squares = partial.squares;
        for (int i = 0; i < count; i++) {
            double value = chunk[i];
            sums[start + i] += value;
            squares[start + i] += value * value;
        }
    }

    private int saturated(float[] chunk, int count) {
        int found = 0;
        if (range.bounded()) {
            float low = range.saturatedBelow();
            float high = range.saturatedAbove();
            for (int i = 0; i < count; i++) {
                found += chunk[i] <= low || chunk[i] >= high ? 1 : 0;
            }
        }
        return found;
    }

    private Reading sum(int parts) {
        double[] columns = new double[size];
        double sum = 0;
        double squares = 0;
        double masked = 0;
        long rows = 0;
        long saturated = 0;
        for (int part = 0; part < parts; part++) {
            Partial partial = partials[part];
            masked += partial.maskedSquares;
            rows += partial.rows;
            saturated += partial.saturated;
            for (int i = 0; i < partial.lanes; i++) {
                sum += partial.sums[i];
                squares += partial.squares[i];
                // squares of the smallest floats are 0 in float; outputs that can die are never negative, so that sums
                // don't cancel out
                columns[i % size] += partial.squares[i] + Math.abs(partial.sums[i]);
            }
        }
        int dead = (int) Arrays.stream(columns).filter(column -> column == 0).count();
        Reading.Sums found = new Reading.Sums(sum, squares, masked, rows, saturated, dead);
        // no square of a float is infinite in double: only what isn't finite itself makes such a sum
        int at = Double.isFinite(squares + masked) ? -1 : firstNonFinite(data);
        return Reading.of(found, size, range, at < 0 ? -1 : at / size, at < 0 ? 0 : data.get(at));
    }

    /** The first NaN or infinity; 0 when all elements are finite. */
    double nonFinite(FloatMemory tensor) {
        int at = firstNonFinite(tensor);
        return at < 0 ? 0 : tensor.get(at);
    }

    /** Index of the first NaN or infinity; -1 when all elements are finite. */
    private int firstNonFinite(FloatMemory tensor) {
        for (int start = 0; start < tensor.length(); start += CHUNK) {
            int count = Math.min(CHUNK, tensor.length() - start);
            tensor.readBits(start, bits, count);
            int found = 0;
            for (int i = 0; i < count; i++) {
                // the sign bit of the sum is set when all bits of the exponent are
                found += ((bits[i] & 0x7f800000) + 0x00800000) >>> 31;
            }
            for (int i = 0; found > 0 && i < count; i++) {
                if (!Float.isFinite(Float.intBitsToFloat(bits[i]))) {
                    return start + i;
                }
            }
        }
        return -1;
    }
}
