package org.steadygrad.health;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;

/**
 * One pass over an array of features or labels, [batch, columns] or [batch, columns, time]; masked steps are left out.
 */
final class BatchScan {
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
     * @param mask [batch, time], or null
     * @param limit magnitude above which a value is too large
     */
    static BatchScan of(INDArray array, INDArray mask, double limit) {
        int time = array.rank() == 3 ? (int) array.size(2) : 1;
        BatchScan scan = new BatchScan((int) array.size(1), limit);
        boolean perStep = mask != null && array.rank() == 3 && mask.length() == array.size(0) * time;
        scan.read((int) array.size(0), time, array.rank() == 3, floats(array), perStep ? floats(mask) : null);
        return scan;
    }

    private static FloatBuffer floats(INDArray array) {
        INDArray plain = array.dataType() == DataType.FLOAT ? array : array.castTo(DataType.FLOAT);
        boolean inOrder = plain.ordering() == 'c' && !plain.isView() && Shape.hasDefaultStridesForShape(plain);
        return (inOrder ? plain : plain.dup('c')).data().asNioFloat();
    }

    private void read(int rows, int time, boolean perStep, FloatBuffer data, FloatBuffer mask) {
        int at = 0;
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                for (int t = 0; t < time; t++, at++) {
                    if (mask == null || mask.get(row * time + t) != 0) {
                        float value = data.get(at);
                        take(column, value);
                        if (worst == null && !(Math.abs(value) <= limit)) {
                            worst = new Cell(row, column, perStep ? t : -1, value);
                        }
                    }
                }
            }
        }
    }

    private void take(int column, float value) {
        fingerprint = 31 * fingerprint + Float.floatToRawIntBits(value);
        values++;
        zeros += value == 0 ? 1 : 0;
        if (Float.isFinite(value)) {
            low[column] = Math.min(low[column], value);
            high[column] = Math.max(high[column], value);
        }
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

    /** Of values and their order. */
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
