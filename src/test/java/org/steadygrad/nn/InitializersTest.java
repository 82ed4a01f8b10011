package org.steadygrad.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.golden.Golden.assertClose;

import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInitNormal;
import org.deeplearning4j.nn.weights.WeightInitRelu;
import org.deeplearning4j.nn.weights.WeightInitXavier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.steadygrad.check.InvalidInputException;

class InitializersTest {

    private static MultiLayerNetwork lstm() {
        MultiLayerNetwork net = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .list()
                .layer(new LSTM.Builder()
                        .nIn(3)
                        .nOut(7)
                        .weightInitRecurrent(Initializers.recurrent())
                        .build())
                .layer(new Bidirectional(new LSTM.Builder().nIn(7).nOut(33).build()))
                .layer(new SimpleRnn.Builder()
                        .nIn(66)
                        .nOut(5)
                        .weightInitRecurrent(Initializers.recurrentIdentity(0.5))
                        .build())
                .layer(new RnnOutputLayer.Builder().nIn(5).nOut(2).build())
                .build());
        net.init();
        return net;
    }

    @Test
    void eachGateIsOrthogonal() {
        INDArray weights = lstm().getParam("0_RW");
        for (int gate = 0; gate < 4; gate++) {
            INDArray block = weights.get(NDArrayIndex.all(), NDArrayIndex.interval(7 * gate, 7 * gate + 7));
            assertClose(Nd4j.eye(7).castTo(DataType.DOUBLE), block.transpose().mmul(block), 1e-9, "gate " + gate);
        }
    }

    @Test
    void identityHasItsScale() {
        assertEquals(Nd4j.eye(5).castTo(DataType.DOUBLE).mul(0.5), lstm().getParam("2_RW"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 3, 17})
    void perGateCoversEverySquareBlock(long units) {
        INDArray memory = Nd4j.zeros(DataType.FLOAT, units * units * 3);
        INDArray weights = Initializers.recurrentIdentity(1).init(1, 1, new long[] {units, 3 * units}, 'f', memory);
        assertEquals(3.0 * units, weights.sumNumber().doubleValue(), 0);
        assertEquals(1, weights.getDouble(units - 1, 3 * units - 1), 0);
    }

    @Test
    void perGateRefusesOtherShapes() {
        INDArray memory = Nd4j.zeros(6);
        assertThrows(
                InvalidInputException.class, () -> Initializers.recurrent().init(2, 3, new long[] {2, 3}, 'f', memory));
    }

    @Test
    void survivesJson() {
        MultiLayerConfiguration configuration = lstm().getLayerWiseConfigurations();
        assertEquals(configuration, MultiLayerConfiguration.fromJson(configuration.toJson()));
        LSTM read = (LSTM) MultiLayerConfiguration.fromJson(configuration.toJson())
                .getConf(0)
                .getLayer();
        assertEquals(Initializers.recurrent(), read.getWeightInitFnRecurrent());
    }

    @Test
    void chronoDrawsForgetAndInputGatesOnly() {
        MultiLayerNetwork net = lstm();
        ChronoLstm.apply(net.getLayer(1), 100, 3);
        for (String name : List.of("1_fb", "1_bb")) {
            INDArray bias = net.getParam(name);
            INDArray forget = bias.get(NDArrayIndex.interval(33, 66));
            assertTrue(forget.minNumber().doubleValue() >= 0);
            assertTrue(forget.maxNumber().doubleValue() <= Math.log(99));
            assertTrue(forget.maxNumber().doubleValue() > Math.log(50), "the long scales are there");
            assertEquals(forget.neg(), bias.get(NDArrayIndex.interval(99, 132)));
            assertEquals(0, bias.get(NDArrayIndex.interval(0, 33)).amaxNumber().doubleValue(), 0);
            assertEquals(0, bias.get(NDArrayIndex.interval(66, 99)).amaxNumber().doubleValue(), 0);
        }
    }

    /** With input and forget gates as chrono sets them, what is remembered decays as slowly as the gate says. */
    @Test
    void chronoOpensTheForgetGateOfDl4jsLayer() {
        MultiLayerNetwork net = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .list()
                .layer(new LSTM.Builder()
                        .nIn(1)
                        .nOut(1)
                        .activation(Activation.TANH)
                        .build())
                .layer(new RnnOutputLayer.Builder().nIn(1).nOut(2).build())
                .build());
        net.init();
        ChronoLstm.apply(net.getLayer(0), 1000, 3);
        double forgetBias = net.getParam("0_b").getDouble(1);
        net.getParam("0_W").assign(Nd4j.createFromArray(new double[][] {{100, 0, 100, 100}}));
        net.getParam("0_RW").assign(0);
        INDArray x = Nd4j.zeros(DataType.DOUBLE, 1, 1, 3);
        x.putScalar(0, 1);
        INDArray h = net.feedForward(x).get(1);
        // cell is 1 after the first step; output gate: 1, then 1/2
        double kept = 1 / (1 + Math.exp(-forgetBias));
        assertEquals(Math.tanh(kept) / 2, h.getDouble(0, 0, 1), 1e-6);
        assertEquals(Math.tanh(kept * kept) / 2, h.getDouble(0, 0, 2), 1e-6);
    }

    @Test
    void chronoRefusesOtherLayersAndShortSequences() {
        MultiLayerNetwork net = lstm();
        assertThrows(InvalidInputException.class, () -> ChronoLstm.apply(net.getLayer(2), 100, 3));
        assertThrows(InvalidInputException.class, () -> ChronoLstm.apply(net.getLayer(0), 2, 3));
    }

    @Test
    void theDefaultSuitsTheActivation() {
        for (Activation a : List.of(Activation.RELU, Activation.LEAKYRELU, Activation.GELU, Activation.MISH)) {
            assertInstanceOf(WeightInitRelu.class, Initializers.forActivation(a.getActivationFunction()));
        }
        assertInstanceOf(WeightInitNormal.class, Initializers.forActivation(Activation.SELU.getActivationFunction()));
        for (Activation a : List.of(Activation.SIGMOID, Activation.TANH, Activation.SOFTSIGN, Activation.IDENTITY)) {
            assertInstanceOf(WeightInitXavier.class, Initializers.forActivation(a.getActivationFunction()));
        }
        new DenseLayer.Builder().weightInit(Initializers.forActivation(Activation.RELU.getActivationFunction()));
    }
}
