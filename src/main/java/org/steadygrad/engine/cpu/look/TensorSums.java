package org.steadygrad.engine.cpu.look;

import java.util.Arrays;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.trace.Reading;

/**
 * What one thread adds up of a tensor, or of some of its rows. Sums are kept in double, so that tiny gradients neither underflow
 * nor overflow on the way to their norm; stretches are added up in float first, where floats can hold their sum.
 */
final class TensorSums {
    /** Number of elements that are looked at together. */
    private static final int CHUNK = 4096;
    /** Elements of short rows are added up beside those of the rows that follow, in so many lanes. */
    private static final int LANES = 512;
    /** Number of floats that are added up in a lane. */
    private static final int DEPTH = 16;
    /** Variance, relative to the square of the mean, above which rounding in float leaves five digits of it. */
    private static final double NEAR = 0.1;

    private final float[] chunk = new float[CHUNK];
    private final LaneSums fast = new LaneSums(CHUNK);
    private MaskedRows tensor;
    private int size;
    private int lanes;
    private double[] sums = new double[0];
    private double[] squares = new double[0];
    private double maskedSquares;
    private long rows;
    private long saturated;

    /** Forgets everything. @param next tensor that is read */
    void begin(MaskedRows next) {
        tensor = next;
        size = tensor.columns();
        lanes = rowsTogether() ? size * Math.max(1, LANES / size) : size;
        sums = lanes <= sums.length ? sums : new double[lanes];
        squares = lanes <= squares.length ? squares : new double[lanes];
        Arrays.fill(sums, 0, lanes, 0);
        Arrays.fill(squares, 0, lanes, 0);
        maskedSquares = 0;
        rows = 0;
        saturated = 0;
    }

    /** Takes in rows, from one number to before another. */
    void take(int from, int to) {
        if (!rowsTogether()) {
            rowByRow(from, to);
            return;
        }
        boolean columnsMatter = tensor.range().bounded() || tensor.range().canDie();
        int together = Math.max(1, FloatMemory.MOST_ADDED / size);
        for (int row = from; row < to; row += together) {
            int count = Math.min(together, to - row);
            if (columnsMatter || !asOne(row, count)) {
                rowsTogether(row, row + count);
            }
        }
    }

    /**
     * Takes in rows as one stretch.
     *
     * @return false, with nothing taken in, when the numbers lie so far from 0 that sums of their squares don't tell how they
     *     vary, or when floats can't hold these
     */
    private boolean asOne(int first, int count) {
        int elements = count * size;
        double sum = tensor.data().sum(first * size, elements);
        double allSquares = tensor.data().squares(first * size, elements);
        double mean = sum / elements;
        double variance = allSquares / elements - mean * mean;
        boolean sound = LaneSums.reliable(allSquares) && variance > NEAR * mean * mean;
        if (sound) {
            sums[0] += sum;
            squares[0] += allSquares;
            rows += count;
        }
        return sound;
    }

    private void rowsTogether(int from, int to) {
        int block = DEPTH * (lanes / size);
        for (int row = from; row < to; row += block) {
            addLanes(row, Math.min(block, to - row));
        }
    }

    private boolean rowsTogether() {
        return tensor.mask() == null && size <= CHUNK;
    }

    /** So many rows that a lane gets {@value #DEPTH} values at most. */
    private void addLanes(int first, int count) {
        int most = CHUNK / lanes * (lanes / size);
        float middle = 0;
        fast.clear(lanes);
        for (int done = 0; done < count; done += most) {
            int elements = Math.min(most, count - done) * size;
            tensor.data().read((first + done) * size, chunk, elements);
            middle = done == 0 ? middle(Math.min(lanes, elements)) : middle;
            fast.add(chunk, elements, lanes, middle);
            saturated += saturated(elements);
        }
        rows += count;
        if (LaneSums.reliable(fast.squares(lanes))) {
            fast.giveTo(sums, squares, count * size, lanes, middle);
            return;
        }
        for (int row = first; row < first + count; row++) {
            tensor.data().read(row * size, chunk, size);
            add(0, size);
        }
    }

    /** Near the mean; 0 where units can die, since differences from 0 alone tell whether all are 0. */
    private float middle(int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += chunk[i];
        }
        return tensor.range().canDie() || !Double.isFinite(sum) ? 0 : (float) (sum / count);
    }

    private void rowByRow(int from, int to) {
        for (int row = from; row < to; row++) {
            boolean present = tensor.present(row);
            rows += present ? 1 : 0;
            for (int start = 0; start < size; start += CHUNK) {
                int count = Math.min(CHUNK, size - start);
                tensor.data().read(row * size + start, chunk, count);
                if (present) {
                    add(start, count);
                    saturated += saturated(count);
                } else {
                    maskedSquares += squares(count);
                }
            }
        }
    }

    /** Adds the chunk in double. @param start column of the first element */
    private void add(int start, int count) {
        for (int i = 0; i < count; i++) {
            double value = chunk[i];
            sums[start + i] += value;
            squares[start + i] += value * value;
        }
    }

    private double squares(int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += (double) chunk[i] * chunk[i];
        }
        return sum;
    }

    private int saturated(int count) {
        int found = 0;
        if (tensor.range().bounded()) {
            float low = tensor.range().saturatedBelow();
            float high = tensor.range().saturatedAbove();
            for (int i = 0; i < count; i++) {
                found += chunk[i] <= low || chunk[i] >= high ? 1 : 0;
            }
        }
        return found;
    }

    /** Adds what another thread has seen of the same tensor. */
    void add(TensorSums other) {
        maskedSquares += other.maskedSquares;
        rows += other.rows;
        saturated += other.saturated;
        for (int i = 0; i < lanes; i++) {
            sums[i] += other.sums[i];
            squares[i] += other.squares[i];
        }
    }

    /** What was seen since {@link #begin}. */
    Reading reading() {
        double[] columns = new double[size];
        double sum = 0;
        double allSquares = 0;
        for (int i = 0; i < lanes; i++) {
            sum += sums[i];
            allSquares += squares[i];
            // squares of the smallest floats are 0 in float; outputs that can die are never negative, so that sums
            // don't cancel out
            columns[i % size] += squares[i] + Math.abs(sums[i]);
        }
        int dead = (int) Arrays.stream(columns).filter(column -> column == 0).count();
        return reading(new Reading.Sums(sum, allSquares, maskedSquares, rows, saturated, dead));
    }

    private Reading reading(Reading.Sums found) {
        // no square of a float is infinite in double: only what isn't finite itself makes such a sum
        boolean finite = Double.isFinite(found.squares() + found.maskedSquares());
        int at = finite ? -1 : tensor.data().firstNonFinite();
        return Reading.of(
                found,
                size,
                tensor.range(),
                at < 0 ? -1 : at / size,
                at < 0 ? 0 : tensor.data().get(at));
    }

    /** The sum of squares of elements from one position to before another. */
    double squares(FloatMemory data, int from, int to) {
        double sum = 0;
        int start = from;
        while (start < to) {
            int end = start + Math.min(FloatMemory.MOST_ADDED, to - start);
            double piece = data.squares(start, end - start);
            sum += LaneSums.reliable(piece) ? piece : carefully(data, start, end);
            start = end;
        }
        return sum;
    }

    private double carefully(FloatMemory data, int from, int to) {
        double sum = 0;
        for (int start = from; start < to; start += CHUNK) {
            int count = Math.min(CHUNK, to - start);
            data.read(start, chunk, count);
            sum += squares(count);
        }
        return sum;
    }
}
