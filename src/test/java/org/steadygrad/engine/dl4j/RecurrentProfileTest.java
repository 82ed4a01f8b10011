package org.steadygrad.engine.dl4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;
import static org.nd4j.linalg.indexing.NDArrayIndex.point;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.engine.StepTrace.TimeProfile;
import org.steadygrad.engine.dl4j.RecurrentCell.State;
import org.steadygrad.nn.GRU;

class RecurrentProfileTest {
    private static final int BATCH = 3;
    private static final int STEPS = 7;
    private static final int UNITS = 5;

    static Stream<BaseRecurrentLayer> layers() {
        return Stream.of(
                new SimpleRnn.Builder()
                        .nIn(4)
                        .nOut(UNITS)
                        .activation(Activation.TANH)
                        .build(),
                new LSTM.Builder()
                        .nIn(4)
                        .nOut(UNITS)
                        .activation(Activation.TANH)
                        .build(),
                new LSTM.Builder()
                        .nIn(4)
                        .nOut(UNITS)
                        .activation(Activation.SOFTSIGN)
                        .gateActivationFunction(Activation.HARDSIGMOID)
                        .build(),
                new GRU.Builder().nIn(4).nOut(UNITS).build());
    }

    private static Layer layer(BaseRecurrentLayer conf) {
        ComputationGraph graph = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("in")
                .addLayer("rnn", conf, "in")
                .addLayer(
                        "out",
                        new RnnOutputLayer.Builder(LossFunction.MSE)
                                .nIn(UNITS)
                                .nOut(1)
                                .activation(Activation.IDENTITY)
                                .build(),
                        "rnn")
                .setOutputs("out")
                .build());
        graph.init();
        graph.initGradientsView();
        graph.params()
                .assign(Nd4j.randn(DataType.DOUBLE, graph.params().shape()).muli(0.6));
        return graph.getLayer("rnn");
    }

    private static CellRecursion recursion(Layer layer, INDArray x, INDArray mask, State start) {
        RecurrentCell cell = RecurrentProfile.cell(layer.conf().getLayer(), layer::getParam);
        return RecurrentProfile.recursion(cell, layer::getParam, x, mask, start);
    }

    @ParameterizedTest
    @MethodSource("layers")
    void outputAndInputGradientAreTheLayersOwn(BaseRecurrentLayer conf) {
        Layer layer = layer(conf);
        INDArray mask = Nd4j.ones(DataType.DOUBLE, BATCH, STEPS);
        mask.get(point(1), interval(4, STEPS)).assign(0);
        for (INDArray some : new INDArray[] {null, mask}) {
            INDArray x = Nd4j.randn(DataType.DOUBLE, BATCH, 4, STEPS);
            INDArray epsilon = Nd4j.randn(DataType.DOUBLE, BATCH, UNITS, STEPS).dup('f');
            if (some != null) {
                epsilon.muli(some.reshape(BATCH, 1, STEPS));
            }
            layer.setMaskArray(some);
            layer.setInput(x, LayerWorkspaceMgr.noWorkspaces());
            INDArray out = layer.activate(true, LayerWorkspaceMgr.noWorkspaces());
            CellRecursion recursion = recursion(layer, x, some, null);
            assertArrayEquals(TensorReading.doubles(out), TensorReading.doubles(recursion.output()), 1e-12);
            INDArray expected = layer.backpropGradient(epsilon.dup('f'), LayerWorkspaceMgr.noWorkspaces())
                    .getSecond();
            INDArray actual = recursion.backward(epsilon, (dh, t) -> {});
            assertArrayEquals(TensorReading.doubles(expected), TensorReading.doubles(actual), 1e-12);
        }
    }

    /** The loss from step t on is a function of h_t, which is the start of the rest of the sequence. */
    @ParameterizedTest
    @MethodSource("layers")
    void gradientOfEveryStateIsItsNumericalDerivative(BaseRecurrentLayer conf) {
        Layer layer = layer(conf);
        INDArray x = Nd4j.randn(DataType.DOUBLE, BATCH, 4, STEPS);
        INDArray epsilon = Nd4j.randn(DataType.DOUBLE, BATCH, UNITS, STEPS);
        CellRecursion recursion = recursion(layer, x, null, null);
        List<INDArray> gradients = new ArrayList<>();
        recursion.backward(epsilon, (dh, t) -> gradients.add(0, dh.dup()));
        double delta = 1e-5;
        for (int t = 0; t < STEPS - 1; t++) {
            INDArray rest = x.get(all(), all(), interval(t + 1, STEPS));
            INDArray restEpsilon = epsilon.get(all(), all(), interval(t + 1, STEPS));
            double[] losses = new double[2];
            for (int side = 0; side < 2; side++) {
                State start = recursion.state(t);
                INDArray h = start.h().dup();
                h.putScalar(1, 2, h.getDouble(1, 2) + (side == 0 ? delta : -delta));
                CellRecursion later = recursion(layer, rest, null, new State(h, start.c()));
                losses[side] = later.output().mul(restEpsilon).sumNumber().doubleValue()
                        + h.getDouble(1, 2) * epsilon.getDouble(1, 2, t);
            }
            double numerical = (losses[0] - losses[1]) / (2 * delta);
            assertEquals(numerical, gradients.get(t).getDouble(1, 2), 1e-7, "step " + t);
        }
    }

    @Test
    void aLinearRecurrenceFadesAtItsOwnRate() {
        int steps = 100;
        ComputationGraph graph = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .activation(Activation.IDENTITY)
                .weightInit(WeightInit.ONES)
                .graphBuilder()
                .addInputs("in")
                .addLayer(
                        "rnn",
                        new org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep(
                                new SimpleRnn.Builder().nIn(1).nOut(3).build()),
                        "in")
                .addLayer(
                        "out",
                        new org.deeplearning4j.nn.conf.layers.OutputLayer.Builder(LossFunction.MSE)
                                .nIn(3)
                                .nOut(1)
                                .activation(Activation.IDENTITY)
                                .build(),
                        "rnn")
                .setOutputs("out")
                .build());
        graph.init();
        graph.getLayer("rnn")
                .getParam("RW")
                .assign(Nd4j.eye(3).castTo(DataType.DOUBLE).muli(0.9));
        MultiDataSet batch =
                new MultiDataSet(Nd4j.ones(DataType.DOUBLE, 33, 1, steps), Nd4j.ones(DataType.DOUBLE, 33, 1));
        TimeProfile profile =
                TracedPass.run(graph, batch, false).trace().profiles().get(0);
        assertEquals(RecurrentProfile.POINTS, profile.steps().size());
        assertEquals(0, profile.steps().get(0));
        assertEquals(steps - 1, profile.steps().get(RecurrentProfile.POINTS - 1));
        double last = profile.norms().get(RecurrentProfile.POINTS - 1);
        for (int i = 0; i < profile.steps().size(); i++) {
            double expected = Math.pow(0.9, steps - 1 - profile.steps().get(i));
            assertEquals(expected, profile.norms().get(i) / last, 1e-9);
        }
        // all 33 examples are alike, so that the norm of the average over 16 of them can be told
        double error = 3 * (1 - Math.pow(0.9, steps)) / 0.1 - 1;
        assertEquals(2 * error * Math.sqrt(3 / 16.0), last, 1e-9);
    }
}
