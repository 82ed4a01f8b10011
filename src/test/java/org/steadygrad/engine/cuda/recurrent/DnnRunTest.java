package org.steadygrad.engine.cuda.recurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.steadygrad.engine.Gradient;
import org.steadygrad.engine.cuda.driver.CudaException;
import org.steadygrad.engine.cuda.driver.DnnRecurrence.Algorithm;
import org.steadygrad.engine.cuda.driver.TestGpu;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.plan.ActivationFunction;
import org.steadygrad.engine.plan.ActivationFunction.Kind;
import org.steadygrad.engine.plan.PlanOperation.Cell;
import org.steadygrad.spec.Precision;

/** Recurrent layers by cuDNN against the same in double and by scans. */
@Tag("gpu")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DnnRunTest {
    private static final ActivationFunction TANH = new ActivationFunction(Kind.TANH, 0);
    private static final ActivationFunction RECTIFIER = new ActivationFunction(Kind.RELU, 0);

    private CudaRuntime runtime;

    @BeforeAll
    void open() {
        runtime = new CudaRuntime(TestGpu.open(), Precision.FLOAT32);
    }

    @AfterAll
    void close() {
        if (runtime != null) {
            runtime.close();
        }
    }

    private static RecurrentRun dnn(RecurrentBench bench, Algorithm algorithm) {
        return new DnnRun(bench.place, algorithm, bench.shape, bench.tensors, bench.weights);
    }

    @TestFactory
    Stream<DynamicTest> likeScans() {
        int[][] sizes = {{1, 1, 1, 1}, {9, 5, 3, 7}, {33, 3, 17, 5}, {3, 17, 1, 33}};
        List<DynamicTest> tests = new ArrayList<>();
        for (Algorithm algorithm : List.of(Algorithm.STANDARD, Algorithm.PERSIST_STATIC_SMALL_H)) {
            for (Cell cell : Cell.values()) {
                for (int[] s : sizes) {
                    for (int way = 0; way < 4; way++) {
                        ActivationFunction f = cell == Cell.SIMPLE && s[0] == 9 ? RECTIFIER : TANH;
                        LayerShape shape =
                                new LayerShape(cell, f, s[0], s[1], s[2], s[3], way % 2 == 1, false, way < 2);
                        tests.add(DynamicTest.dynamicTest(
                                algorithm + " " + shape, () -> assertLikeScan(algorithm, shape)));
                    }
                }
            }
        }
        return tests.stream();
    }

    private void assertLikeScan(Algorithm algorithm, LayerShape shape) {
        try (RecurrentBench bench = new RecurrentBench(runtime, shape)) {
            RecurrentRun run = dnn(bench, algorithm);
            Map<String, double[]> results = bench.results(run);
            bench.assertRight(results);
            Gradient.assertIdentical(results, bench.results(run), "a second run");
            RecurrentRun scan = new ScannedRun(
                    bench.place,
                    new ScannedRun.Layer(SteppedScan.KIND, shape, bench.tensors, bench.weights),
                    SegmentPlan.whole(shape, false),
                    null);
            Gradient.assertClose(bench.results(scan), results, 1e-5, "by cuDNN");
        }
    }

    /** The second example has a number in its third step that makes a sum of the first unit infinite, or is NaN itself. */
    @TestFactory
    Stream<DynamicTest> whatIsNotFiniteShows() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Cell cell : Cell.values()) {
            for (ActivationFunction f : cell == Cell.SIMPLE ? List.of(TANH, RECTIFIER) : List.of(TANH)) {
                for (boolean reverse : new boolean[] {false, true}) {
                    LayerShape shape = new LayerShape(cell, f, 5, 3, 4, 6, reverse, false, false);
                    for (float[] factors : new float[][] {{1e20f, 1e20f}, {-1e20f, 1e20f}, {1, Float.NaN}}) {
                        tests.add(DynamicTest.dynamicTest(
                                factors[0] + " times " + factors[1] + " in " + shape,
                                () -> assertSpoilt(shape, factors[0], factors[1])));
                    }
                }
            }
        }
        return tests.stream();
    }

    private void assertSpoilt(LayerShape shape, float weight, float value) {
        try (RecurrentBench bench = new RecurrentBench(runtime, shape)) {
            int step = 2;
            int example = 1;
            RecurrentRun run = dnn(bench, Algorithm.STANDARD);
            Map<String, double[]> before = bench.results(run);
            bench.put(bench.weights.input(), 0, weight);
            bench.put(bench.tensors.input(), (step * shape.examples() + example) * shape.inputs(), value);
            Map<String, double[]> after = bench.results(run);
            double[] output = after.get("output");
            for (int i = 0; i < output.length; i++) {
                int row = i / shape.units();
                int at = row / shape.examples();
                boolean bad = row % shape.examples() == example && (shape.reverse() ? at <= step : at >= step);
                assertEquals(bad, Double.isNaN(output[i]), "element " + i);
            }
            double[] last = after.get("hidden");
            for (int i = 0; i < last.length; i++) {
                assertEquals(i / shape.units() == example, Double.isNaN(last[i]), "last state, element " + i);
            }
            assertTrue(before.values().stream().allMatch(DnnRunTest::finite));
        }
    }

    private static boolean finite(double[] values) {
        return Arrays.stream(values).allMatch(Double::isFinite);
    }

    @Test
    void whatCudnnLacksIsSaid() {
        LayerShape shape = new LayerShape(Cell.GRU, TANH, 3, 2, 4, 5, false, true, true);
        assertTrue(DnnRun.obstacle(shape).orElseThrow().contains("mask"));
        LayerShape leaky =
                new LayerShape(Cell.SIMPLE, new ActivationFunction(Kind.RELU, 0.1), 3, 2, 4, 5, false, false, true);
        assertTrue(DnnRun.obstacle(leaky).orElseThrow().contains("activation"));
    }

    @Test
    void anAlgorithmThatRefusesIsAnError() {
        LayerShape wide = new LayerShape(Cell.GRU, TANH, 3, 2, 4, 700, false, false, false);
        try (RecurrentBench bench = new RecurrentBench(runtime, wide)) {
            assertThrows(CudaException.class, () -> dnn(bench, Algorithm.PERSIST_STATIC_SMALL_H)
                    .forward());
        }
    }
}
