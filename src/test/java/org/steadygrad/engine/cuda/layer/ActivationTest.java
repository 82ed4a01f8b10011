package org.steadygrad.engine.cuda.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.math3.special.Erf;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.engine.cuda.KernelBench;
import org.steadygrad.engine.cuda.OnGpu;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.plan.ActivationFunction;
import org.steadygrad.engine.plan.ActivationFunction.Kind;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.Value;

class ActivationTest {
    /** Without places where a slope jumps. */
    private static final float[] POINTS = {
        -90, -30, -11, -7.3f, -4.1f, -2.9f, -2.1f, -1.3f, -0.7f, -0.3f, -0.04f, 1e-4f, 0.02f, 0.26f, 0.8f, 1.2f, 1.9f,
        2.8f, 4.4f, 5.7f, 6.4f, 9.9f, 17, 30, 90
    };

    /** The kernels' table of numbers is the plan's. */
    @Test
    void kernelsNumberTheFunctionsAsThePlanDoes() throws IOException {
        String source;
        try (InputStream in =
                Activation.class.getResourceAsStream("/org/steadygrad/engine/cuda/kernels/activations.cuh")) {
            source = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        Matcher entries = Pattern.compile("(?m)^    ACTIVATION_(\\w+) = (\\d+)").matcher(source);
        int count = 0;
        while (entries.find()) {
            Kind kind = Kind.valueOf(entries.group(1));
            assertEquals(
                    Activation.code(new ActivationFunction(kind, 0)), Integer.parseInt(entries.group(2)), kind.name());
            count++;
        }
        assertEquals(Kind.values().length, count);
    }

    static Stream<ActivationFunction> functions() {
        return Stream.concat(
                Stream.of(Kind.values())
                        .filter(kind -> kind != Kind.SOFTMAX)
                        .map(kind -> new ActivationFunction(kind, kind == Kind.RELU ? 0 : 0.75)),
                Stream.of(
                        new ActivationFunction(Kind.RELU, 0.3),
                        new ActivationFunction(Kind.RELU, -0.3),
                        new ActivationFunction(Kind.ELU, -0.4)));
    }

    /** By definition, in double. */
    private static double value(ActivationFunction function, double x) {
        double a = function.alpha();
        return switch (function.kind()) {
            case IDENTITY -> x;
            case TANH -> Math.tanh(x);
            case SIGMOID -> 1 / (1 + Math.exp(-x));
            case RELU -> x > 0 ? x : a * x;
            case ELU -> x > 0 ? x : a * Math.expm1(x);
            case SELU -> 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x));
            case SOFTPLUS -> x > 50 ? x : Math.log1p(Math.exp(x));
            case SOFTSIGN -> x / (1 + Math.abs(x));
            case SWISH -> x / (1 + Math.exp(-a * x));
            case MISH -> x * Math.tanh(x > 50 ? x : Math.log1p(Math.exp(x)));
            case GELU_EXACT -> 0.5 * x * Erf.erfc(-x * Math.sqrt(0.5));
            case HARD_SIGMOID -> Math.min(1, Math.max(0, 0.2 * x + 0.5));
            case HARD_TANH -> Math.min(1, Math.max(-1, x));
            case RELU6 -> Math.min(6, Math.max(0, x));
            case THRESHOLDED_RELU -> x > a ? x : 0;
            case CUBE -> x * x * x;
            case RECTIFIED_TANH -> x > 0 ? Math.tanh(x) : 0;
            case RATIONAL_TANH -> {
                double y = 2 * x / 3;
                double below = 1 + Math.abs(y) + y * y + 1.41645 * y * y * y * y;
                yield 1.7159 * Math.signum(y) * (1 - 1 / below);
            }
            case SCALE -> a * x;
            case SHIFT -> x + a;
            case SOFTMAX -> throw new IllegalStateException();
        };
    }

    @ParameterizedTest
    @MethodSource("functions")
    @Tag("gpu")
    void valuesAndSlopes(ActivationFunction function) {
        double step = 1e-6;
        try (OnGpu gpu = new OnGpu()) {
            Activation activation = new Activation(gpu.runtime(), function, 1);
            DeviceMemory input = gpu.put(POINTS);
            DeviceMemory output = gpu.floats(POINTS.length);
            DeviceMemory gradient = gpu.floats(POINTS.length);
            float[] above = new float[POINTS.length];
            java.util.Arrays.fill(above, -3);
            gpu.runtime().stream().launch(activation.forward(input, output));
            gpu.runtime().stream().launch(activation.backward(input, output, gpu.put(above), gradient));
            float[] values = gpu.get(output);
            float[] slopes = gpu.get(gradient);
            for (int i = 0; i < POINTS.length; i++) {
                double x = POINTS[i];
                double expected = value(function, x);
                assertEquals(expected, values[i], 3e-6 * Math.abs(expected) + 1e-30, "at " + x);
                double slope = (value(function, x + step) - value(function, x - step)) / (2 * step);
                assertEquals(-3 * slope, slopes[i], 1e-5 * Math.max(1, Math.abs(slope)), "slope at " + x);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("functions")
    @Tag("gpu")
    void extremes(ActivationFunction function) {
        float infinity = Float.POSITIVE_INFINITY;
        try (OnGpu gpu = new OnGpu()) {
            Activation activation = new Activation(gpu.runtime(), function, 1);
            DeviceMemory output = gpu.floats(5);
            gpu.runtime().stream().launch(activation.forward(gpu.put(Float.NaN, -infinity, infinity, 0, -0f), output));
            float[] values = gpu.get(output);
            assertEquals(Float.NaN, values[0]);
            assertEquals(limit(function, -infinity), values[1], 1e-6);
            assertEquals(limit(function, infinity), values[2], 1e-6);
            assertEquals(value(function, 0), values[3], 1e-6);
            assertEquals(value(function, 0), values[4], 1e-6);
        }
    }

    /** What the formulas above have as a quotient or product that isn't defined. */
    private static double limit(ActivationFunction function, float infinity) {
        return switch (function.kind()) {
            case SOFTSIGN -> Math.signum(infinity);
            case SWISH, MISH, GELU_EXACT -> Math.max(0, infinity);
            case RELU -> function.isRelu() ? Math.max(0, infinity) : value(function, infinity);
            default -> value(function, infinity);
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 33, 257, 1024, 1025, 2500})
    @Tag("gpu")
    void softmax(int size) {
        int rows = 5;
        Random random = new Random(size);
        float[] x = KernelBench.normal(random, rows * size);
        for (int i = 0; i < size; i++) {
            x[i] *= 50;
            x[size + i] += 1e4f;
        }
        x[2 * size] = Float.NaN;
        x[3 * size] = size > 1 ? Float.NEGATIVE_INFINITY : 0;
        float[] above = KernelBench.normal(random, rows * size);
        double[] y = new double[x.length];
        double[] below = new double[x.length];
        for (int row = 0; row < rows; row++) {
            reference(x, above, y, below, row * size, size);
        }
        try (KernelBench bench = new KernelBench(rows, 0)) {
            Value input = bench.input(size);
            Value output = bench.value(size, false);
            bench.with(new PlanOperation.Activate("a", input, output, new ActivationFunction(Kind.SOFTMAX, 0)));
            KernelBench.assertClose(y, bench.set(input, x).forward(), 1e-6, "output");
            KernelBench.assertClose(below, bench.backward(above).gradient(0), 2e-6, "gradient");
        }
    }

    private static void reference(float[] x, float[] above, double[] y, double[] below, int from, int size) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = from; i < from + size; i++) {
            largest = Math.max(largest, x[i]);
        }
        double sum = 0;
        for (int i = from; i < from + size; i++) {
            y[i] = Math.exp(x[i] - largest);
            sum += y[i];
        }
        double product = 0;
        for (int i = from; i < from + size; i++) {
            y[i] /= sum;
            product += y[i] * above[i];
        }
        for (int i = from; i < from + size; i++) {
            below[i] = y[i] * (above[i] - product);
        }
    }
}
