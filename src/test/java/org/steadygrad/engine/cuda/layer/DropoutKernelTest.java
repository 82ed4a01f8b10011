package org.steadygrad.engine.cuda.layer;

import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.steadygrad.engine.cuda.KernelBench;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.RandomStream;
import org.steadygrad.engine.plan.Value;

@Tag("gpu")
class DropoutKernelTest {
    private static final double KEEP = 0.6;

    /** Numbers count example by example, whatever the order in memory. */
    @ParameterizedTest
    @CsvSource({
        "1, 0, 1, 7",
        "3, 0, 17, -7",
        "33, 0, 257, 1234567890123",
        "3, 5, 1, 9",
        "7, 3, 3, -1",
        "2, 17, 33, 5",
        "5, 4, 4, 77"
    })
    void elementsAreKeptAsTheStreamSays(int examples, int steps, int size, long seed) {
        int times = Math.max(1, steps);
        int count = examples * times * size;
        int stream = 3;
        int[] numbers = new int[count];
        RandomStream.fill(seed, stream, 0, numbers, count);
        float[] x = new float[count];
        double[] expected = new double[count];
        for (int i = 0; i < count; i++) {
            int example = i / size / times;
            int step = i / size % times;
            int at = (step * examples + example) * size + i % size;
            x[at] = i + 1;
            boolean kept = Integer.toUnsignedLong(numbers[i]) < RandomStream.threshold(KEEP);
            expected[at] = kept ? (i + 1) / KEEP : 0;
        }
        try (KernelBench bench = new KernelBench(examples, steps)) {
            Value input = bench.input(size);
            bench.with(new PlanOperation.Dropout("d", input, bench.value(size, steps > 0), KEEP, stream));
            bench.seed(seed).set(input, x);
            KernelBench.assertClose(expected, bench.forward(), 1e-6, "output");
            KernelBench.assertClose(expected, bench.backward(x).gradient(0), 1e-6, "gradient");
        }
    }

    @ParameterizedTest
    @CsvSource({"1.0, false", "1e-12, true"})
    void extremes(double keep, boolean drops) {
        float[] x = {1, 2, Float.NaN, Float.POSITIVE_INFINITY, -5, 6};
        try (KernelBench bench = new KernelBench(2, 0)) {
            Value input = bench.input(3);
            bench.with(new PlanOperation.Dropout("d", input, bench.value(3, false), keep, 0));
            double[] expected = new double[6];
            for (int i = 0; i < 6 && !drops; i++) {
                expected[i] = x[i];
            }
            KernelBench.assertClose(expected, bench.seed(3).set(input, x).forward(), 0, Arrays.toString(x));
        }
    }
}
