package org.steadygrad.engine.cuda.layer;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.engine.cuda.KernelBench;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.PlanOperation.Combination;
import org.steadygrad.engine.plan.Value;

@Tag("gpu")
class CombineKernelTest {
    private static final int ROWS = 7;

    private static float[][] inputs(int count, int size) {
        Random random = new Random(size);
        float[][] x = new float[count][];
        for (int i = 0; i < count; i++) {
            x[i] = KernelBench.normal(random, ROWS * size);
        }
        for (int j = 0; j < ROWS * size; j += 3) {
            x[count - 1][j] = x[0][j]; // ties
        }
        return x;
    }

    private static double joined(Combination combination, float[][] x, int at) {
        double value = x[0][at];
        for (int i = 1; i < x.length; i++) {
            value = switch (combination) {
                case ADD, AVERAGE -> value + x[i][at];
                case PRODUCT -> value * x[i][at];
                case MAX -> Math.max(value, x[i][at]);
                case SUBTRACT -> value - x[i][at];
            };
        }
        return combination == Combination.AVERAGE ? value / x.length : value;
    }

    private static double slope(Combination combination, float[][] x, int input, int at) {
        return switch (combination) {
            case ADD -> 1;
            case AVERAGE -> 1.0 / x.length;
            case SUBTRACT -> input == 0 ? 1 : -1;
            case PRODUCT -> {
                double product = 1;
                for (int i = 0; i < x.length; i++) {
                    product *= i == input ? 1 : x[i][at];
                }
                yield product;
            }
            case MAX -> {
                int first = 0;
                for (int i = 1; i < x.length; i++) {
                    first = x[i][at] > x[first][at] ? i : first;
                }
                yield first == input ? 1 : 0;
            }
        };
    }

    @ParameterizedTest
    @EnumSource(Combination.class)
    void everyCombination(Combination combination) {
        for (int count = 1; count <= (combination == Combination.SUBTRACT ? 2 : 4); count++) {
            for (int size : new int[] {1, 33}) {
                check(combination, inputs(count, size), size);
            }
        }
    }

    private static void check(Combination combination, float[][] x, int size) {
        float[] above = KernelBench.normal(new Random(9), ROWS * size);
        double[] expected = new double[above.length];
        for (int j = 0; j < expected.length; j++) {
            expected[j] = joined(combination, x, j);
        }
        try (KernelBench bench = new KernelBench(ROWS, 0)) {
            List<Value> inputs = new ArrayList<>();
            for (int i = 0; i < x.length; i++) {
                inputs.add(bench.input(size));
            }
            bench.with(new PlanOperation.Combine("c", inputs, bench.value(size, false), combination));
            for (int i = 0; i < x.length; i++) {
                bench.set(inputs.get(i), x[i]);
            }
            KernelBench.assertClose(expected, bench.forward(), 1e-6, combination + " of " + x.length);
            bench.backward(above);
            for (int i = 0; i < x.length; i++) {
                double[] slopes = new double[above.length];
                for (int j = 0; j < slopes.length; j++) {
                    slopes[j] = above[j] * slope(combination, x, i, j);
                }
                KernelBench.assertClose(slopes, bench.gradient(i), 1e-6, "gradient " + i + " of " + x.length);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLargestThatIsNotANumberStaysSo(boolean first) {
        try (KernelBench bench = new KernelBench(1, 0)) {
            List<Value> inputs = List.of(bench.input(1), bench.input(1));
            bench.with(new PlanOperation.Combine("c", inputs, bench.value(1, false), Combination.MAX));
            bench.set(inputs.get(first ? 0 : 1), Float.NaN).set(inputs.get(first ? 1 : 0), 2);
            KernelBench.assertClose(new double[] {Double.NaN}, bench.forward(), 0, "largest");
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "3, 17, 2", "33, 1, 257"})
    void sideBySide(int a, int b, int c) {
        int[] sizes = {a, b, c};
        int whole = a + b + c;
        float[] above = KernelBench.normal(new Random(whole), ROWS * whole);
        try (KernelBench bench = new KernelBench(ROWS, 0)) {
            List<Value> inputs = List.of(bench.input(a), bench.input(b), bench.input(c));
            bench.with(new PlanOperation.Concat("c", inputs, bench.value(whole, false)));
            double[] expected = new double[above.length];
            double[][] slopes = {new double[ROWS * a], new double[ROWS * b], new double[ROWS * c]};
            int first = 0;
            for (int i = 0; i < 3; i++) {
                float[] x = KernelBench.normal(new Random(i), ROWS * sizes[i]);
                bench.set(inputs.get(i), x);
                for (int j = 0; j < x.length; j++) {
                    int at = j / sizes[i] * whole + first + j % sizes[i];
                    expected[at] = x[j];
                    slopes[i][j] = above[at];
                }
                first += sizes[i];
            }
            KernelBench.assertClose(expected, bench.forward(), 0, "output");
            bench.backward(above);
            for (int i = 0; i < 3; i++) {
                KernelBench.assertClose(slopes[i], bench.gradient(i), 0, "gradient " + i);
            }
        }
    }
}
