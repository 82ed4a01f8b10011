package org.steadygrad.engine.cuda.recurrent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.steadygrad.engine.Gradient;
import org.steadygrad.engine.StepTrace.TimeProfile;
import org.steadygrad.engine.cuda.driver.TestGpu;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.plan.ActivationFunction;
import org.steadygrad.engine.plan.ActivationFunction.Kind;
import org.steadygrad.engine.plan.PlanOperation.Cell;
import org.steadygrad.engine.program.Segmentation;
import org.steadygrad.spec.Precision;

/** Recurrent layers by stepped scans against the same in double. */
@Tag("gpu")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ScannedRunTest {
    private static final ActivationFunction TANH = new ActivationFunction(Kind.TANH, 0);

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

    private static RecurrentRun stepped(RecurrentBench bench, SegmentPlan plan, TimeStepNorms norms) {
        return new ScannedRun(
                bench.place,
                new ScannedRun.Layer(SteppedScan.KIND, bench.shape, bench.tensors, bench.weights),
                plan,
                norms);
    }

    private void assertRight(LayerShape shape) {
        try (RecurrentBench bench = new RecurrentBench(runtime, shape)) {
            RecurrentRun run = stepped(bench, SegmentPlan.whole(shape, false), null);
            Map<String, double[]> results = bench.results(run);
            bench.assertRight(results);
            Gradient.assertIdentical(results, bench.results(run), "a second run");
        }
    }

    private static Stream<LayerShape> shapes(int[][] sizes) {
        List<LayerShape> shapes = new ArrayList<>();
        for (Cell cell : Cell.values()) {
            for (int[] s : sizes) {
                for (int way = 0; way < 4; way++) {
                    shapes.add(new LayerShape(cell, TANH, s[0], s[1], s[2], s[3], way % 2 == 1, way > 1, true));
                }
            }
        }
        return shapes.stream();
    }

    @TestFactory
    Stream<DynamicTest> sizes() {
        int[][] sizes = {{1, 1, 1, 1}, {5, 3, 1, 17}, {33, 7, 17, 1}, {7, 17, 3, 33}, {2, 33, 7, 3}, {130, 5, 3, 7}};
        return shapes(sizes).map(shape -> DynamicTest.dynamicTest(shape.toString(), () -> assertRight(shape)));
    }

    @TestFactory
    Stream<DynamicTest> activationsOfSimpleCells() {
        return Stream.of(
                        new ActivationFunction(Kind.SIGMOID, 0),
                        new ActivationFunction(Kind.RELU, 0),
                        new ActivationFunction(Kind.RELU, 0.3),
                        new ActivationFunction(Kind.RELU, -0.3))
                .map(activation -> new LayerShape(Cell.SIMPLE, activation, 9, 5, 3, 7, false, true, true))
                .map(shape -> DynamicTest.dynamicTest(shape.activation().toString(), () -> assertRight(shape)));
    }

    @TestFactory
    Stream<DynamicTest> inference() {
        return shapes(new int[][] {{9, 5, 3, 7}})
                .map(s -> new LayerShape(
                        s.cell(), TANH, s.steps(), s.examples(), s.inputs(), s.units(), s.reverse(), s.masked(), false))
                .map(shape -> DynamicTest.dynamicTest(shape.toString(), () -> assertRight(shape)));
    }

    @TestFactory
    Stream<DynamicTest> segmentsChangeNothingButTheOrderOfSums() {
        return shapes(new int[][] {{43, 5, 3, 7}})
                .map(shape -> DynamicTest.dynamicTest(shape.toString(), () -> {
                    try (RecurrentBench bench = new RecurrentBench(runtime, shape)) {
                        Map<String, double[]> whole =
                                bench.results(stepped(bench, SegmentPlan.whole(shape, false), null));
                        SegmentPlan cut = new SegmentPlan(Segmentation.recomputed(43, 20, 20), true);
                        Map<String, double[]> segments = bench.results(stepped(bench, cut, null));
                        Gradient.assertClose(whole, segments, 1e-6, "in segments");
                        if (!TestGpu.real()) {
                            // cuBLAS may choose another kernel for another number of rows
                            assertArrayEquals(whole.get("output"), segments.get("output"));
                        }
                        bench.assertRight(segments);
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> gradientThroughTime() {
        return shapes(new int[][] {{19, 5, 2, 3}})
                .map(shape -> DynamicTest.dynamicTest(shape.toString(), () -> {
                    try (RecurrentBench bench = new RecurrentBench(runtime, shape)) {
                        TimeStepNorms norms = new TimeStepNorms(bench.place, shape.steps());
                        bench.results(stepped(bench, new SegmentPlan(new int[] {10, 9}, true), norms));
                        norms.fetch();
                        runtime.stream().synchronize();
                        TimeProfile profile = norms.profile("l0", shape.reverse(), 5);
                        assertEquals(shape.reverse() ? "backward" : "forward", profile.direction());
                        List<Double> expected = bench.norms();
                        for (int step = 0; step < shape.steps(); step++) {
                            assertEquals(step, profile.steps().get(step));
                            double norm = expected.get(step) / 5;
                            assertEquals(norm, profile.norms().get(step), 1e-4 * norm + 1e-7, "norm at " + step);
                        }
                    }
                }));
    }
}
