package org.steadygrad.engine.cuda.layer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.steadygrad.engine.cuda.KernelBench;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.PlanOperation.Pooling;
import org.steadygrad.engine.plan.Value;

@Tag("gpu")
class PoolKernelTest {
    private static final int EXAMPLES = 3;
    private static final int STEPS = 5;
    private static final float[] MASK = {1, 1, 1, 1, 0, 0.5f, 1, 0, 0, 0, 1, 0, 1, 0, 0};

    static Stream<Arguments> kinds() {
        List<Arguments> cases = new ArrayList<>();
        for (Pooling pooling : Pooling.values()) {
            for (double power : pooling == Pooling.POWER_NORM ? new double[] {1, 2, 3.5} : new double[] {2}) {
                for (boolean masked : new boolean[] {false, true}) {
                    for (int size : new int[] {1, 33, 257}) {
                        cases.add(Arguments.of(pooling, power, masked, size));
                    }
                }
            }
        }
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void valuesAndGradients(Pooling pooling, double power, boolean masked, int size) {
        int width = EXAMPLES * size;
        float[] x = KernelBench.normal(new Random(size), STEPS * width);
        System.arraycopy(x, 0, x, 3 * width, width); // ties
        float[] above = KernelBench.normal(new Random(1), width);
        double[] expected = new double[width];
        double[] slopes = new double[x.length];
        for (int i = 0; i < width; i++) {
            double[] weights = new double[STEPS];
            double[] column = new double[STEPS];
            for (int step = 0; step < STEPS; step++) {
                weights[step] = masked ? MASK[step * EXAMPLES + i / size] : 1;
                column[step] = x[step * width + i];
            }
            expected[i] = pooled(pooling, power, weights, column);
            for (int step = 0; step < STEPS; step++) {
                slopes[step * width + i] =
                        weights[step] == 0 ? 0 : above[i] * slope(pooling, power, weights, column, step);
            }
        }
        try (KernelBench bench = new KernelBench(EXAMPLES, STEPS)) {
            Value input = bench.input(size);
            Value mask = bench.value(1, true);
            Optional<Value> rows = masked ? Optional.of(mask) : Optional.empty();
            bench.with(new PlanOperation.Pool("p", input, bench.value(size, false), pooling, power, rows));
            bench.set(input, x).set(mask, MASK);
            KernelBench.assertClose(expected, bench.forward(), 1e-6, "output");
            KernelBench.assertClose(slopes, bench.backward(above).gradient(0), 3e-6, "gradient");
        }
    }

    private static double pooled(Pooling pooling, double power, double[] weights, double[] x) {
        double sum = pooling == Pooling.MAX ? Double.NEGATIVE_INFINITY : 0;
        double count = 0;
        for (int i = 0; i < x.length; i++) {
            count += weights[i];
            if (weights[i] != 0) {
                sum = switch (pooling) {
                    case MAX -> Math.max(sum, x[i]);
                    case AVERAGE, SUM -> sum + weights[i] * x[i];
                    case POWER_NORM -> sum + Math.pow(Math.abs(weights[i] * x[i]), power);
                };
            }
        }
        return switch (pooling) {
            case MAX, SUM -> sum;
            case AVERAGE -> sum / count;
            case POWER_NORM -> Math.pow(sum, 1 / power);
        };
    }

    private static double slope(Pooling pooling, double power, double[] weights, double[] x, int at) {
        double all = pooled(pooling, power, weights, x);
        return switch (pooling) {
            case MAX -> {
                for (int i = 0; i < at; i++) {
                    if (weights[i] != 0 && x[i] == x[at]) {
                        yield 0;
                    }
                }
                yield x[at] == all ? 1 : 0;
            }
            case SUM -> weights[at];
            case AVERAGE -> weights[at] / java.util.Arrays.stream(weights).sum();
            case POWER_NORM -> weights[at] * x[at] * Math.pow(Math.abs(x[at]), power - 2) / Math.pow(all, power - 1);
        };
    }

    /** Rows that are masked may hold anything; others show what they hold. */
    @Test
    void notANumber() {
        try (KernelBench bench = new KernelBench(2, 2)) {
            Value input = bench.input(1);
            Value mask = bench.value(1, true);
            bench.with(new PlanOperation.Pool("p", input, bench.value(1, false), Pooling.MAX, 2, Optional.of(mask)));
            bench.set(input, 1, Float.NaN, Float.NaN, 2).set(mask, 1, 1, 0, 1);
            KernelBench.assertClose(new double[] {1, Double.NaN}, bench.forward(), 0, "largest");
        }
    }
}
