package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.graphOn;
import static org.steadygrad.engine.ContractModels.pooling;
import static org.steadygrad.engine.ContractModels.stepClasses;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.steadygrad.engine.ContractModels.Cell;
import org.steadygrad.nn.BatchNorm;
import org.steadygrad.nn.DeepStack;
import org.steadygrad.nn.SequencePooling;

/** Variable lengths: padding at the end, rows that are full and rows of length zero, gaps. */
public interface MaskedSequencesContract extends EngineSubject {
    /** Number of steps of each example; {@code 0} is a row without any. */
    private static int[] lengths() {
        return new int[] {5, 3, 0, 1, 5, 4, 2};
    }

    private static int[] notEmpty() {
        return new int[] {5, 3, 2, 1, 5, 4, 2};
    }

    private static MultiDataSet labelPerStep(int... lengths) {
        ContractData data = new ContractData(lengths.length);
        INDArray mask = ContractData.mask(5, lengths);
        return ContractData.batch(
                data.normal(lengths.length, 3, 5), data.oneHot(lengths.length, 3, 5), mask, mask.dup());
    }

    private static MultiDataSet oneLabel() {
        ContractData data = new ContractData(4);
        return ContractData.batch(data.normal(7, 3, 5), data.oneHot(7, 3), ContractData.mask(5, notEmpty()), null);
    }

    private static ContractCase stepwise(String name, Layer... layers) {
        return new ContractCase(name, chain(InputType.recurrent(3), layers), labelPerStep(lengths()));
    }

    private static ContractCase summed(String name, Layer... layers) {
        return new ContractCase(name, chain(InputType.recurrent(3), layers), oneLabel());
    }

    private static ContractCase pooledBelowResidualStack(PoolingType type) {
        GraphBuilder graph = graphOn(InputType.recurrent(3));
        graph.addLayer("cell", Cell.GRU.units(5), "in");
        graph.addLayer("pool", new SequencePooling(type), "cell");
        String last = DeepStack.of(2, 5).residual(true).batchNorm(true).addTo(graph, "pool", 5);
        graph.addLayer("out", classes(3), last);
        return new ContractCase("pooling " + type + " below a residual stack", graph.build(), oneLabel());
    }

    @TestFactory
    default Stream<DynamicTest> paddedAtTheEnd() {
        List<ContractCase> cases = new ArrayList<>();
        for (Cell cell : Cell.values()) {
            cases.add(stepwise(cell + " with a label per step", cell.units(4), stepClasses(3)));
            cases.add(stepwise(cell + " two high", cell.units(4), cell.units(3), stepClasses(3)));
            cases.add(summed("last step of " + cell, new LastTimeStep(cell.units(4)), classes(3)));
            cases.add(new ContractCase(
                    cell + " with full rows only",
                    chain(InputType.recurrent(3), cell.units(4), stepClasses(3)),
                    labelPerStep(5, 5, 5)));
        }
        for (PoolingType type : PoolingType.values()) {
            cases.add(summed("pooling " + type, Cell.GRU.units(5), pooling(type), classes(3)));
            cases.add(pooledBelowResidualStack(type));
        }
        cases.add(stepwise(
                "batch norm",
                Cell.GRU.units(4),
                new BatchNorm.Builder().activation(Activation.RELU).build(),
                stepClasses(3)));
        cases.add(stepwise("dense between", Cell.GRU.units(4), dense(5), Cell.LSTM.units(3), stepClasses(3)));
        return cases.stream().map(test -> DynamicTest.dynamicTest(test.name(), () -> assertLikeDl4j(test)));
    }

    /** In reverse, padding comes first. */
    @TestFactory
    default Stream<DynamicTest> bidirectionalAndPadded() {
        List<ContractCase> cases = new ArrayList<>();
        for (Cell cell : Cell.values()) {
            for (Bidirectional.Mode mode : Bidirectional.Mode.values()) {
                cases.add(stepwise(cell + " " + mode, new Bidirectional(mode, cell.units(3)), stepClasses(3)));
            }
        }
        return cases.stream().map(test -> DynamicTest.dynamicTest(test.name(), () -> assertLikeDl4j(test)));
    }

    @TestFactory
    default Stream<DynamicTest> slopesWhenBidirectionalAndPadded() {
        return Stream.of(Cell.values())
                .map(cell -> stepwise(
                        cell.name(), new Bidirectional(Bidirectional.Mode.CONCAT, cell.units(3)), stepClasses(3)))
                .map(test -> DynamicTest.dynamicTest(test.name(), () -> assertSlopes(test)));
    }

    private void assertSlopes(ContractCase test) {
        ComputationGraph model = test.model();
        try (Engine engine = engine(model)) {
            EngineSubject.gradient(engine, model, test.batch(), EngineSubject.plain())
                    .assertSlopesOf(test.reference(), test.referenceBatch());
        }
    }

    @TestFactory
    default Stream<DynamicTest> gaps() {
        MultiDataSet batch = labelPerStep(lengths());
        batch.getFeaturesMaskArray(0).putScalar(0, 0, 0);
        batch.getFeaturesMaskArray(0).putScalar(4, 2, 0);
        batch.getFeaturesMaskArray(0).putScalar(5, 1, 0);
        return Stream.of(Cell.values())
                .flatMap(cell -> Stream.of(
                        new ContractCase(
                                cell.name(), chain(InputType.recurrent(3), cell.units(4), stepClasses(3)), batch),
                        new ContractCase(
                                cell + " both ways",
                                chain(
                                        InputType.recurrent(3),
                                        new Bidirectional(Bidirectional.Mode.CONCAT, cell.units(3)),
                                        stepClasses(3)),
                                batch)))
                .map(test -> DynamicTest.dynamicTest(test.name(), () -> assertSlopes(test)));
    }

    /** Over the units of every time step, where DL4J's own layer takes time. */
    @TestFactory
    default Stream<DynamicTest> softmaxBetweenLayers() {
        return Stream.of(
                        stepwise(
                                "with a label per step",
                                Cell.GRU.units(4),
                                new ActivationLayer(Activation.SOFTMAX),
                                stepClasses(3)),
                        summed(
                                "below pooling",
                                Cell.LSTM.units(4),
                                new ActivationLayer(Activation.SOFTMAX),
                                pooling(PoolingType.AVG),
                                classes(3)))
                .map(test -> DynamicTest.dynamicTest(test.name(), () -> assertSlopes(test)));
    }

    @TestFactory
    default Stream<DynamicTest> labelsMaskedAlone() {
        MultiDataSet batch = labelPerStep(lengths());
        MultiDataSet someLabels = ContractData.batch(
                batch.getFeatures(0), batch.getLabels(0), null, ContractData.mask(5, 1, 0, 5, 4, 2, 5, 3));
        return Stream.of(Cell.values())
                .map(cell -> new ContractCase(
                        cell.name(), chain(InputType.recurrent(3), cell.units(4), stepClasses(3)), someLabels))
                .map(test -> DynamicTest.dynamicTest(test.name(), () -> assertLikeDl4j(test)));
    }

    /**
     * As in Keras: steps at which all features have the masking value hold no data for any layer above, pooling and loss, as if the batch
     * had a mask.
     */
    @TestFactory
    default Stream<DynamicTest> maskZero() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Cell cell : Cell.values()) {
            for (double value : new double[] {0, -1}) {
                String name = cell + " with " + value;
                tests.add(DynamicTest.dynamicTest(
                        name + ", label per step",
                        () -> assertLikeMasked(
                                labelPerStep(lengths()), value, cell, Cell.LSTM.units(3), stepClasses(3))));
                tests.add(DynamicTest.dynamicTest(
                        name + ", pooled",
                        () -> assertLikeMasked(oneLabel(), value, cell, pooling(PoolingType.AVG), classes(3))));
                tests.add(DynamicTest.dynamicTest(
                        name + ", last step",
                        () -> assertLikeMasked(
                                oneLabel(), value, cell, new LastTimeStep(Cell.GRU.units(3)), classes(3))));
            }
        }
        return tests.stream();
    }

    private void assertLikeMasked(MultiDataSet masked, double value, Cell cell, Layer... above) {
        INDArray features = masked.getFeatures(0).dup();
        INDArray mask = masked.getFeaturesMaskArray(0);
        for (int example = 0; example < features.size(0); example++) {
            for (int t = 0; t < features.size(2); t++) {
                if (mask.getDouble(example, t) == 0) {
                    features.get(NDArrayIndex.point(example), NDArrayIndex.all(), NDArrayIndex.point(t))
                            .assign(value);
                }
            }
        }
        Layer[] told = Stream.concat(Stream.of(cell.units(4)), Stream.of(above)).toArray(Layer[]::new);
        Layer[] found = Stream.concat(Stream.of(new MaskZeroLayer(cell.units(4), value)), Stream.of(above))
                .toArray(Layer[]::new);
        ContractCase expected = new ContractCase("", chain(InputType.recurrent(3), told), masked);
        ContractCase unmasked = new ContractCase(
                "", chain(InputType.recurrent(3), found), ContractData.batch(features, masked.getLabels(0)));
        assertLike(Gradient.byDl4j(expected.reference(), expected.referenceBatch()), unmasked);
        ComputationGraph model = unmasked.model();
        ComputationGraph plain = expected.model();
        try (Engine engine = engine(model);
                Engine other = engine(plain)) {
            INDArray outputs = engine.output(unmasked.batch());
            INDArray wanted = other.output(masked);
            assertArrayEquals(
                    wanted.dup('c').data().asDouble(), outputs.dup('c').data().asDouble(), 1e-6);
        }
    }

    /** What a mask leaves out must be known to all that read the sequence. */
    @TestFactory
    default Stream<DynamicTest> maskZeroThatOthersCantKnowIsRefused() {
        GraphBuilder beside = graphOn(InputType.recurrent(3));
        beside.addLayer("masked", new MaskZeroLayer(Cell.LSTM.units(3), 0), "in");
        beside.addLayer("whole", Cell.LSTM.units(3), "in");
        beside.addLayer("out", stepClasses(3), "masked", "whole");
        Layer above = new MaskZeroLayer(Cell.GRU.units(3), 0);
        return Stream.of(
                        beside.build(),
                        chain(InputType.recurrent(3), dense(4), above, stepClasses(3)),
                        chain(InputType.recurrent(3), Cell.GRU.units(4), above, pooling(PoolingType.MAX), classes(3)))
                .map(configuration ->
                        DynamicTest.dynamicTest(configuration.getVertices().keySet() + "", () -> {
                            ComputationGraph model = new ComputationGraph(configuration);
                            model.init();
                            String reason = provider().unsupported(model).orElseThrow();
                            assertTrue(reason.contains("MaskZeroLayer"), reason);
                        }));
    }
}
