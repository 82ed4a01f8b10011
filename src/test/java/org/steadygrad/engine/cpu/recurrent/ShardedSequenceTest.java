package org.steadygrad.engine.cpu.recurrent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.stepClasses;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.ContractData;
import org.steadygrad.engine.ContractModels.Cell;
import org.steadygrad.engine.Gradient;
import org.steadygrad.engine.StepTrace.TimeProfile;
import org.steadygrad.engine.cpu.CpuGradient;
import org.steadygrad.engine.cpu.kernel.ModelMemory;
import org.steadygrad.engine.cpu.kernel.PackedWeights;
import org.steadygrad.engine.cpu.onednn.CpuRuntime;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.NativeScope;
import org.steadygrad.engine.cpu.recurrent.RecurrentWeights.Blocks;
import org.steadygrad.engine.cpu.recurrent.SegmentedSequence.Tensors;
import org.steadygrad.engine.plan.ActivationFunction;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.ParameterBlock;

/** Batches split over three threads, held against one thread, which takes them whole. */
class ShardedSequenceTest {
    private static final int THREADS = 3;
    private static final int BATCH = 33;
    private static final int STEPS = 37;
    private static final int UNITS = 17;
    private static final ActivationFunction TANH = new ActivationFunction(ActivationFunction.Kind.TANH, 0);

    /** Which steps are there. */
    private enum Pattern {
        ALL,
        PADDED,
        GAPS;

        INDArray mask() {
            if (this == ALL) {
                return null;
            }
            INDArray mask = Nd4j.zeros(BATCH, STEPS);
            for (int example = 0; example < BATCH; example++) {
                int length = (7 * example + 5) % (STEPS + 1);
                for (int t = 0; t < STEPS; t++) {
                    boolean present = t < length && (this == PADDED || (t + example) % 5 != 1);
                    mask.putScalar(example, t, present ? 1 : 0);
                }
            }
            return mask;
        }
    }

    private static ContractCase test(Cell cell, Pattern pattern) {
        ContractData data = new ContractData(8);
        INDArray mask = pattern.mask();
        ComputationGraphConfiguration stack = chain(
                InputType.recurrent(3), cell.units(UNITS), new FrozenLayerWithBackprop(cell.units(5)), stepClasses(3));
        stack.setBackpropType(BackpropType.TruncatedBPTT);
        return new ContractCase(
                cell + ", " + pattern,
                stack,
                ContractData.batch(
                        data.normal(BATCH, 3, STEPS),
                        data.oneHot(BATCH, 3, STEPS),
                        mask,
                        mask == null ? null : Nd4j.ones(BATCH, STEPS)));
    }

    private static CpuGradient engine(ContractCase test, boolean reverse, long bytes, int threads) {
        return new CpuGradient(test.model(), CpuGradient.inDirection(reverse), bytes, threads);
    }

    @Test
    void splitsByShapeAndThreads() {
        assertEquals(3, shards(PlanOperation.Cell.GRU, 32, 33, 3, 17, 3));
        assertEquals(3, shards(PlanOperation.Cell.GRU, 32, 7, 3, 17, 16), "two examples each at least");
        assertEquals(1, shards(PlanOperation.Cell.GRU, 1000, 1, 3, 17, 16), "a single example");
        assertEquals(1, shards(PlanOperation.Cell.GRU, 1000, 64, 3, 17, 1), "a single thread");
        assertEquals(1, shards(PlanOperation.Cell.GRU, 31, 33, 3, 17, 3), "few steps");
        assertEquals(3, shards(PlanOperation.Cell.LSTM, 32, 33, 3, 128, 3));
        assertEquals(1, shards(PlanOperation.Cell.LSTM, 32, 33, 3, 129, 3), "many weights");
        assertEquals(3, shards(PlanOperation.Cell.SIMPLE, 32, 33, 3, 256, 3));
        assertEquals(1, shards(PlanOperation.Cell.SIMPLE, 32, 33, 137, 17, 3), "wide inputs");
    }

    private static int shards(PlanOperation.Cell cell, int steps, int examples, int inputs, int units, int threads) {
        return Shards.count(new RecurrentShape(cell, TANH, steps, examples, inputs, units, false), threads);
    }

    @TestFactory
    Stream<DynamicTest> likeOneThread() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Cell cell : Cell.values()) {
            for (Pattern pattern : Pattern.values()) {
                for (boolean reverse : new boolean[] {false, true}) {
                    ContractCase test = test(cell, pattern);
                    tests.add(DynamicTest.dynamicTest(
                            test.name() + (reverse ? ", in reverse" : ""), () -> assertLikeOneThread(test, reverse)));
                }
            }
        }
        return tests.stream();
    }

    private static void assertLikeOneThread(ContractCase test, boolean reverse) {
        try (CpuGradient whole = engine(test, reverse, 0, 1);
                CpuGradient split = engine(test, reverse, 0, THREADS)) {
            for (int window = 0; window < 2; window++) {
                assertSame(whole.of(test.batch()), split.of(test.batch()), "window " + window);
                assertSame(whole.profiles(), split.profiles());
            }
            assertTrue(split.bytes() > whole.bytes(), "the batch is split");
            assertSame(whole.output(test.batch()), split.output(test.batch()));
        }
    }

    /** So many examples that oneDNN asks for another layout of the weights without a backward pass. */
    @TestFactory
    Stream<DynamicTest> newParametersReachAllParts() {
        ContractData data = new ContractData(5);
        return Stream.of(Cell.values())
                .map(cell -> DynamicTest.dynamicTest(cell.name(), () -> {
                    ContractCase test = new ContractCase(
                            "",
                            chain(InputType.recurrent(3), cell.units(64), stepClasses(3)),
                            ContractData.batch(data.normal(97, 3, STEPS), data.oneHot(97, 3, STEPS)));
                    try (CpuGradient whole = engine(test, false, 0, 1);
                            CpuGradient split = engine(test, false, 0, THREADS)) {
                        for (float scale = 0.1f; scale < 0.4f; scale += 0.1f) {
                            for (CpuGradient engine : List.of(whole, split)) {
                                fill(engine.model.memory().parameters(), scale);
                                engine.model.memory().parametersChanged();
                            }
                            assertSame(whole.output(test.batch()), split.output(test.batch()));
                        }
                    }
                }));
    }

    private static void assertSame(Gradient expected, Gradient actual, String what) {
        Gradient.assertClose(expected.blocks(), actual.blocks(), 1e-5, what);
        assertEquals(expected.loss(), actual.loss(), 1e-6 * expected.loss(), what);
    }

    private static void assertSame(List<TimeProfile> expected, List<TimeProfile> actual) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.get(i).steps(), actual.get(i).steps());
            double[] norms =
                    expected.get(i).norms().stream().mapToDouble(n -> n).toArray();
            double[] others = actual.get(i).norms().stream().mapToDouble(n -> n).toArray();
            assertArrayEquals(norms, others, 1e-6);
        }
    }

    private static void assertSame(INDArray expected, INDArray actual) {
        float[] values = expected.dup('c').data().asFloat();
        assertArrayEquals(values, actual.dup('c').data().asFloat(), 1e-6f);
    }

    @TestFactory
    Stream<DynamicTest> repeatsAreIdentical() {
        return Stream.of(Cell.values())
                .map(cell -> DynamicTest.dynamicTest(cell.name(), () -> {
                    MultiDataSet batch = test(cell, Pattern.ALL).batch();
                    Gradient first = null;
                    for (int i = 0; i < 8; i++) {
                        try (CpuGradient engine = engine(test(cell, Pattern.ALL), false, 0, THREADS)) {
                            Gradient gradient = engine.of(batch);
                            first = first == null ? gradient : first;
                            Gradient.assertIdentical(first.blocks(), gradient.blocks(), "run " + i);
                        }
                    }
                }));
    }

    private static ContractCase longCase(Cell cell) {
        ContractData data = new ContractData(4);
        return new ContractCase(
                "",
                chain(InputType.recurrent(3), cell.units(UNITS), stepClasses(3)),
                ContractData.batch(data.normal(BATCH, 3, 600), data.oneHot(BATCH, 3, 600)));
    }

    @TestFactory
    Stream<DynamicTest> recomputedWithinALimit() {
        return Stream.of(Cell.values())
                .map(cell -> DynamicTest.dynamicTest(cell.name(), () -> {
                    ContractCase test = longCase(cell);
                    try (CpuGradient free = engine(test, false, 0, 1)) {
                        Gradient expected = free.of(test.batch());
                        long limit = free.bytes() * 15 / 16;
                        try (CpuGradient whole = engine(test, false, limit, 1);
                                CpuGradient split = engine(test, false, limit, THREADS)) {
                            whole.of(test.batch());
                            assertSame(expected, split.of(test.batch()), "recomputed");
                            assertTrue(split.bytes() > whole.bytes(), "the batch is split");
                            assertTrue(split.bytes() <= limit, () -> split.bytes() + " of " + limit);
                        }
                    }
                }));
    }

    @Test
    void notSplitWhereMemoryIsShort() {
        ContractCase test = longCase(Cell.SIMPLE);
        try (CpuGradient free = engine(test, false, 0, 1)) {
            Gradient expected = free.of(test.batch());
            try (CpuGradient whole = engine(test, false, free.bytes() / 2, 1)) {
                whole.of(test.batch());
                try (CpuGradient limited = engine(test, false, whole.bytes() * 5 / 4, THREADS)) {
                    assertSame(expected, limited.of(test.batch()), "limited");
                    assertEquals(whole.bytes(), limited.bytes());
                }
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> statesAtBothEnds() {
        return Stream.of(PlanOperation.Cell.values())
                .flatMap(cell -> Stream.of(false, true)
                        .map(reverse -> new RecurrentShape(cell, TANH, STEPS, BATCH, 3, UNITS, reverse)))
                .map(shape -> DynamicTest.dynamicTest(shape.toString(), () -> {
                    List<float[]> expected = ends(shape, 1);
                    List<float[]> actual = ends(shape, THREADS);
                    for (int i = 0; i < expected.size(); i++) {
                        assertArrayEquals(expected.get(i), actual.get(i), 1e-5f, "result " + i);
                    }
                }));
    }

    /** Final state, output, gradient of the input and of the initial state, for given ones at the other ends. */
    private static List<float[]> ends(RecurrentShape shape, int threads) {
        try (NativeScope scope = new NativeScope();
                CpuRuntime runtime = new CpuRuntime(threads);
                ModelMemory memory = new ModelMemory(new FlatLayout(List.copyOf(blocks(shape))), 0);
                PackedWeights packed = new PackedWeights(runtime, memory)) {
            fill(memory.parameters(), 0.3f);
            List<ParameterBlock> blocks = blocks(shape);
            Blocks parameters = new Blocks(blocks.get(0), blocks.get(1), blocks.get(2));
            int inputs = shape.steps() * shape.examples() * shape.inputs();
            int outputs = shape.steps() * shape.stateLength();
            Tensors tensors = new Tensors(
                    scope.allocate(inputs), scope.allocate(outputs), scope.allocate(outputs), scope.allocate(inputs));
            RecurrentLayer layer = new RecurrentLayer(
                    new RecurrentLayer.Place(runtime, packed, scope, "layer", Long.MAX_VALUE),
                    shape,
                    parameters,
                    tensors,
                    new SequenceMask(shape, null));
            fill(tensors.input(), 1);
            layer.prepare(true).forEach(state -> fill(state, 0.5f));
            layer.forward();
            List<float[]> results = new ArrayList<>();
            layer.finalState().forEach(state -> results.add(state.toArray()));
            results.add(tensors.output().toArray());
            fill(tensors.outputGradient(), 0.1f);
            layer.backward(false);
            results.add(tensors.inputGradient().toArray());
            results.add(layer.initialGradient().toArray());
            return results;
        }
    }

    private static List<ParameterBlock> blocks(RecurrentShape shape) {
        long columns = (long) shape.gates() * shape.units();
        long biases = (long) shape.biasOrder().length * shape.units();
        List<ParameterBlock> blocks = new ArrayList<>();
        long offset = 0;
        for (List<Long> sizes : List.of(
                List.of((long) shape.inputs(), columns), List.of((long) shape.units(), columns), List.of(biases))) {
            blocks.add(new ParameterBlock("layer", "p" + blocks.size(), offset, sizes, ParameterBlock.Kind.TRAINED));
            offset += sizes.stream().mapToLong(size -> size).reduce(1, Math::multiplyExact);
        }
        return blocks;
    }

    private static void fill(FloatMemory tensor, float scale) {
        Random random = new Random(tensor.length());
        for (int i = 0; i < tensor.length(); i++) {
            tensor.put(i, scale * (float) random.nextGaussian());
        }
    }
}
