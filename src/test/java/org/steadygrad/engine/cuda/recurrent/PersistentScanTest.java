package org.steadygrad.engine.cuda.recurrent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.steadygrad.engine.cuda.driver.Graph;
import org.steadygrad.engine.cuda.driver.TestGpu;
import org.steadygrad.engine.cuda.recurrent.PersistentGeometry.Room;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.plan.ActivationFunction;
import org.steadygrad.engine.plan.ActivationFunction.Kind;
import org.steadygrad.engine.plan.PlanOperation.Cell;
import org.steadygrad.spec.Precision;

/** Persistent scans against the same in double, and against themselves. */
@Tag("gpu")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PersistentScanTest {
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

    private static ScanShape shape(Cell cell, int steps, int examples, int units, boolean reverse) {
        return new ScanShape(cell, TANH, steps, examples, units, reverse);
    }

    private void assertRight(ScanShape shape, boolean masked) {
        assertEquals(Optional.empty(), PersistentScan.KIND.obstacle(runtime, shape, masked, true));
        try (ScanBench bench = new ScanBench(runtime, shape, masked)) {
            RecurrentScan scan = PersistentScan.KIND.make(bench.place, shape, bench.tensors);
            Map<String, double[]> results = bench.results(scan);
            ScanBench.assertClose(bench.expected(), results);
            assertSame(results, bench.results(scan));
        }
    }

    private static void assertSame(Map<String, double[]> one, Map<String, double[]> other) {
        assertEquals(one.keySet(), other.keySet());
        one.forEach((name, values) -> assertArrayEquals(values, other.get(name), name));
    }

    @TestFactory
    Stream<DynamicTest> sizes() {
        int[][] sizes = {
            {1, 1, 1},
            {9, 3, 1},
            {2, 17, 5},
            {9, 1, 5},
            {9, 3, 16},
            {2, 64, 33},
            {9, 17, 33},
            {9, 3, 64},
            {2, 17, 100},
            {9, 1, 128},
            {2, 3, 200},
            {1, 17, 128},
            {9, 2, 256},
            {3, 200, 17}
        };
        List<DynamicTest> tests = new ArrayList<>();
        for (Cell cell : Cell.values()) {
            for (int i = 0; i < sizes.length; i++) {
                // neighbouring sizes take different masks and directions
                boolean masked = (i & 1) == 1;
                ScanShape shape = shape(cell, sizes[i][0], sizes[i][1], sizes[i][2], (i & 2) == 2);
                tests.add(DynamicTest.dynamicTest(shape + (masked ? " masked" : ""), () -> assertRight(shape, masked)));
            }
        }
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> masksInBothDirections() {
        return Stream.of(Cell.values())
                .flatMap(cell -> Stream.of(false, true).map(reverse -> shape(cell, 9, 17, 7, reverse)))
                .map(shape -> DynamicTest.dynamicTest(shape.toString(), () -> assertRight(shape, true)));
    }

    @TestFactory
    Stream<DynamicTest> activationsOfSimpleCells() {
        return Stream.of(
                        new ActivationFunction(Kind.SIGMOID, 0),
                        new ActivationFunction(Kind.RELU, 0),
                        new ActivationFunction(Kind.RELU, 0.3),
                        new ActivationFunction(Kind.RELU, -0.3))
                .map(activation -> new ScanShape(Cell.SIMPLE, activation, 9, 5, 7, true))
                .map(shape -> DynamicTest.dynamicTest(shape.activation().toString(), () -> assertRight(shape, true)));
    }

    /** Every tile, and teams of every size, whatever is thought to be quickest. */
    @TestFactory
    Stream<DynamicTest> everyGeometry() {
        return Stream.of(Cell.values())
                .map(cell -> shape(cell, 3, 7, 5, true))
                .map(shape -> DynamicTest.dynamicTest(
                        shape.toString(), () -> assertRight(shape, candidates(shape, false), candidates(shape, true))));
    }

    /** More elements than a block has threads, more numbers than a thread asks for at once, unequal teams. */
    @TestFactory
    Stream<DynamicTest> manySequencesToATeam() {
        return Stream.of(Cell.values())
                .map(cell -> shape(cell, 3, 19, 33, false))
                .map(shape -> DynamicTest.dynamicTest(
                        shape.toString(), () -> assertRight(shape, crowded(shape, false), crowded(shape, true))));
    }

    private List<PersistentGeometry> candidates(ScanShape shape, boolean backward) {
        Room room =
                new Room(runtime.device().multiprocessors(), runtime.device().sharedBytesPerBlock());
        return PersistentGeometry.candidates(shape, backward, room);
    }

    private List<PersistentGeometry> crowded(ScanShape shape, boolean backward) {
        return candidates(shape, backward).stream()
                .filter(g -> g.blocks() <= 2)
                .map(g -> new PersistentGeometry(shape, backward, g.tile(), g.blocks(), 10))
                .toList();
    }

    private void assertRight(ScanShape shape, List<PersistentGeometry> forth, List<PersistentGeometry> back) {
        assertTrue(forth.size() > 3 && back.size() > 3, forth + " " + back);
        try (ScanBench bench = new ScanBench(runtime, shape, true)) {
            Map<String, double[]> expected = bench.expected();
            for (int i = 0; i < Math.max(forth.size(), back.size()); i++) {
                PersistentScan scan = new PersistentScan(
                        bench.place, bench.tensors, forth.get(i % forth.size()), back.get(i % back.size()));
                ScanBench.assertClose(expected, bench.results(scan));
            }
        }
    }

    @Test
    void runsInGraphs() {
        ScanShape shape = shape(Cell.GRU, 3, 5, 200, false);
        try (ScanBench bench = new ScanBench(runtime, shape, false)) {
            RecurrentScan scan = PersistentScan.KIND.make(bench.place, shape, bench.tensors);
            Map<String, double[]> expected = bench.results(scan);
            try (Graph forth = runtime.stream().capture(scan::forward);
                    Graph back = runtime.stream().capture(scan::backward)) {
                RecurrentScan replayed = new RecurrentScan() {
                    @Override
                    public void forward() {
                        runtime.stream().launch(forth);
                    }

                    @Override
                    public void backward() {
                        runtime.stream().launch(back);
                    }
                };
                assertSame(expected, bench.results(replayed));
                assertSame(expected, bench.results(replayed));
            }
        }
    }

    @Test
    void saysWhatItCanNot() {
        Optional<String> size =
                PersistentScan.KIND.obstacle(runtime, shape(Cell.LSTM, 9, 3, 5000, false), false, false);
        assertTrue(size.orElse("").contains("5000 units"), size::toString);
        ScanShape other = new ScanShape(Cell.SIMPLE, new ActivationFunction(Kind.MISH, 0), 9, 3, 5, false);
        Optional<String> activation = PersistentScan.KIND.obstacle(runtime, other, false, false);
        assertTrue(activation.orElse("").contains("MISH"), activation::toString);
    }
}
