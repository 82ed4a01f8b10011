package org.steadygrad.engine.cuda.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.engine.cuda.OnGpu;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.plan.ActivationFunction;
import org.steadygrad.engine.plan.ActivationFunction.Kind;
import org.steadygrad.engine.plan.LossFunction;
import org.steadygrad.engine.plan.LossSettings;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.Value;

@Tag("gpu")
class LossLaunchesTest {
    private static final double CLIP = 1e-3;

    private final Random random = new Random(5);
    private OnGpu gpu;

    @BeforeEach
    void open() {
        gpu = new OnGpu();
    }

    @AfterEach
    void close() {
        if (gpu != null) {
            gpu.close();
        }
    }

    private float[] normal(int count, double deviation) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        return values;
    }

    /** One row's worth of numbers for each of a mask's. */
    private static float[] spread(float[] numbers, int width) {
        float[] values = new float[numbers.length * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = numbers[i / width];
        }
        return values;
    }

    /** 0, 1, 2.5, 0, 1, 2.5, ... */
    private static float[] mask(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = new float[] {0, 1, 2.5f}[i % 3];
        }
        return values;
    }

    private static PlanOperation.Loss step(LossFunction loss, Kind kind, int size) {
        Value in = new Value(0, "below", size, Value.Rows.EXAMPLES);
        Value out = new Value(1, "out", size, Value.Rows.EXAMPLES);
        return new PlanOperation.Loss(
                "out", in, out, loss, new ActivationFunction(kind, 0), LossSettings.clip(CLIP), Optional.empty());
    }

    private record Result(float[] output, float[] gradient, double loss) {}

    /** @param mask null stands for none */
    private Result train(PlanOperation.Loss operation, float[] input, float[] labels, float[] mask) {
        boolean shared = operation.activation().isIdentity();
        DeviceMemory in = gpu.put(input);
        DeviceMemory out = shared ? in : gpu.floats(input.length);
        DeviceMemory gradient = gpu.floats(input.length);
        DeviceMemory sum = gpu.doubles(1);
        LossTensors.Training training = new LossTensors.Training(
                gpu.put(labels),
                Optional.ofNullable(mask).map(gpu::put),
                mask == null ? 1 : input.length / mask.length,
                Optional.of(gradient),
                gpu.doubles(gpu.runtime().mostBlocks()),
                sum,
                Optional.empty(),
                Optional.empty());
        gpu.run(LossLaunches.of(gpu.runtime(), operation, new LossTensors(in, out, Optional.of(training))));
        return new Result(gpu.get(out), gpu.get(gradient), gpu.getDoubles(sum)[0]);
    }

    private static void assertClose(double[] expected, float[] actual, String what) {
        for (int i = 0; i < expected.length; i++) {
            // close to a bound of an activation function, the slope has few digits
            double tolerance = 2e-6 + 1e-4 * Math.abs(expected[i]);
            assertEquals(expected[i], actual[i], tolerance, what + " " + i);
        }
    }

    private static void check(PlanOperation.Loss operation, Result actual, LossReference expected) {
        assertClose(expected.output, actual.output, operation + " output");
        assertClose(expected.gradient, actual.gradient, operation + " gradient");
        assertEquals(expected.sum, actual.loss, 1e-6 * Math.abs(expected.sum), operation + " loss");
    }

    private static LossReference reference(PlanOperation.Loss operation, float[] input, float[] labels, float[] mask) {
        int width = mask == null ? 1 : input.length / mask.length;
        float[] all = new float[input.length];
        Arrays.fill(all, 1);
        LossReference reference = new LossReference(
                operation.loss(),
                operation.activation(),
                CLIP,
                operation.output().size(),
                input);
        return reference.train(input, labels, mask == null ? all : spread(mask, width));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 31, 32, 33, 128, 129, 257, 513, 1023, 1024, 1025, 3000})
    void crossEntropyOfAnyNumberOfClasses(int size) {
        int rows = size > 500 ? 3 : 17;
        float[] input = normal(rows * size, 3);
        float[] soft = normal(rows * size, 1);
        float[] classes = new float[rows];
        float[] oneHot = new float[rows * size];
        for (int row = 0; row < rows; row++) {
            classes[row] = random.nextInt(size);
            oneHot[row * size + (int) classes[row]] = 1;
        }
        PlanOperation.Loss dense = step(LossFunction.CROSS_ENTROPY, Kind.SOFTMAX, size);
        PlanOperation.Loss sparse = step(LossFunction.SPARSE_CROSS_ENTROPY, Kind.SOFTMAX, size);
        for (float[] mask : new float[][] {null, mask(rows)}) {
            LossReference expected = reference(dense, input, oneHot, mask);
            check(dense, train(dense, input, oneHot, mask), expected);
            check(sparse, train(sparse, input, classes, mask), expected);
            check(dense, train(dense, input, soft, mask), reference(dense, input, soft, mask));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = LossFunction.class,
            names = {
                "BINARY_CROSS_ENTROPY",
                "MEAN_SQUARED_ERROR",
                "SQUARED_ERROR",
                "MEAN_ABSOLUTE_ERROR",
                "ABSOLUTE_ERROR"
            })
    void lossesOfElements(LossFunction loss) {
        List<Kind> kinds = loss == LossFunction.BINARY_CROSS_ENTROPY
                ? List.of(Kind.SIGMOID, Kind.HARD_SIGMOID)
                : List.of(Kind.IDENTITY, Kind.SIGMOID, Kind.TANH, Kind.SOFTPLUS);
        for (Kind kind : kinds) {
            for (int size : new int[] {1, 3, 257}) {
                float[] input = normal(7 * size, loss.logarithmic() ? 1 : 3);
                float[] labels = normal(7 * size, 1);
                for (int i = 0; loss.logarithmic() && i < labels.length; i++) {
                    labels[i] = new float[] {0, 1, 0.25f}[i % 3];
                }
                PlanOperation.Loss operation = step(loss, kind, size);
                for (float[] mask : new float[][] {null, mask(7), mask(7 * size)}) {
                    check(operation, train(operation, input, labels, mask), reference(operation, input, labels, mask));
                }
            }
        }
    }

    @Test
    void certainOutputsLoseNothing() {
        float[] input = {40, -40, 0, -200, 200, 0, 8, -8, 7};
        float[] labels = {0, 1, 0, 0, 1, 0, 1, 0, 0};
        PlanOperation.Loss classes = step(LossFunction.CROSS_ENTROPY, Kind.SOFTMAX, 3);
        check(classes, train(classes, input, labels, null), reference(classes, input, labels, null));
        PlanOperation.Loss binary = step(LossFunction.BINARY_CROSS_ENTROPY, Kind.SIGMOID, 3);
        check(binary, train(binary, input, labels, null), reference(binary, input, labels, null));
    }

    @Test
    void manyRows() {
        float[] input = normal(3 * 3001, 2);
        float[] labels = new float[input.length];
        for (int row = 0; row < 3001; row++) {
            labels[3 * row + random.nextInt(3)] = 1;
        }
        PlanOperation.Loss operation = step(LossFunction.CROSS_ENTROPY, Kind.SOFTMAX, 3);
        Result once = train(operation, input, labels, null);
        check(operation, once, reference(operation, input, labels, null));
        Result again = train(operation, input, labels, null);
        assertArrayEquals(once.gradient, again.gradient);
        assertEquals(once.loss, again.loss);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 1025})
    void nothingOfMaskedRowsCounts(int size) {
        float[] input = normal(3 * size, 1);
        input[size] = Float.NaN;
        input[size + 1] = Float.POSITIVE_INFINITY;
        float[] labels = new float[3 * size];
        labels[0] = 1;
        labels[size] = Float.NaN;
        labels[2 * size] = 1;
        for (PlanOperation.Loss operation : List.of(
                step(LossFunction.CROSS_ENTROPY, Kind.SOFTMAX, size),
                step(LossFunction.SQUARED_ERROR, Kind.TANH, size),
                step(LossFunction.ABSOLUTE_ERROR, Kind.IDENTITY, size))) {
            Result masked = train(operation, input, labels, new float[] {1, 0, 1});
            assertTrue(Double.isFinite(masked.loss), operation.toString());
            for (int i = 0; i < input.length; i++) {
                assertTrue(Float.isFinite(masked.gradient[i]), operation.toString());
                assertEquals(0, i / size == 1 ? masked.gradient[i] : 0);
            }
            Result open = train(operation, input, labels, null);
            assertTrue(Double.isNaN(open.loss), operation.toString());
            assertTrue(Float.isNaN(open.gradient[size]), operation.toString());
            assertTrue(Float.isFinite(open.gradient[0]), operation.toString());
        }
    }

    @Test
    void inferenceGivesTheOutputOnly() {
        for (int size : new int[] {3, 1025}) {
            float[] input = normal(2 * size, 3);
            for (Kind kind : new Kind[] {Kind.SOFTMAX, Kind.TANH}) {
                boolean softmax = kind == Kind.SOFTMAX;
                PlanOperation.Loss operation =
                        step(softmax ? LossFunction.SPARSE_CROSS_ENTROPY : LossFunction.SQUARED_ERROR, kind, size);
                DeviceMemory out = gpu.floats(input.length);
                gpu.run(LossLaunches.of(
                        gpu.runtime(), operation, new LossTensors(gpu.put(input), out, Optional.empty())));
                LossReference expected = new LossReference(operation.loss(), operation.activation(), CLIP, size, input);
                assertClose(expected.output, gpu.get(out), operation.toString());
            }
        }
    }
}
