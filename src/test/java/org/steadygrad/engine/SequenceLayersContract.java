package org.steadygrad.engine;

import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.pooling;
import static org.steadygrad.engine.ContractModels.stepClasses;
import static org.steadygrad.engine.ContractModels.stepOutput;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.engine.ContractModels.Cell;
import org.steadygrad.nn.BatchNorm;
import org.steadygrad.nn.GRU;

/** Loss and gradients of layers with a time axis, no masks. */
public interface SequenceLayersContract extends EngineSubject {
    private static ContractCase labelPerStep(String name, int batch, int steps, int size, Layer... layers) {
        ContractData data = new ContractData(batch + 31L * steps);
        return new ContractCase(
                name,
                chain(InputType.recurrent(size), layers),
                ContractData.batch(data.normal(batch, size, steps), data.oneHot(batch, 3, steps)));
    }

    private static ContractCase oneLabel(String name, int batch, int steps, Layer... layers) {
        ContractData data = new ContractData(batch + 31L * steps);
        return new ContractCase(
                name,
                chain(InputType.recurrent(3), layers),
                ContractData.batch(data.normal(batch, 3, steps), data.oneHot(batch, 3)));
    }

    private Stream<DynamicTest> each(List<ContractCase> cases) {
        return cases.stream().map(test -> DynamicTest.dynamicTest(test.name(), () -> assertLikeDl4j(test)));
    }

    @TestFactory
    default Stream<DynamicTest> recurrentSizes() {
        int[][] sizes = {{1, 1, 1, 1}, {3, 7, 1, 17}, {7, 3, 17, 1}, {1, 33, 3, 7}, {17, 1, 7, 33}, {33, 17, 3, 3}};
        List<ContractCase> cases = new ArrayList<>();
        for (Cell cell : Cell.values()) {
            for (int[] s : sizes) {
                String name = cell + " of batch, steps, inputs, units " + Arrays.toString(s);
                cases.add(labelPerStep(name, s[0], s[1], s[2], cell.units(s[3]), stepClasses(3)));
            }
        }
        return each(cases);
    }

    @TestFactory
    default Stream<DynamicTest> recurrentSettings() {
        return each(List.of(
                labelPerStep(
                        "stacked",
                        7,
                        5,
                        3,
                        Cell.GRU.units(4),
                        Cell.LSTM.units(3),
                        Cell.SIMPLE.units(5),
                        stepClasses(3)),
                labelPerStep(
                        "relu",
                        7,
                        5,
                        3,
                        new SimpleRnn.Builder()
                                .nOut(5)
                                .activation(Activation.RELU)
                                .build(),
                        stepClasses(3)),
                labelPerStep(
                        "LSTM with other functions",
                        7,
                        5,
                        3,
                        new LSTM.Builder()
                                .nOut(5)
                                .activation(Activation.SOFTSIGN)
                                .gateActivationFunction(Activation.HARDSIGMOID)
                                .forgetGateBiasInit(3)
                                .build(),
                        stepClasses(3)),
                labelPerStep(
                        "GRU with other functions",
                        7,
                        5,
                        3,
                        new GRU.Builder()
                                .gateActivationFunction(Activation.HARDSIGMOID)
                                .nOut(5)
                                .activation(Activation.SOFTSIGN)
                                .build(),
                        stepClasses(3)),
                labelPerStep(
                        "dense between", 7, 5, 3, Cell.GRU.units(4), dense(5), Cell.LSTM.units(3), stepClasses(3))));
    }

    @TestFactory
    default Stream<DynamicTest> bidirectional() {
        List<ContractCase> cases = new ArrayList<>();
        for (Bidirectional.Mode mode : Bidirectional.Mode.values()) {
            for (Cell cell : Cell.values()) {
                Layer both = new Bidirectional(mode, cell.units(5));
                cases.add(labelPerStep(cell + " " + mode, 7, 5, 3, both, stepClasses(3)));
            }
            cases.add(oneLabel(
                    "last step of " + mode,
                    3,
                    7,
                    new LastTimeStep(new Bidirectional(mode, Cell.GRU.units(4))),
                    classes(3)));
        }
        return each(cases);
    }

    @TestFactory
    default Stream<DynamicTest> fromSequenceToVector() {
        List<ContractCase> cases = new ArrayList<>();
        for (Cell cell : Cell.values()) {
            cases.add(oneLabel("last step of " + cell, 7, 5, new LastTimeStep(cell.units(5)), classes(3)));
            cases.add(oneLabel("last of one step of " + cell, 3, 1, new LastTimeStep(cell.units(5)), classes(3)));
        }
        for (PoolingType type : PoolingType.values()) {
            cases.add(oneLabel("pooling " + type, 7, 5, Cell.GRU.units(5), pooling(type), classes(3)));
        }
        return each(cases);
    }

    @TestFactory
    default Stream<DynamicTest> otherLayers() {
        return each(List.of(
                labelPerStep("batch norm over batch and time", 7, 5, 3, Cell.SIMPLE.units(5), norm(), stepClasses(3)),
                labelPerStep("batch norm of the input", 3, 17, 3, norm(), Cell.LSTM.units(5), stepClasses(3)),
                labelPerStep("dropout of nothing", 7, 5, 3, Cell.GRU.units(5), new DropoutLayer(1.0), stepClasses(3)),
                embedded("embedding, [batch, steps]", true, 7, 5),
                embedded("embedding, [batch, 1, steps]", false, 3, 7),
                embedded("embedding of one step", false, 3, 1),
                featuresLast()));
    }

    private static Layer norm() {
        return new BatchNorm.Builder().activation(Activation.TANH).build();
    }

    private static ContractCase embedded(String name, boolean flat, int batch, int steps) {
        ContractData data = new ContractData(steps);
        Layer embedding = new EmbeddingSequenceLayer.Builder().nIn(5).nOut(4).build();
        INDArray symbols = flat ? data.indices(5, batch, steps) : data.indices(5, batch, 1, steps);
        return new ContractCase(
                name,
                chain(InputType.recurrent(5), embedding, Cell.GRU.units(3), stepClasses(3)),
                ContractData.batch(symbols, data.oneHot(batch, 3, steps)));
    }

    private static ContractCase featuresLast() {
        ContractData data = new ContractData(8);
        Layer gru = new GRU.Builder().nOut(4).dataFormat(RNNFormat.NWC).build();
        Layer lstm = new LSTM.Builder().nOut(5).dataFormat(RNNFormat.NWC).build();
        Layer output = new org.deeplearning4j.nn.conf.layers.RnnOutputLayer.Builder(LossFunction.MSE)
                .nOut(3)
                .dataFormat(RNNFormat.NWC)
                .activation(Activation.IDENTITY)
                .build();
        return new ContractCase(
                "[batch, time, features]",
                chain(InputType.recurrent(3, 5, RNNFormat.NWC), gru, lstm, output),
                ContractData.batch(data.normal(7, 5, 3), data.normal(7, 5, 3)));
    }

    @TestFactory
    default Stream<DynamicTest> lossesPerStep() {
        ContractData data = new ContractData(12);
        return each(List.of(
                stepLoss("sigmoid cross-entropy", LossFunction.XENT, Activation.SIGMOID, data.bits(7, 3, 5)),
                stepLoss("squared error", LossFunction.MSE, Activation.IDENTITY, data.normal(7, 3, 5)),
                stepLoss("absolute error", LossFunction.MEAN_ABSOLUTE_ERROR, Activation.TANH, data.normal(7, 3, 5)),
                new ContractCase(
                        "loss layer",
                        chain(
                                InputType.recurrent(3),
                                Cell.LSTM.units(3),
                                new RnnLossLayer.Builder(LossFunction.MCXENT)
                                        .activation(Activation.SOFTMAX)
                                        .build()),
                        ContractData.batch(data.normal(7, 3, 5), data.oneHot(7, 3, 5)))));
    }

    private static ContractCase stepLoss(String name, LossFunction loss, Activation activation, INDArray labels) {
        return new ContractCase(
                name,
                chain(InputType.recurrent(3), Cell.GRU.units(4), stepOutput(3, loss, activation)),
                ContractData.batch(new ContractData(2).normal(7, 3, 5), labels));
    }
}
