package org.steadygrad.engine.cuda.layer;

import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.engine.cuda.KernelBench;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.Value;

/** Masks that multiply, masks that are found, and the last step under a mask. */
@Tag("gpu")
class MaskKernelsTest {
    private static final int EXAMPLES = 3;
    private static final int STEPS = 5;

    /** [steps, examples]: data to the end, to the second step, and none at all. */
    private static final float[] MASK = {1, 1, 0, 1, 1, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0};

    private static final int[] LAST = {4, 1, -1};

    @ParameterizedTest
    @ValueSource(ints = {1, 17, 257})
    void rowsAreMultiplied(int size) {
        float[] mask = {1, 0, 0.5f, 1, 0, 0, 2, 1, 1, 0, 1, 1, 0, 0, 1};
        float[] x = KernelBench.normal(new Random(size), mask.length * size);
        float[] above = KernelBench.normal(new Random(1), mask.length * size);
        x[size] = Float.NaN;
        above[4 * size] = Float.NaN;
        x[6 * size] = Float.NaN;
        double[] expected = new double[x.length];
        double[] slopes = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            float factor = mask[i / size];
            expected[i] = factor == 0 ? 0 : factor * x[i];
            slopes[i] = factor == 0 ? 0 : factor * above[i];
        }
        try (KernelBench bench = new KernelBench(EXAMPLES, STEPS)) {
            Value input = bench.input(size);
            Value rows = bench.value(1, true);
            bench.with(new PlanOperation.MaskRows("m", input, bench.value(size, true), rows));
            KernelBench.assertClose(
                    expected, bench.set(input, x).set(rows, mask).forward(), 1e-7, "output");
            KernelBench.assertClose(slopes, bench.backward(above).gradient(0), 1e-7, "gradient");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 33, 257})
    void masksAreFound(int size) {
        float[] x = new float[EXAMPLES * STEPS * size];
        java.util.Arrays.fill(x, -1);
        double[] expected = new double[EXAMPLES * STEPS];
        for (int row = 0; row < expected.length; row += 2) {
            expected[row] = 1;
            x[row * size + row % size] = row == 4 ? Float.NaN : row;
        }
        try (KernelBench bench = new KernelBench(EXAMPLES, STEPS)) {
            Value input = bench.input(size);
            bench.with(new PlanOperation.DeriveMask("m", input, bench.value(1, true), -1, Optional.empty()));
            KernelBench.assertClose(expected, bench.set(input, x).forward(), 0, "mask");
        }
    }

    @ParameterizedTest
    @CsvSource({"1, true", "17, true", "257, true", "1, false", "33, false"})
    void lastSteps(int size, boolean masked) {
        float[] x = KernelBench.normal(new Random(size), EXAMPLES * STEPS * size);
        float[] above = KernelBench.normal(new Random(1), EXAMPLES * size);
        double[] expected = new double[above.length];
        double[] slopes = new double[x.length];
        for (int i = 0; i < above.length; i++) {
            int last = masked ? LAST[i / size] : STEPS - 1;
            int at = last * EXAMPLES * size + i;
            if (last >= 0) {
                expected[i] = x[at];
                slopes[at] = above[i];
            }
        }
        try (KernelBench bench = new KernelBench(EXAMPLES, STEPS)) {
            Value input = bench.input(size);
            Value mask = bench.value(1, true);
            bench.with(new PlanOperation.LastTimeStep(
                    "l", input, bench.value(size, false), masked ? Optional.of(mask) : Optional.empty()));
            bench.set(mask, MASK).set(input, x);
            KernelBench.assertClose(expected, bench.forward(), 0, "output");
            KernelBench.assertClose(slopes, bench.backward(above).gradient(0), 0, "gradient");
        }
    }

    /** A mask with gaps: the last step that has one counts. */
    @Test
    void gapsBeforeTheLastStepChangeNothing() {
        try (KernelBench bench = new KernelBench(1, 4)) {
            Value input = bench.input(1);
            Value mask = bench.value(1, true);
            bench.with(new PlanOperation.LastTimeStep("l", input, bench.value(1, false), Optional.of(mask)));
            bench.set(mask, 0, 0, 1, 0).set(input, 1, 2, 3, 4);
            KernelBench.assertClose(new double[] {3}, bench.forward(), 0, "output");
        }
    }
}
