package org.steadygrad.health;

import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;

/**
 * One pass over an array of features or labels, [batch, columns] or [batch, columns, time]; masked steps are left out.
 */
final class BatchScan {
    private static final int SIGNED_VALUES = 8192;

    private final int columns;
    private final float[] low;
    private final float[] high;
    private final float limit;
    private long fingerprint = 1;
    private long values;
    private long zeros;
    private Cell worst;

    /**
     * The place of a value in a batch.
     *
     * @param row number of the example in the batch, from 0
     * @param column number of the feature or label, from 0
     * @param timeStep -1 for arrays without a time axis
     */
    record Cell(int row, int column, int timeStep, double value) {}

    private BatchScan(int columns, double limit) {
        this.columns = columns;
        this.limit = (float) limit;
        low = new float[columns];
        high = new float[columns];
        Arrays.fill(low, Float.POSITIVE_INFINITY);
        Arrays.fill(high, Float.NEGATIVE_INFINITY);
    }

    /**
     * @param mask [batch, time], [batch, 1], of the array's shape, or null
     * @param limit magnitude above which a value is too large
     * @param ranges whether columns and zeros are asked for; else they are known only where a value is bad
     */
    static BatchScan of(INDArray array, INDArray mask, double limit, boolean ranges) {
        int time = array.rank() == 3 ? (int) array.size(2) : 1;
        BatchScan scan = new BatchScan((int) array.size(1), limit);
        INDArray plain = inOrder(array, array.ordering());
        int[] bits = bits(plain);
        scan.sign(IntBuffer.wrap(bits), bits.length);
        if (ranges || largest(bits) > Float.floatToRawIntBits(scan.limit)) {
            scan.read((int) array.size(0), time, plain, bits, Present.of(array, mask));
        }
        return scan;
    }

    /**
     * Which values aren't masked.
     *
     * @param bits of the mask in 'c' order; the other numbers tell how far apart rows, columns and time steps are in it
     */
    private record Present(int[] bits, int byRow, int byColumn, int byStep) {
        /** @return null when all are there, or the mask is of no known shape */
        static Present of(INDArray array, INDArray mask) {
            if (mask == null) {
                return null;
            }
            int columns = (int) array.size(1);
            int time = array.rank() == 3 ? (int) array.size(2) : 1;
            int[] bits = BatchScan.bits(inOrder(mask, 'c'));
            if (bits.length == array.length()) {
                return new Present(bits, columns * time, time, 1);
            }
            if (bits.length == array.size(0) * time) {
                return new Present(bits, time, 0, 1);
            }
            return bits.length == array.size(0) ? new Present(bits, 1, 0, 0) : null;
        }

        boolean at(int row, int column, int step) {
            return (bits[row * byRow + column * byColumn + step * byStep] & Integer.MAX_VALUE) != 0;
        }
    }

    private static INDArray inOrder(INDArray array, char order) {
        INDArray plain = array.dataType() == DataType.FLOAT ? array : array.castTo(DataType.FLOAT);
        boolean inOrder = plain.ordering() == order && !plain.isView() && Shape.hasDefaultStridesForShape(plain);
        return inOrder ? plain : plain.dup(order);
    }

    /** As integers, since loops over these use whole vectors. */
    private static int[] bits(INDArray array) {
        int[] bits = new int[(int) array.length()];
        ints(array).get(bits);
        return bits;
    }

    private static IntBuffer ints(INDArray array) {
        return array.data().asNio().order(ByteOrder.nativeOrder()).asIntBuffer();
    }

    /** The largest magnitude, which bits without a sign are in the order of; NaN is above infinity. */
    private static int largest(int[] bits) {
        int largest = 0;
        for (int value : bits) {
            largest = Math.max(largest, value & Integer.MAX_VALUE);
        }
        return largest;
    }

    /** In 'c' order the time steps of an example's column lie together, in 'f' order the examples of a step's column. */
    private void read(int rows, int time, INDArray array, int[] data, Present present) {
        boolean examplesTogether = array.ordering() == 'f';
        int outer = examplesTogether ? time : rows;
        int inner = examplesTogether ? rows : time;
        for (int first = 0; first < outer; first++) {
            for (int column = 0; column < columns; column++) {
                int at = (first * columns + column) * inner;
                if (present != null || !run(data, at, inner, column)) {
                    for (int second = 0; second < inner; second++) {
                        int row = examplesTogether ? second : first;
                        int step = examplesTogether ? first : second;
                        if (present == null || present.at(row, column, step)) {
                            take(row, column, array.rank() == 3 ? step : -1, Float.intBitsToFloat(data[at + second]));
                        }
                    }
                }
            }
        }
    }

    /**
     * Takes in values of a column that lie together. Comparisons that are predicted well, and the largest magnitude as bits:
     * {@link Math#min(float, float)} would take four times as long.
     *
     * @return false, with nothing taken in, when one of them isn't finite or is too large
     */
    private boolean run(int[] data, int at, int length, int column) {
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        int magnitude = 0;
        int none = 0;
        for (int i = at; i < at + length; i++) {
            float value = Float.intBitsToFloat(data[i]);
            if (value < least) {
                least = value;
            }
            if (value > most) {
                most = value;
            }
            int bits = data[i] & Integer.MAX_VALUE;
            magnitude = Math.max(magnitude, bits);
            none += bits == 0 ? 1 : 0;
        }
        boolean sound = magnitude <= Float.floatToRawIntBits(limit);
        if (sound) {
            low[column] = Math.min(low[column], least);
            high[column] = Math.max(high[column], most);
            zeros += none;
            values += length;
        }
        return sound;
    }

    private void take(int row, int column, int timeStep, float value) {
        values++;
        zeros += value == 0 ? 1 : 0;
        if (Float.isFinite(value)) {
            low[column] = Math.min(low[column], value);
            high[column] = Math.max(high[column], value);
        }
        if (worst == null && !(Math.abs(value) <= limit)) {
            worst = new Cell(row, column, timeStep, value);
        }
    }

    /** All values of small arrays, of larger ones so many that others hardly have them all. */
    private void sign(IntBuffer bits, long length) {
        int stride = (int) Math.max(1, length / SIGNED_VALUES);
        for (int i = 0; i < length; i += stride) {
            fingerprint = 31 * fingerprint + bits.get(i);
        }
    }

    /** The fingerprint alone. */
    static long fingerprint(INDArray array) {
        BatchScan scan = new BatchScan(0, 0);
        scan.sign(ints(inOrder(array, array.ordering())), array.length());
        return scan.fingerprint;
    }

    int columns() {
        return columns;
    }

    /** The lowest finite value of a column; infinite where there is none. */
    float low(int column) {
        return low[column];
    }

    /** The highest finite value of a column; infinite where there is none. */
    float high(int column) {
        return high[column];
    }

    /** Of values and their order, of some thousand of them in larger arrays. */
    long fingerprint() {
        return fingerprint;
    }

    /** Number of values that aren't masked. */
    long values() {
        return values;
    }

    /** Number of values that are 0. */
    long zeros() {
        return zeros;
    }

    /** The first value that isn't finite or is too large; null when there is none. */
    Cell worst() {
        return worst;
    }
}
