package org.steadygrad.engine.cpu.norm;

import java.util.Arrays;
import java.util.Optional;
import org.steadygrad.engine.cpu.kernel.KernelContext;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.plan.PlanOperation;

/**
 * The loops of batch normalisation over some of the columns, row by row. Rows with a mask of 0 count for nothing. Arrays
 * are read from their front and comparisons written as minima and maxima: such loops become vector instructions.
 */
final class NormColumns {
    /** Most columns of one call. */
    static final int WIDTH = 256;

    /** Number of rows whose sum is kept in float. */
    private static final int ROWS_IN_FLOAT = 16;

    /** Makes every number above 0 at least 1, but for the smallest of all. */
    private static final float STEEP = 1e38f;

    private static final int CENTRE = 2;
    private static final int SCALE = 3;
    private static final int SHIFT = 4;
    private static final int FIRST = 5;
    private static final int SECOND = 6;
    private static final int X = 7;
    private static final int SLOPE = 8;
    private static final int ARRAYS = 9;

    private final FloatMemory input;
    private final Optional<FloatMemory> mask;
    private final boolean rectified;
    private final float leak;
    private final int rows;
    private final int size;
    private final Sums[] sums;
    private final float[][][] arrays;
    private double count;

    /** Two sums for each column, overwritten by the next call of the same part. */
    record Sums(double[] first, double[] second) {}

    NormColumns(KernelContext context, PlanOperation.Normalize operation) {
        input = context.value(operation.input());
        mask = context.mask(operation.mask());
        rectified = !operation.activation().isIdentity();
        leak = (float) operation.activation().alpha();
        rows = context.rows(operation.input());
        size = operation.input().size();
        int threads = context.runtime().threads();
        sums = new Sums[threads];
        Arrays.setAll(sums, i -> new Sums(new double[WIDTH], new double[WIDTH]));
        arrays = new float[threads][ARRAYS][WIDTH];
    }

    int rows() {
        return rows;
    }

    void countRows() {
        count = rows;
        if (mask.isPresent()) {
            count = 0;
            for (int row = 0; row < rows; row++) {
                count += counts(row) ? 1 : 0;
            }
        }
    }

    /** Number of rows that count. */
    double count() {
        return count;
    }

    /** Two arrays of {@link #WIDTH} elements, 0 and 1, for {@link #writeGradient} to subtract. */
    float[] array(int part, int number) {
        return arrays[part][number];
    }

    private boolean counts(int row) {
        return mask.isEmpty() || mask.get().get(row) != 0;
    }

    private void localise(int part, int from, int to, float[][] affine) {
        for (int i = 0; i < affine.length; i++) {
            System.arraycopy(affine[i], from, arrays[part][CENTRE + i], 0, to - from);
        }
    }

    /** Sums of differences from the centre, and of their squares. */
    Sums squares(int part, int from, int to, float[][] affine) {
        int width = to - from;
        float[][] own = arrays[part];
        localise(part, from, to, affine);
        begin(part);
        for (int row = 0; row < rows; row++) {
            if (counts(row)) {
                input.read(row * size + from, own[X], width);
                addSquares(own[X], own[CENTRE], own[FIRST], own[SECOND], width);
            }
            flush(part, row, width);
        }
        return sums[part];
    }

    private static void addSquares(float[] x, float[] middle, float[] sum, float[] squares, int width) {
        for (int j = 0; j < width; j++) {
            float d = x[j] - middle[j];
            sum[j] += d;
            squares[j] += d * d;
        }
    }

    private void begin(int part) {
        Arrays.fill(sums[part].first, 0);
        Arrays.fill(sums[part].second, 0);
        Arrays.fill(arrays[part][FIRST], 0);
        Arrays.fill(arrays[part][SECOND], 0);
    }

    /** The sums of a few rows in float join the whole ones in double. */
    private void flush(int part, int row, int width) {
        if ((row + 1) % ROWS_IN_FLOAT != 0 && row + 1 != rows) {
            return;
        }
        float[] first = arrays[part][FIRST];
        float[] second = arrays[part][SECOND];
        for (int j = 0; j < width; j++) {
            sums[part].first[j] += first[j];
            sums[part].second[j] += second[j];
        }
        Arrays.fill(first, 0, width, 0);
        Arrays.fill(second, 0, width, 0);
    }

    /** {@code output = f((x - centre) * scale + shift)}. */
    void write(int part, int from, int to, float[][] affine, FloatMemory output) {
        int width = to - from;
        float[][] own = arrays[part];
        float[] x = own[X];
        localise(part, from, to, affine);
        for (int row = 0; row < rows; row++) {
            if (counts(row)) {
                input.read(row * size + from, x, width);
                apply(x, own[CENTRE], own[SCALE], own[SHIFT], width);
                if (rectified) {
                    rectify(x, leak, width);
                }
            } else {
                Arrays.fill(x, 0, width, 0);
            }
            output.write(row * size + from, x, width);
        }
    }

    private static void apply(float[] x, float[] middle, float[] scale, float[] shift, int width) {
        for (int j = 0; j < width; j++) {
            x[j] = (x[j] - middle[j]) * scale[j] + shift[j];
        }
    }

    private static void rectify(float[] z, float leak, int width) {
        for (int j = 0; j < width; j++) {
            z[j] = Math.max(z[j], 0) + leak * Math.min(z[j], 0);
        }
    }

    /** With dz, the gradient before the rectifier: sums of dz, and of dz times the difference from the centre. */
    Sums slopes(int part, int from, int to, float[][] affine, FloatMemory gradient) {
        int width = to - from;
        float[][] own = arrays[part];
        begin(part);
        localise(part, from, to, affine);
        for (int row = 0; row < rows; row++) {
            if (counts(row)) {
                load(part, row * size + from, width, gradient);
                addSlopes(own[X], own[SLOPE], own[FIRST], own[SECOND], width);
            }
            flush(part, row, width);
        }
        return sums[part];
    }

    /** Differences from the centre, and dz. */
    private void load(int part, int start, int width, FloatMemory gradient) {
        float[][] own = arrays[part];
        input.read(start, own[X], width);
        gradient.read(start, own[SLOPE], width);
        centre(own[X], own[CENTRE], width);
        if (rectified) {
            gate(own, leak, width);
        }
    }

    private static void centre(float[] x, float[] middle, int width) {
        for (int j = 0; j < width; j++) {
            x[j] -= middle[j];
        }
    }

    private static void gate(float[][] own, float leak, int width) {
        float[] d = own[X];
        float[] g = own[SLOPE];
        float[] scale = own[SCALE];
        float[] shift = own[SHIFT];
        float rest = 1 - leak;
        for (int j = 0; j < width; j++) {
            float z = d[j] * scale[j] + shift[j];
            g[j] *= leak + rest * Math.min(1, Math.max(0, z * STEEP));
        }
    }

    private static void addSlopes(float[] d, float[] g, float[] sum, float[] products, int width) {
        for (int j = 0; j < width; j++) {
            sum[j] += g[j];
            products[j] += g[j] * d[j];
        }
    }

    /** {@code target = scale * dz - array 0 - array 1 * (x - centre)}; 0 where rows don't count. */
    void writeGradient(int part, int from, int to, float[][] affine, FloatMemory gradient, FloatMemory target) {
        int width = to - from;
        float[][] own = arrays[part];
        localise(part, from, to, affine);
        for (int row = 0; row < rows; row++) {
            if (counts(row)) {
                load(part, row * size + from, width, gradient);
                subtract(own[X], own[SLOPE], own, width);
            } else {
                Arrays.fill(own[SLOPE], 0, width, 0);
            }
            target.write(row * size + from, own[SLOPE], width);
        }
    }

    private static void subtract(float[] d, float[] g, float[][] own, int width) {
        float[] constant = own[0];
        float[] slope = own[1];
        float[] scale = own[SCALE];
        for (int j = 0; j < width; j++) {
            g[j] = scale[j] * g[j] - constant[j] - slope[j] * d[j];
        }
    }
}
