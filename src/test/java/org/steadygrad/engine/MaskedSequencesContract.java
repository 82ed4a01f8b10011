package org.steadygrad.engine;

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
import org.junit.jupiter.api.Assumptions;
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

    /** Steps at which all features have the masking value are masked. */
    @TestFactory
    default Stream<DynamicTest> maskZero() {
        return Stream.of(Cell.values())
                .map(cell -> DynamicTest.dynamicTest(cell.name(), () -> {
                    MultiDataSet batch = labelPerStep(lengths());
                    INDArray features = batch.getFeatures(0);
                    for (int example = 0; example < lengths().length; example++) {
                        for (int t = lengths()[example]; t < 5; t++) {
                            features.get(NDArrayIndex.point(example), NDArrayIndex.all(), NDArrayIndex.point(t))
                                    .assign(0);
                        }
                    }
                    MultiDataSet unmasked = ContractData.batch(features, batch.getLabels(0));
                    Layer layer = new MaskZeroLayer(cell.units(4), 0);
                    String name = "masked zeros below " + cell;
                    Assumptions.assumeFalse(
                            deviation(name).isPresent(), () -> deviation(name).orElse(""));
                    assertSlopes(
                            new ContractCase(name, chain(InputType.recurrent(3), layer, stepClasses(3)), unmasked));
                }));
    }
}
