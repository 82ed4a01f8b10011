package org.steadygrad.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;
import static org.nd4j.linalg.indexing.NDArrayIndex.point;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.check.InvalidInputException;

/** {@link GRU} as a layer of DL4J networks: states, masks, windows, workspaces, files. */
class GruTest {
    private static NeuralNetConfiguration.ListBuilder configuration(WorkspaceMode mode, GRU... layers) {
        NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder()
                .seed(3)
                .dataType(DataType.DOUBLE)
                .updater(new Sgd(0.1))
                .trainingWorkspaceMode(mode)
                .inferenceWorkspaceMode(mode)
                .list();
        for (GRU layer : layers) {
            list.layer(layer);
        }
        return list.layer(new RnnOutputLayer.Builder(LossFunction.MSE)
                .activation(Activation.IDENTITY)
                .nIn(layers[layers.length - 1].getNOut())
                .nOut(2)
                .build());
    }

    private static MultiLayerNetwork network(MultiLayerConfiguration configuration) {
        MultiLayerNetwork network = new MultiLayerNetwork(configuration);
        network.init();
        return network;
    }

    private static GRU gru(int nIn, int nOut) {
        return new GRU.Builder().nIn(nIn).nOut(nOut).build();
    }

    private static INDArray random(long... shape) {
        return Nd4j.randn(DataType.DOUBLE, shape);
    }

    private static void assertClose(INDArray expected, INDArray actual, double tolerance) {
        assertTrue(expected.equalsWithEps(actual, tolerance), () -> "expected " + expected + "\ngot " + actual);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7, 17, 33})
    void stepByStepEqualsTheWholeSequence(int size) {
        MultiLayerNetwork network = network(configuration(WorkspaceMode.ENABLED, gru(size, size), gru(size, 3))
                .build());
        INDArray x = random(3, size, size);
        INDArray whole = network.output(x);
        for (int t = 0; t < size; t++) {
            INDArray step = network.rnnTimeStep(x.get(all(), all(), interval(t, t + 1)));
            assertClose(whole.get(all(), all(), point(t)), step.get(all(), all(), point(0)), 1e-12);
        }
    }

    @Test
    void maskedStepsGiveZeroAndHoldTheState() {
        GRULayer layer = (GRULayer)
                network(configuration(WorkspaceMode.NONE, gru(3, 4)).build()).getLayer(0);
        INDArray x = random(1, 3, 5);
        INDArray gapless = Nd4j.concat(2, x.get(all(), all(), interval(0, 2)), x.get(all(), all(), interval(3, 5)));
        INDArray expected = layer.activate(gapless, false, LayerWorkspaceMgr.noWorkspaces());
        layer.setMaskArray(Nd4j.createFromArray(new double[][] {{1, 1, 0, 1, 1}}));
        INDArray y = layer.activate(x, false, LayerWorkspaceMgr.noWorkspaces());
        assertEquals(0, y.get(all(), all(), point(2)).amaxNumber().doubleValue());
        assertClose(expected.get(all(), all(), interval(2, 4)), y.get(all(), all(), interval(3, 5)), 1e-14);
    }

    @Test
    void windowsCarryTheStateAndTruncateTheGradient() {
        MultiLayerNetwork windows = network(configuration(WorkspaceMode.ENABLED, gru(3, 5))
                .backpropType(BackpropType.TruncatedBPTT)
                .tBPTTLength(4)
                .build());
        GRULayer layer = (GRULayer) windows.getLayer(0);
        INDArray x = random(2, 3, 8);
        INDArray y = random(2, 2, 8);
        MultiLayerNetwork byHand = windows.clone();
        windows.fit(new DataSet(x, y));
        INDArray carried = Nd4j.zeros(DataType.DOUBLE, 2, 5);
        GRULayer own = (GRULayer) byHand.getLayer(0);
        for (int from = 0; from < 8; from += 4) {
            INDArray window = x.get(all(), all(), interval(from, from + 4)).dup('f');
            carried = stepByHand(
                    byHand,
                    own,
                    carried,
                    window,
                    y.get(all(), all(), interval(from, from + 4)).dup('f'));
        }
        assertClose(byHand.params(), windows.params(), 1e-7);
        assertTrue(layer.initialStateGradient().norm2Number().doubleValue() > 0);
    }

    /** One window's update, its gradient with respect to the parameters by central differences of the loss. */
    private static INDArray stepByHand(
            MultiLayerNetwork network, GRULayer layer, INDArray carried, INDArray x, INDArray y) {
        INDArray params = network.params();
        INDArray gradient = params.ulike();
        double step = 1e-5;
        for (int i = 0; i < params.length(); i++) {
            double value = params.getDouble(i);
            params.putScalar(i, value + step);
            double above = loss(network, carried, x, y);
            params.putScalar(i, value - step);
            double below = loss(network, carried, x, y);
            params.putScalar(i, value);
            gradient.putScalar(i, (above - below) / (2 * step));
        }
        loss(network, carried, x, y);
        INDArray last = layer.rnnGetPreviousState().get(GRULayer.STATE_KEY_PREV_ACTIVATION);
        params.subi(gradient.muli(0.1));
        return last;
    }

    private static double loss(MultiLayerNetwork network, INDArray carried, INDArray x, INDArray y) {
        network.rnnSetPreviousState(0, Map.of(GRULayer.STATE_KEY_PREV_ACTIVATION, carried));
        INDArray difference = network.rnnTimeStep(x).sub(y);
        return difference.mul(difference).sumNumber().doubleValue() / (x.size(0) * y.size(1));
    }

    @Test
    void aShortBackwardWindowLeavesEarlierStepsOut() {
        GRULayer layer = (GRULayer) LayerHarness.layer(gru(3, 4), DataType.DOUBLE);
        LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces();
        INDArray x = random(2, 3, 7);
        INDArray dy = random(2, 4, 7);
        INDArray y = layer.activate(x, true, none);
        INDArray dx = layer.tbpttBackpropGradient(dy, 3, none).getSecond().dup();
        INDArray gradient = layer.getGradientsViewArray().dup();

        layer.rnnSetTBPTTState(Map.of(
                GRULayer.STATE_KEY_PREV_ACTIVATION,
                y.get(all(), all(), point(3)).dup()));
        layer.rnnActivateUsingStoredState(x.get(all(), all(), interval(4, 7)).dup('f'), true, false, none);
        INDArray tail = layer.tbpttBackpropGradient(
                        dy.get(all(), all(), interval(4, 7)).dup('f'), 3, none)
                .getSecond();
        assertEquals(0, dx.get(all(), all(), interval(0, 4)).amaxNumber().doubleValue());
        assertClose(tail, dx.get(all(), all(), interval(4, 7)), 1e-12);
        assertClose(layer.getGradientsViewArray(), gradient, 1e-12);
    }

    @Test
    void gradientThroughTimeIsThatOfWhatFollows() {
        GRULayer layer = (GRULayer) LayerHarness.layer(gru(3, 4), DataType.DOUBLE);
        LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces();
        INDArray x = random(2, 3, 5);
        INDArray dy = random(2, 4, 5);
        INDArray y = layer.activate(x, true, none).dup();
        layer.keepTimeGradients();
        layer.backpropGradient(dy.dup(), none);
        double[] norms = layer.timeGradientNorms();
        assertEquals(5, norms.length);
        for (int t = 0; t < 4; t++) {
            INDArray state = y.get(all(), all(), point(t)).dup();
            layer.rnnSetPreviousState(Map.of(GRULayer.STATE_KEY_PREV_ACTIVATION, state));
            layer.rnnSetTBPTTState(Map.of(GRULayer.STATE_KEY_PREV_ACTIVATION, state));
            INDArray rest = x.get(all(), all(), interval(t + 1, 5)).dup('f');
            layer.rnnActivateUsingStoredState(rest, true, false, none);
            layer.tbpttBackpropGradient(dy.get(all(), all(), interval(t + 1, 5)).dup('f'), 5, none);
            INDArray total = layer.initialStateGradient().add(dy.get(all(), all(), point(t)));
            assertEquals(total.norm2Number().doubleValue(), norms[t], 1e-12, "step " + t);
        }
        assertEquals(dy.get(all(), all(), point(4)).norm2Number().doubleValue(), norms[4], 1e-12, "last step");
    }

    @Test
    void workspacesChangeNothing() {
        INDArray x = random(3, 7, 5);
        INDArray y = random(3, 2, 5);
        INDArray mask = Nd4j.ones(DataType.DOUBLE, 3, 5);
        mask.putScalar(1, 4, 0);
        GRU[] layers = {
            new GRU.Builder().nIn(7).nOut(6).activation(Activation.ELU).build(), gru(6, 3),
        };
        MultiLayerNetwork with =
                network(configuration(WorkspaceMode.ENABLED, layers).build());
        MultiLayerNetwork without =
                network(configuration(WorkspaceMode.NONE, layers).build());
        without.setParams(with.params());
        for (int i = 0; i < 4; i++) {
            with.fit(new DataSet(x, y, mask, mask));
            without.fit(new DataSet(x, y, mask, mask));
        }
        assertEquals(without.params(), with.params());
        assertEquals(without.output(x), with.output(x));
    }

    @Test
    void featuresLastGivesTheSameNumbers() {
        GRU last = new GRU.Builder()
                .nIn(3)
                .nOut(4)
                .dataFormat(RNNFormat.NWC)
                .dropOut(0.5)
                .build();
        GRULayer nwc = (GRULayer) LayerHarness.layer(last, DataType.DOUBLE);
        GRULayer ncw = (GRULayer) LayerHarness.layer(gru(3, 4), DataType.DOUBLE);
        ncw.setParams(nwc.params());
        LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces();
        INDArray x = random(2, 3, 5);
        INDArray expected = ncw.activate(x, false, none);
        assertClose(expected.permute(0, 2, 1), nwc.activate(x.permute(0, 2, 1), false, none), 1e-14);
    }

    @Test
    void dropoutAndWeightNoiseActInTrainingOnly() {
        GRU noisy = new GRU.Builder()
                .nIn(5)
                .nOut(7)
                .dropOut(0.5)
                .weightNoise(new DropConnect(0.5))
                .build();
        MultiLayerNetwork network =
                network(configuration(WorkspaceMode.ENABLED, noisy).build());
        INDArray x = random(3, 5, 6);
        assertEquals(network.output(x), network.output(x));
        assertNotEquals(
                network.feedForward(x, true).get(1),
                network.feedForward(x, true).get(1));
        network.fit(new DataSet(x, random(3, 2, 6)));
        assertTrue(Double.isFinite(network.score()));
    }

    @Test
    void survivesJsonYamlAndFiles() throws IOException {
        GRU layer = new GRU.Builder()
                .nIn(3)
                .nOut(4)
                .activation(Activation.SOFTSIGN)
                .gateActivationFunction("hardsigmoid")
                .chronoMaxSteps(50)
                .weightInitRecurrent(new WeightInitOrthogonal(0.5))
                .constrainRecurrent(new MaxNormConstraint(2, 1))
                .constrainInputWeights(new MaxNormConstraint(3, 1))
                .l2(0.1)
                .build();
        MultiLayerConfiguration conf =
                configuration(WorkspaceMode.ENABLED, layer, gru(4, 2)).build();
        assertEquals(conf, MultiLayerConfiguration.fromJson(conf.toJson()));
        assertEquals(conf, MultiLayerConfiguration.fromYaml(conf.toYaml()));
        assertTrue(conf.toJson().contains("\"org.steadygrad.nn.GRU\""));
        assertEquals(layer, layer.clone());
        assertEquals(layer.hashCode(), layer.clone().hashCode());
        assertNotEquals(layer, gru(3, 4));
        assertTrue(layer.toString().contains("chronoMaxSteps=50"));

        MultiLayerNetwork network = network(conf);
        INDArray x = random(2, 3, 5);
        network.fit(new DataSet(x, random(2, 2, 5)));
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ModelSerializer.writeModel(network, file, true);
        MultiLayerNetwork restored =
                ModelSerializer.restoreMultiLayerNetwork(new ByteArrayInputStream(file.toByteArray()), true);
        assertEquals(network.output(x), restored.output(x));
    }

    @Test
    void convertsToDouble() {
        MultiLayerNetwork single = network(
                        configuration(WorkspaceMode.ENABLED, gru(3, 17)).build())
                .convertDataType(DataType.FLOAT);
        MultiLayerNetwork twice = single.convertDataType(DataType.DOUBLE);
        INDArray x = random(2, 3, 9);
        assertEquals(DataType.DOUBLE, twice.output(x).dataType());
        assertClose(twice.output(x), single.output(x.castTo(DataType.FLOAT)).castTo(DataType.DOUBLE), 1e-5);
    }

    @Test
    void refusesWhatCannotWork() {
        GRU.Builder builder = new GRU.Builder().nIn(2).nOut(3);
        assertThrows(InvalidInputException.class, () -> builder.chronoMaxSteps(1));
        assertThrows(InvalidInputException.class, () -> new GRU.Builder()
                .gateActivationFunction(Activation.SOFTMAX)
                .build());
        MultiLayerNetwork network =
                network(configuration(WorkspaceMode.ENABLED, builder.build()).build());
        assertThrows(InvalidInputException.class, () -> network.output(random(2, 3, 4)));
        network.rnnTimeStep(random(2, 2, 1));
        assertThrows(InvalidInputException.class, () -> network.rnnTimeStep(random(3, 2, 1)));
    }
}
