package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.output;
import static org.steadygrad.engine.ContractModels.stepClasses;
import static org.steadygrad.engine.ContractModels.stepOutput;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.engine.ContractModels.Cell;

/** Batches of all data types, formats and masks that mean the same give the same; and what comes before probabilities. */
public interface BatchFormsContract extends EngineSubject {
    InputType SEQUENCES_OF_3 = InputType.recurrent(3);

    private static INDArray unequal() {
        return ContractData.mask(5, 5, 3, 0, 1, 5, 4, 2);
    }

    private static RnnLossLayer lossAlone() {
        return new RnnLossLayer.Builder(LossFunction.MCXENT)
                .activation(Activation.SOFTMAX)
                .build();
    }

    /** Steps that the mask of the features leaves out don't count, whatever their labels are. */
    @TestFactory
    default Stream<DynamicTest> stepsWithoutDataHaveNothingToLearn() {
        ContractData data = new ContractData(41);
        List<ContractCase> cases = new ArrayList<>();
        for (Cell cell : new Cell[] {Cell.GRU, Cell.SIMPLE}) {
            INDArray x = data.normal(7, 3, 5);
            INDArray oneHot = data.oneHot(7, 3, 5);
            cases.add(featuresMasked("classes above " + cell, x, oneHot, cell.units(4), stepClasses(3)));
            cases.add(featuresMasked(
                    "loss layer above " + cell, x, oneHot, cell.units(4), dense(3, Activation.IDENTITY), lossAlone()));
            cases.add(featuresMasked(
                    "keys above " + cell,
                    x,
                    data.bits(7, 3, 5),
                    cell.units(4),
                    stepOutput(3, LossFunction.XENT, Activation.SIGMOID)));
            cases.add(featuresMasked(
                    "numbers above " + cell,
                    x,
                    data.normal(7, 3, 5),
                    cell.units(4),
                    stepOutput(3, LossFunction.MSE, Activation.IDENTITY)));
        }
        return cases.stream()
                .map(test -> DynamicTest.dynamicTest(test.name(), () -> {
                    MultiDataSet both = test.referenceBatch();
                    both.setLabelsMaskArray(both.getFeaturesMaskArrays());
                    assertLike(Gradient.byDl4j(test.reference(), both), test);
                }));
    }

    @Test
    default void labelsUnderTheFeaturesMaskMayBeAnything() {
        ContractData data = new ContractData(46);
        INDArray mask = unequal();
        ContractCase test =
                featuresMasked("", data.normal(7, 3, 5), data.oneHot(7, 3, 5), Cell.GRU.units(4), stepClasses(3));
        INDArray labels = test.batch().getLabels(0).dup();
        for (int example = 0; example < 7; example++) {
            for (int step = 0; step < 5; step++) {
                if (mask.getDouble(example, step) == 0) {
                    labels.putScalar(example, 0, step, Float.NaN);
                }
            }
        }
        MultiDataSet hidden = ContractData.batch(test.batch().getFeatures(0), labels, mask, null);
        PassOptions options = new PassOptions(5, false, false, false);
        try (Engine engine = engine(test.model())) {
            double expected = engine.computeGradient(test.batch(), options).loss();
            engine.discardGradient();
            assertTrue(Double.isFinite(expected));
            assertEquals(expected, engine.computeGradient(hidden, options).loss());
        }
    }

    private static ContractCase featuresMasked(String name, INDArray x, INDArray labels, Layer... layers) {
        return new ContractCase(name, chain(SEQUENCES_OF_3, layers), ContractData.batch(x, labels, unequal(), null));
    }

    @TestFactory
    default Stream<DynamicTest> dataTypes() {
        ContractData data = new ContractData(42);
        INDArray mask = unequal();
        ContractCase sequences = new ContractCase(
                "sequences",
                chain(SEQUENCES_OF_3, Cell.GRU.units(4), stepClasses(3)),
                ContractData.batch(data.bits(7, 3, 5), data.oneHot(7, 3, 5), mask, mask.dup()));
        ContractCase vectors = new ContractCase(
                "vectors",
                chain(InputType.feedForward(3), dense(4), output(2, LossFunction.MSE, Activation.IDENTITY)),
                ContractData.batch(data.bits(7, 3), data.bits(7, 2)));
        List<DynamicTest> tests = new ArrayList<>();
        for (ContractCase test : List.of(sequences, vectors)) {
            for (DataType type : new DataType[] {
                DataType.INT,
                DataType.LONG,
                DataType.BYTE,
                DataType.BOOL,
                DataType.DOUBLE,
                DataType.HALF,
                DataType.BFLOAT16
            }) {
                tests.add(DynamicTest.dynamicTest(test.name() + " " + type, () -> assertSameIn(type, test)));
            }
        }
        return tests.stream();
    }

    private void assertSameIn(DataType type, ContractCase test) {
        MultiDataSet batch = test.batch();
        MultiDataSet converted = ContractData.batch(
                batch.getFeatures(0).castTo(type),
                batch.getLabels(0).castTo(type),
                in(type, batch.getFeaturesMaskArrays()),
                in(type, batch.getLabelsMaskArrays()));
        assertLike(
                Gradient.byDl4j(test.reference(), test.referenceBatch()),
                new ContractCase(test.name(), test.configuration(), converted));
        ComputationGraph model = test.model();
        try (Engine engine = engine(model)) {
            assertEquals(engine.output(batch), engine.output(converted));
        }
    }

    private static INDArray in(DataType type, INDArray[] arrays) {
        return arrays == null ? null : arrays[0].castTo(type);
    }

    /** As DL4J's RNN examples are written; its own training fails on them. */
    @TestFactory
    default Stream<DynamicTest> graphsWithoutInputTypes() {
        ContractData data = new ContractData(43);
        INDArray x = data.normal(7, 3, 5);
        Layer lstm = new LSTM.Builder().nIn(3).nOut(4).build();
        Layer out = new RnnOutputLayer.Builder(LossFunction.MCXENT)
                .nIn(4)
                .nOut(2)
                .activation(Activation.SOFTMAX)
                .build();
        INDArray labels = data.oneHot(7, 2, 5);
        return Stream.of(null, unequal())
                .map(mask -> DynamicTest.dynamicTest(mask == null ? "whole" : "masked", () -> {
                    INDArray own = mask == null ? null : mask.dup();
                    MultiDataSet batch = ContractData.batch(x, labels, mask, own);
                    ContractCase told =
                            new ContractCase("", chain(SEQUENCES_OF_3, Cell.LSTM.units(4), stepClasses(2)), batch);
                    ContractCase untold = new ContractCase(
                            "",
                            bare().addLayer("l0", lstm, "in")
                                    .addLayer("out", out, "l0")
                                    .build(),
                            batch);
                    assertLike(Gradient.byDl4j(told.reference(), told.referenceBatch()), untold);
                }));
    }

    private static ComputationGraphConfiguration.GraphBuilder bare() {
        return new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new Sgd(1))
                .activation(Activation.TANH)
                .graphBuilder()
                .addInputs("in")
                .setOutputs("out");
    }

    @TestFactory
    default Stream<DynamicTest> timeBeforeSize() {
        ContractData data = new ContractData(44);
        INDArray x = data.normal(7, 3, 5);
        INDArray labels = data.oneHot(7, 2, 5);
        return Stream.of(Cell.LSTM, Cell.GRU).flatMap(cell -> Stream.of(false, true)
                .map(both -> DynamicTest.dynamicTest(cell + (both ? ", both masked" : ", features masked"), () -> {
                    INDArray mask = unequal();
                    ContractCase usual = new ContractCase(
                            "",
                            chain(SEQUENCES_OF_3, cell.units(4), stepClasses(2)),
                            ContractData.batch(x, labels, mask, mask.dup()));
                    ContractCase turned = new ContractCase(
                            "",
                            chain(InputType.recurrent(3, RNNFormat.NWC), cell.units(4), stepClasses(2)),
                            ContractData.batch(
                                    x.permute(0, 2, 1).dup('c'),
                                    labels.permute(0, 2, 1).dup('c'),
                                    mask,
                                    both ? mask.dup() : null));
                    assertLike(Gradient.byDl4j(usual.reference(), usual.referenceBatch()), turned);
                })));
    }

    @TestFactory
    default Stream<DynamicTest> symbolsWithoutAnAxisOfSize() {
        ContractData data = new ContractData(45);
        INDArray symbols = data.indices(6, 7, 1, 5);
        INDArray perStep = data.oneHot(7, 2, 5);
        INDArray last = data.oneHot(7, 2);
        Layer table = new EmbeddingSequenceLayer.Builder().nIn(6).nOut(3).build();
        ComputationGraphConfiguration tagging =
                chain(InputType.recurrent(6), table, Cell.LSTM.units(4), stepClasses(2));
        ComputationGraphConfiguration reading =
                chain(InputType.recurrent(6), table, new LastTimeStep(Cell.LSTM.units(4)), classes(2));
        return Stream.of(
                        new ContractCase("label per step", tagging, ContractData.batch(symbols, perStep)),
                        new ContractCase("one label", reading, ContractData.batch(symbols, last)))
                .map(test -> DynamicTest.dynamicTest(
                        test.name(),
                        () -> assertLike(
                                Gradient.byDl4j(test.reference(), test.referenceBatch()),
                                new ContractCase(
                                        test.name(),
                                        test.configuration(),
                                        ContractData.batch(
                                                symbols.reshape(7, 5),
                                                test.batch().getLabels(0))))));
    }

    /** A probability of 1 in float tells nothing of its logarithm; what it was made from does. */
    @Test
    default void logitsKeepWhatProbabilitiesLose() {
        for (Layer out : new Layer[] {
            output(2, LossFunction.XENT, Activation.SIGMOID),
            classes(2),
            new LossLayer.Builder(LossFunction.XENT)
                    .activation(Activation.SIGMOID)
                    .build()
        }) {
            Layer[] layers =
                    out instanceof LossLayer ? new Layer[] {dense(2, Activation.IDENTITY), out} : new Layer[] {out};
            ComputationGraph model = new ComputationGraph(chain(InputType.feedForward(2), layers));
            model.init();
            model.params().assign(Nd4j.createFromArray(1f, 0, 0, 1, 0.5f, -0.5f).reshape(1, 6));
            INDArray x = Nd4j.createFromArray(new float[][] {{20, -30}, {-40, 50}});
            try (Engine engine = engine(model)) {
                INDArray logits = engine.logits(ContractData.batch(x, Nd4j.eye(2)));
                assertArrayEquals(
                        new double[] {20.5, -30.5, -39.5, 49.5},
                        logits.dup('c').data().asDouble(),
                        1e-5);
                assertEquals(model.output(x)[0], engine.output(ContractData.batch(x, Nd4j.eye(2))), "output as before");
            }
        }
    }

    /** Weights of labels are the loss's business: outputs are the same without. */
    @Test
    default void outputsDontDependOnWeightsOfLabels() {
        ContractData data = new ContractData(47);
        INDArray labels = data.oneHot(7, 3, 5);
        INDArray x = data.normal(7, 3, 5);
        ComputationGraph model =
                new ContractCase("", chain(SEQUENCES_OF_3, Cell.GRU.units(4), stepClasses(3)), null).model();
        try (Engine engine = engine(model)) {
            MultiDataSet weighted =
                    ContractData.batch(x, labels, null, unequal().mul(3));
            assertEquals(engine.logits(ContractData.batch(x, labels)), engine.logits(weighted));
            assertEquals(engine.output(ContractData.batch(x, labels)), engine.output(weighted));
        }
    }

    /** Of sequences, in the labels' format. */
    @Test
    default void logitsOfSequences() {
        ContractData data = new ContractData(46);
        INDArray x = data.normal(7, 3, 5);
        for (RNNFormat format : RNNFormat.values()) {
            boolean turned = format == RNNFormat.NWC;
            ComputationGraph softmax = new ContractCase(
                            "", chain(InputType.recurrent(3, format), Cell.LSTM.units(4), stepClasses(2)), null)
                    .model();
            ComputationGraph plain = new ContractCase(
                            "",
                            chain(
                                    SEQUENCES_OF_3,
                                    Cell.LSTM.units(4),
                                    stepOutput(2, LossFunction.MSE, Activation.IDENTITY)),
                            null)
                    .model();
            plain.params().assign(softmax.params());
            INDArray given = turned ? x.permute(0, 2, 1).dup('c') : x;
            INDArray expected = plain.output(x)[0];
            try (Engine engine = engine(softmax)) {
                INDArray logits =
                        engine.logits(ContractData.batch(given, Nd4j.zeros(7, turned ? 5 : 2, turned ? 2 : 5)));
                INDArray usual = turned ? logits.permute(0, 2, 1) : logits;
                assertArrayEquals(
                        expected.dup('c').data().asDouble(),
                        usual.dup('c').data().asDouble(),
                        1e-5);
            }
        }
    }
}
