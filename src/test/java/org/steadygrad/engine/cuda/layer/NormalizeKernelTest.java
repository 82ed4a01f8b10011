package org.steadygrad.engine.cuda.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.engine.cuda.KernelBench;
import org.steadygrad.engine.plan.ActivationFunction;
import org.steadygrad.engine.plan.Normalization;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.Value;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.ops.ParameterBlock.Kind;

@Tag("gpu")
class NormalizeKernelTest {
    private static final double EPSILON = 1e-5;
    private static final double DECAY = 0.9;

    /** What a layer is like. */
    private record Layer(boolean locked, boolean logarithmic, boolean ofBatch, double leak) {
        static final Layer PLAIN = new Layer(false, false, true, 1);
    }

    /** A layer of some columns on a bench, and its reference in double. */
    private static final class Case implements AutoCloseable {
        final Layer layer;
        final int rows;
        final int size;
        final float[] x;
        final float[] mask;
        final float[] above;
        final float[] gamma;
        final float[] beta;
        final float[] mean;
        final float[] stored;
        final KernelBench bench;
        final Value input;
        final ParameterBlock[] blocks = new ParameterBlock[4];

        Case(Layer layer, int rows, int size, float[] x, float[] mask) {
            this.layer = layer;
            this.rows = rows;
            this.size = size;
            this.x = x;
            this.mask = mask;
            Random random = new Random(size);
            above = KernelBench.normal(random, rows * size);
            gamma = KernelBench.normal(random, size);
            beta = KernelBench.normal(random, size);
            mean = KernelBench.normal(random, size);
            stored = KernelBench.normal(random, size);
            for (int j = 0; j < size && !layer.logarithmic; j++) {
                stored[j] = Math.abs(stored[j]);
            }
            bench = new KernelBench(rows, mask == null ? 0 : 1);
            input = bench.input(size);
            Value rowMask = bench.value(1, mask != null);
            String[] names = {"gamma", "beta", "mean", "var"};
            for (int i = 0; i < 4; i++) {
                Kind kind = !layer.ofBatch ? Kind.FROZEN : i < 2 ? Kind.TRAINED : Kind.STATISTIC;
                blocks[i] = bench.parameter(names[i], kind, size);
            }
            Normalization settings = new Normalization(
                    layer.locked ? Optional.empty() : Optional.of(blocks[0]),
                    layer.locked ? Optional.empty() : Optional.of(blocks[1]),
                    2,
                    0.5,
                    blocks[2],
                    blocks[3],
                    layer.logarithmic,
                    EPSILON,
                    DECAY,
                    layer.ofBatch);
            ActivationFunction activation = layer.leak == 1
                    ? ActivationFunction.IDENTITY
                    : new ActivationFunction(ActivationFunction.Kind.RELU, layer.leak);
            bench.with(new PlanOperation.Normalize(
                    "n",
                    input,
                    bench.value(size, mask != null),
                    settings,
                    activation,
                    mask == null ? Optional.empty() : Optional.of(rowMask)));
            bench.set(input, x).set(blocks[0], gamma).set(blocks[1], beta);
            bench.set(blocks[2], mean).set(blocks[3], stored);
            if (mask != null) {
                bench.set(rowMask, mask);
            }
        }

        boolean counts(int row) {
            return mask == null || mask[row] != 0;
        }

        void check() {
            double[] y = new double[x.length];
            double[] below = new double[x.length];
            double[][] parameters = new double[4][size];
            for (int j = 0; j < size; j++) {
                reference(j, y, below, parameters);
            }
            KernelBench.assertClose(y, bench.forward(), 2e-6, "output");
            KernelBench.assertClose(below, bench.backward(above).gradient(0), 1e-5, "gradient");
            for (int i = 0; i < 4; i++) {
                boolean written = layer.ofBatch && !(layer.locked && i < 2);
                if (!written) {
                    Arrays.fill(parameters[i], Double.NaN);
                }
                KernelBench.assertClose(parameters[i], bench.gradient(blocks[i]), 3e-6, "parameter " + i);
            }
        }

        private double variance(int j) {
            return layer.logarithmic ? Math.pow(10, 2.0 * stored[j]) : stored[j];
        }

        private void reference(int j, double[] y, double[] below, double[][] parameters) {
            double count = 0;
            double sum = 0;
            for (int row = 0; row < rows; row++) {
                count += counts(row) ? 1 : 0;
                sum += counts(row) ? x[row * size + j] : 0;
            }
            double middle = layer.ofBatch ? sum / Math.max(1, count) : mean[j];
            double squares = 0;
            for (int row = 0; row < rows; row++) {
                squares += counts(row) ? Math.pow(x[row * size + j] - middle, 2) : 0;
            }
            double variance = layer.ofBatch ? squares / Math.max(1, count) : variance(j);
            double g = layer.locked ? 2 : gamma[j];
            double b = layer.locked ? 0.5 : beta[j];
            double inverse = 1 / Math.sqrt(variance + EPSILON);
            for (int row = 0; row < rows; row++) {
                if (counts(row)) {
                    double n = (x[row * size + j] - middle) * inverse;
                    double z = g * n + b;
                    double dz = above[row * size + j] * (z > 0 ? 1 : layer.leak);
                    y[row * size + j] = z > 0 ? z : layer.leak * z;
                    parameters[0][j] += dz * n;
                    parameters[1][j] += dz;
                }
            }
            for (int row = 0; row < rows; row++) {
                if (counts(row)) {
                    int i = row * size + j;
                    double n = (x[i] - middle) * inverse;
                    double dz = above[i] * (g * n + b > 0 ? 1 : layer.leak);
                    double shared = layer.ofBatch ? (parameters[1][j] + n * parameters[0][j]) / count : 0;
                    below[i] = g * inverse * (dz - shared);
                }
            }
            statistics(j, count, middle, variance, parameters);
        }

        private void statistics(int j, double count, double middle, double variance, double[][] parameters) {
            double share = count > 0 ? 1 - DECAY : 0;
            double next = variance(j) - share * (variance(j) - variance);
            parameters[2][j] = share * (mean[j] - middle);
            parameters[3][j] =
                    layer.logarithmic ? 0.5 * Math.log10(variance(j) / Math.max(next, 1e-30)) : variance(j) - next;
        }

        @Override
        public void close() {
            bench.close();
        }
    }

    private static float[] data(int rows, int size) {
        return KernelBench.normal(new Random(rows), rows * size);
    }

    @ParameterizedTest
    @CsvSource({"2, 1", "3, 17", "33, 257", "257, 33", "1025, 3", "3000, 33", "9000, 1", "7, 300"})
    void sizes(int rows, int size) {
        try (Case test = new Case(Layer.PLAIN, rows, size, data(rows, size), null)) {
            test.check();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "true, false, true, 1",
        "false, true, true, 0",
        "false, false, true, 0.3",
        "true, true, true, 0",
        "false, false, false, 0",
        "true, true, false, 0.2"
    })
    void kinds(boolean locked, boolean logarithmic, boolean ofBatch, double leak) {
        Layer layer = new Layer(locked, logarithmic, ofBatch, leak);
        for (int rows : new int[] {7, 1500}) {
            float[] mask = new float[rows];
            for (int i = 0; i < rows; i++) {
                mask[i] = i % 3 == 0 ? 0 : 1;
            }
            float[] masked = data(rows, 17);
            Arrays.fill(masked, 0, 17, Float.NaN); // a row that doesn't count
            try (Case test = new Case(layer, rows, 17, data(rows, 17), null);
                    Case other = new Case(layer, rows, 17, masked, mask)) {
                test.check();
                other.check();
            }
        }
    }

    /** However far the mean is from 0, in one row after the other or in all. */
    @ParameterizedTest
    @ValueSource(doubles = {1e4, -1e4, 1e6})
    void farFromZero(double mean) {
        for (int rows : new int[] {33, 3000}) {
            float[] x = data(rows, 33);
            for (int i = 0; i < x.length; i++) {
                x[i] += i % 33 == 5 ? 0 : (float) mean;
            }
            x[0] = (float) -mean; // an outlier to start from
            try (Case test = new Case(Layer.PLAIN, rows, 33, x, null)) {
                test.check();
            }
        }
    }

    @Test
    void withoutARowThatCountsNothingMoves() {
        try (Case test = new Case(Layer.PLAIN, 7, 3, data(7, 3), new float[7])) {
            assertArrayEquals(new float[21], test.bench.forward());
            assertArrayEquals(new float[21], test.bench.backward(test.above).gradient(0));
            for (ParameterBlock block : test.blocks) {
                assertArrayEquals(new float[3], test.bench.gradient(block));
            }
        }
    }

    @Test
    void identicalRows() {
        float[] x = new float[33 * 3];
        Arrays.fill(x, 1000.1f);
        try (Case test = new Case(Layer.PLAIN, 33, 3, x, null)) {
            test.check();
        }
    }

    @Test
    void notANumberStaysInItsColumn() {
        float[] x = data(33, 3);
        x[7 * 3 + 1] = Float.NaN;
        try (Case test = new Case(new Layer(false, false, true, 0), 33, 3, x, null)) {
            float[] y = test.bench.forward();
            float[] below = test.bench.backward(test.above).gradient(0);
            for (int i = 0; i < y.length; i++) {
                assertEquals(i % 3 == 1, Float.isNaN(y[i]), "output " + i);
                assertEquals(i % 3 == 1, Float.isNaN(below[i]), "gradient " + i);
            }
        }
    }
}
