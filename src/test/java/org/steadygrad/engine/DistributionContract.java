package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.graphOn;
import static org.steadygrad.engine.ContractModels.stepClasses;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.ContractModels.Cell;
import org.steadygrad.engine.PassOptions.Trace;
import org.steadygrad.engine.dl4j.Dl4jEngineProvider;
import org.steadygrad.nn.BatchNorm;
import org.steadygrad.ops.Histogram;

/** What engines tell of the distribution of activations. */
public interface DistributionContract extends EngineSubject {
    /** Of an activation in float against one in double, relative to the range of a layer's activations. */
    double FLOAT = 1e-5;

    private static PassOptions options(Trace trace) {
        return new PassOptions(5, false, false, trace);
    }

    private static Map<String, Histogram> histograms(Engine engine, MultiDataSet batch) {
        return engine.computeGradient(batch, options(Trace.HISTOGRAMS))
                .trace()
                .orElseThrow()
                .activations();
    }

    private static ContractCase masked() {
        ContractData data = new ContractData(8);
        INDArray mask = ContractData.mask(9, 9, 4, 0, 7, 1);
        INDArray features = data.normal(5, 3, 9);
        // a step that is masked may hold anything
        features.putScalar(new int[] {1, 2, 6}, 1e4);
        return new ContractCase(
                "recurrent layers under a mask",
                chain(
                        InputType.recurrent(3),
                        Cell.GRU.units(5),
                        new Bidirectional(Bidirectional.Mode.CONCAT, Cell.LSTM.units(4)),
                        dense(6),
                        stepClasses(3)),
                ContractData.batch(features, data.oneHot(5, 3, 9), mask, mask.dup()));
    }

    private static ContractCase dropout() {
        ContractData data = new ContractData(9);
        return new ContractCase(
                "dropout",
                chain(
                        InputType.feedForward(7),
                        dense(33, Activation.SIGMOID),
                        new org.deeplearning4j.nn.conf.layers.DropoutLayer(0.5),
                        dense(17, Activation.RELU),
                        classes(3)),
                ContractData.batch(data.normal(33, 7), data.oneHot(33, 3)));
    }

    private static List<ContractCase> cases() {
        ContractData data = new ContractData(8);
        return List.of(
                masked(),
                new ContractCase(
                        "dense, batch norm and ReLU",
                        chain(
                                InputType.feedForward(7),
                                dense(33, Activation.SIGMOID),
                                new BatchNorm.Builder()
                                        .activation(Activation.RELU)
                                        .build(),
                                dense(1, Activation.RELU),
                                classes(3)),
                        ContractData.batch(data.normal(7, 7), data.oneHot(7, 3))),
                new ContractCase(
                        "more than is read at once",
                        chain(InputType.feedForward(3), dense(331), classes(3)),
                        ContractData.batch(data.normal(401, 3), data.oneHot(401, 3))),
                new ContractCase(
                        "a single value",
                        chain(InputType.feedForward(1), dense(1), classes(3)),
                        ContractData.batch(data.normal(1, 1), data.oneHot(1, 3))),
                new ContractCase(
                        "the last step of sequences",
                        chain(InputType.recurrent(3), new LastTimeStep(Cell.GRU.units(7)), classes(3)),
                        ContractData.batch(
                                data.normal(3, 3, 7), data.oneHot(3, 3), ContractData.mask(7, 7, 2, 5), null)),
                new ContractCase(
                        "embedding and a join",
                        graphOn(InputType.feedForward(11))
                                .addLayer(
                                        "a",
                                        new EmbeddingLayer.Builder()
                                                .nIn(11)
                                                .nOut(5)
                                                .hasBias(true)
                                                .build(),
                                        "in")
                                .addLayer("b", dense(5), "a")
                                .addVertex("add", new ElementWiseVertex(ElementWiseVertex.Op.Add), "a", "b")
                                .addLayer("out", classes(3), "add")
                                .build(),
                        ContractData.batch(data.indices(11, 17, 1), data.oneHot(17, 3))));
    }

    @TestFactory
    default Stream<DynamicTest> activationsAreDistributedAsPlainLoopsSay() {
        return cases().stream()
                .map(test -> DynamicTest.dynamicTest(test.name(), () -> {
                    Map<String, double[]> expected = activations(test);
                    try (Engine engine = engine(test.model())) {
                        // engines may do a step differently when they know it already
                        for (int i = 0; i < 3; i++) {
                            Map<String, Histogram> actual = histograms(engine, test.batch());
                            assertEquals(expected.keySet(), actual.keySet());
                            expected.forEach((layer, values) -> assertLike(values, actual.get(layer), layer));
                        }
                    }
                }));
    }

    /** What the layers below the output put out in training at steps that aren't masked, by DL4J in double. */
    private static Map<String, double[]> activations(ContractCase test) {
        ComputationGraph graph = test.reference();
        MultiDataSet batch = test.referenceBatch();
        graph.setLayerMaskArrays(batch.getFeaturesMaskArrays(), batch.getLabelsMaskArrays());
        Map<String, INDArray> all = graph.feedForward(batch.getFeatures(), true);
        INDArray mask = batch.getFeaturesMaskArrays() == null ? null : batch.getFeaturesMaskArray(0);
        int examples = (int) batch.getFeatures(0).size(0);
        Map<String, double[]> found = new HashMap<>();
        for (org.deeplearning4j.nn.api.Layer layer : graph.getLayers()) {
            String name = layer.conf().getLayer().getLayerName();
            if (!name.equals("out")) {
                found.put(name, present(all.get(name), examples, mask));
            }
        }
        return found;
    }

    private static double[] present(INDArray array, int examples, INDArray mask) {
        INDArray rows = array.rank() == 3
                ? array.permute(2, 0, 1).dup('c').reshape(array.size(0) * array.size(2), array.size(1))
                : array;
        return Stream.iterate(0, row -> row + 1)
                .limit(rows.size(0))
                .filter(row ->
                        mask == null || rows.size(0) == examples || mask.getDouble(row % examples, row / examples) != 0)
                .flatMapToDouble(row -> Arrays.stream(rows.getRow(row).toDoubleVector()))
                .toArray();
    }

    private static void assertLike(double[] expected, Histogram actual, String layer) {
        double low = Arrays.stream(expected).min().orElse(0);
        double high = Arrays.stream(expected).max().orElse(0);
        double tolerance = FLOAT * Math.max(1e-3, Math.max(Math.abs(low), Math.abs(high)));
        assertEquals(0, actual.nonFinite(), layer);
        assertEquals(expected.length, actual.total(), layer);
        assertEquals(low, actual.low(), tolerance, layer);
        assertEquals(high, actual.high(), tolerance, layer);
        double squares = Arrays.stream(expected).map(x -> x * x).sum();
        assertEquals(Arrays.stream(expected).sum(), actual.sum(), expected.length * tolerance, layer);
        assertEquals(squares, actual.squares(), 3 * FLOAT * squares + 1e-12, layer);
        assertEquals(Histogram.BINS, actual.counts().size());
        long below = 0;
        for (int bin = 0; bin < Histogram.BINS - 1; bin++) {
            below += actual.counts().get(bin);
            double border = actual.low() + (actual.high() - actual.low()) * (bin + 1) / Histogram.BINS;
            long least =
                    Arrays.stream(expected).filter(x -> x < border - tolerance).count();
            long most =
                    Arrays.stream(expected).filter(x -> x < border + tolerance).count();
            assertTrue(least <= below && below <= most, layer + ", below " + border + ": " + below);
        }
    }

    /** Masks are drawn the same by all engines. */
    @Test
    default void whatDropoutLeavesIsCounted() {
        ContractCase test = dropout();
        Map<String, Histogram> expected;
        try (Engine engine = new Dl4jEngineProvider().create(test.model())) {
            expected = histograms(engine, test.batch());
        }
        try (Engine engine = engine(test.model())) {
            Map<String, Histogram> actual = histograms(engine, test.batch());
            assertEquals(expected.keySet(), actual.keySet());
            Histogram dropped = actual.get("l1");
            assertEquals(33 * 33, dropped.total());
            assertEquals(0, dropped.low());
            assertEquals(expected.get("l1").counts().get(0), dropped.counts().get(0));
            assertEquals(
                    expected.get("l2").squares(),
                    actual.get("l2").squares(),
                    1e-4 * expected.get("l2").squares());
        }
    }

    /** Layers that compute parts of their forward pass again leave the same. */
    @Test
    default void littleMemoryShowsTheSame() {
        ContractData data = new ContractData(2);
        ContractCase test = new ContractCase(
                "long sequences",
                chain(InputType.recurrent(3), Cell.GRU.units(17), Cell.LSTM.units(5), stepClasses(3)),
                ContractData.batch(data.normal(3, 3, 64), data.oneHot(3, 3, 64)));
        Map<String, Histogram> expected;
        try (Engine engine = engine(test.model())) {
            expected = histograms(engine, test.batch());
        }
        int kept = 0;
        for (long bytes = 1 << 24; bytes > 1 << 12; bytes = bytes * 2 / 3) {
            try (Engine engine = provider().create(test.model(), EngineSettings.DEFAULT.withMemory(bytes))) {
                histograms(engine, test.batch());
                assertEquals(expected, histograms(engine, test.batch()));
                kept++;
            } catch (InvalidInputException tooLittle) {
                break;
            }
        }
        assertTrue(kept > 1, "limits that could be kept: " + kept);
    }

    @Test
    default void constantsLieInOneBin() {
        ContractCase test = cases().get(1);
        ComputationGraph model = test.model();
        model.params().assign(0);
        try (Engine engine = engine(model)) {
            Histogram half = histograms(engine, test.batch()).get("l0");
            assertEquals(0.5, half.low());
            assertEquals(0.5, half.high());
            assertEquals(
                    33 * 7,
                    half.counts().stream().mapToLong(Long::longValue).max().orElseThrow());
            assertEquals(33 * 7, half.total());
        }
    }

    @Test
    default void valuesThatArentFiniteAreCountedApart() {
        ContractData data = new ContractData(4);
        INDArray features = data.normal(7, 3);
        features.putScalar(2, 1, Float.NaN);
        features.putScalar(5, 0, Float.POSITIVE_INFINITY);
        ContractCase test = new ContractCase(
                "bad input",
                chain(InputType.feedForward(3), dense(17, Activation.IDENTITY), dense(3), classes(3)),
                ContractData.batch(features, data.oneHot(7, 3)));
        try (Engine engine = engine(test.model())) {
            Histogram seen = histograms(engine, test.batch()).get("l0");
            assertEquals(2 * 17, seen.nonFinite());
            assertEquals(5 * 17, seen.total());
            assertTrue(Double.isFinite(seen.sum()) && Double.isFinite(seen.squares()), seen::toString);
            engine.discardGradient();
        }
    }

    @Test
    default void onlyWhatWasAskedForIsSeen() {
        ContractCase test = masked();
        try (Engine engine = engine(test.model())) {
            for (Trace trace : Trace.values()) {
                PassResult result = engine.computeGradient(test.batch(), options(trace));
                assertEquals(trace != Trace.NONE, result.trace().isPresent());
                boolean seen =
                        result.trace().map(t -> !t.activations().isEmpty()).orElse(false);
                assertEquals(trace == Trace.HISTOGRAMS, seen);
            }
        }
    }
}
