package org.steadygrad.engine.cpu;

import java.util.Arrays;
import java.util.Optional;
import org.steadygrad.engine.plan.PlanStep;

/**
 * The loops of batch normalisation over some of the columns, block by block of rows. Rows with a mask of 0 count for
 * nothing. Comparisons are written as minima and maxima, which become vector instructions.
 */
final class NormColumns {
    /** Most columns of one call. */
    static final int WIDTH = 256;

    /** Makes every number above 0 at least 1, but for the smallest of all. */
    private static final float STEEP = 1e38f;

    private final CpuRuntime runtime;
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

    NormColumns(Program program, PlanStep.Normalize step) {
        runtime = program.runtime();
        input = program.value(step.input());
        mask = program.mask(step.mask());
        rectified = !step.activation().isIdentity();
        leak = (float) step.activation().alpha();
        rows = program.rows(step.input());
        size = step.input().size();
        sums = new Sums[runtime.threads()];
        Arrays.setAll(sums, i -> new Sums(new double[WIDTH], new double[WIDTH]));
        arrays = new float[runtime.threads()][7][WIDTH];
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

    /** What belongs to the columns, at the front of arrays of the part's own: centre, scale and shift. */
    private float[] local(int part, int number, float[] all, int from, int to) {
        float[] own = arrays[part][2 + number];
        System.arraycopy(all, from, own, 0, to - from);
        return own;
    }

    /** Sums of differences from the centre, and of their squares. */
    Sums squares(int part, int from, int to, float[] centre) {
        int width = to - from;
        int atOnce = CpuRuntime.CHUNK / width;
        float[] middle = local(part, 0, centre, from, to);
        float[] x = runtime.heap(part, 0);
        begin(part);
        for (int row = 0; row < rows; row += atOnce) {
            int block = Math.min(atOnce, rows - row);
            input.readBlock(row * size + from, x, block, width, size);
            for (int i = 0; i < block; i++) {
                if (counts(row + i)) {
                    addSquares(x, i * width, middle, arrays[part][5], arrays[part][6], width);
                }
            }
            add(part, width);
        }
        return sums[part];
    }

    private static void addSquares(float[] x, int at, float[] middle, float[] sum, float[] squares, int width) {
        for (int j = 0; j < width; j++) {
            float d = x[at + j] - middle[j];
            sum[j] += d;
            squares[j] += d * d;
        }
    }

    private void begin(int part) {
        Arrays.fill(sums[part].first, 0);
        Arrays.fill(sums[part].second, 0);
        Arrays.fill(arrays[part][5], 0);
        Arrays.fill(arrays[part][6], 0);
    }

    /** A block's sums in float join the whole ones in double. */
    private void add(int part, int width) {
        float[] first = arrays[part][5];
        float[] second = arrays[part][6];
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
        int atOnce = CpuRuntime.CHUNK / width;
        float[] middle = local(part, 0, affine[0], from, to);
        float[] scale = local(part, 1, affine[1], from, to);
        float[] shift = local(part, 2, affine[2], from, to);
        float[] x = runtime.heap(part, 0);
        for (int row = 0; row < rows; row += atOnce) {
            int block = Math.min(atOnce, rows - row);
            input.readBlock(row * size + from, x, block, width, size);
            for (int i = 0; i < block; i++) {
                if (counts(row + i)) {
                    apply(x, i * width, middle, scale, shift, width);
                } else {
                    Arrays.fill(x, i * width, (i + 1) * width, 0);
                }
            }
            if (rectified) {
                rectify(x, block * width);
            }
            output.writeBlock(row * size + from, x, block, width, size);
        }
    }

    private static void apply(float[] x, int at, float[] middle, float[] scale, float[] shift, int width) {
        for (int j = 0; j < width; j++) {
            x[at + j] = (x[at + j] - middle[j]) * scale[j] + shift[j];
        }
    }

    private void rectify(float[] z, int length) {
        for (int i = 0; i < length; i++) {
            z[i] = Math.max(z[i], 0) + leak * Math.min(z[i], 0);
        }
    }

    /** With dz, the gradient before the rectifier: sums of dz, and of dz times the difference from the centre. */
    Sums slopes(int part, int from, int to, float[][] affine, FloatMemory gradient) {
        int width = to - from;
        int atOnce = CpuRuntime.CHUNK / width;
        float[] x = runtime.heap(part, 0);
        float[] g = runtime.heap(part, 1);
        begin(part);
        localise(part, from, to, affine);
        for (int row = 0; row < rows; row += atOnce) {
            int block = Math.min(atOnce, rows - row);
            load(part, row, block, from, width, gradient);
            for (int i = 0; i < block; i++) {
                if (counts(row + i)) {
                    addSlopes(x, g, i * width, arrays[part], width);
                }
            }
            add(part, width);
        }
        return sums[part];
    }

    private void localise(int part, int from, int to, float[][] affine) {
        for (int i = 0; i < affine.length; i++) {
            local(part, i, affine[i], from, to);
        }
    }

    /** Heap 0 gets differences from the centre, heap 1 dz. */
    private void load(int part, int row, int block, int from, int width, FloatMemory gradient) {
        float[] x = runtime.heap(part, 0);
        float[] g = runtime.heap(part, 1);
        input.readBlock(row * size + from, x, block, width, size);
        gradient.readBlock(row * size + from, g, block, width, size);
        for (int i = 0; i < block; i++) {
            centre(x, i * width, arrays[part][2], width);
            if (rectified) {
                gate(x, g, i * width, arrays[part][3], arrays[part][4], width);
            }
        }
    }

    private static void centre(float[] x, int at, float[] middle, int width) {
        for (int j = 0; j < width; j++) {
            x[at + j] -= middle[j];
        }
    }

    private void gate(float[] d, float[] g, int at, float[] scale, float[] shift, int width) {
        float rest = 1 - leak;
        for (int j = 0; j < width; j++) {
            float z = d[at + j] * scale[j] + shift[j];
            g[at + j] *= leak + rest * Math.min(1, Math.max(0, z * STEEP));
        }
    }

    private static void addSlopes(float[] d, float[] g, int at, float[][] own, int width) {
        float[] sum = own[5];
        float[] products = own[6];
        for (int j = 0; j < width; j++) {
            sum[j] += g[at + j];
            products[j] += g[at + j] * d[at + j];
        }
    }

    /** {@code target = scale * dz - array 0 - array 1 * (x - centre)}; 0 where rows don't count. */
    void writeGradient(int part, int from, int to, float[][] affine, FloatMemory gradient, FloatMemory target) {
        int width = to - from;
        int atOnce = CpuRuntime.CHUNK / width;
        float[] g = runtime.heap(part, 1);
        localise(part, from, to, affine);
        for (int row = 0; row < rows; row += atOnce) {
            int block = Math.min(atOnce, rows - row);
            load(part, row, block, from, width, gradient);
            for (int i = 0; i < block; i++) {
                if (counts(row + i)) {
                    subtract(runtime.heap(part, 0), g, i * width, arrays[part], width);
                } else {
                    Arrays.fill(g, i * width, (i + 1) * width, 0);
                }
            }
            target.writeBlock(row * size + from, g, block, width, size);
        }
    }

    private static void subtract(float[] d, float[] g, int at, float[][] own, int width) {
        float[] constant = own[0];
        float[] slope = own[1];
        float[] scale = own[3];
        for (int j = 0; j < width; j++) {
            g[at + j] = scale[j] * g[at + j] - constant[j] - slope[j] * d[at + j];
        }
    }
}
