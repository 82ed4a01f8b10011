package org.steadygrad.nn;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The backward pass against numerical gradients in double, by DL4J's own checker. */
class GruGradientTest {
    private static final int IN = 3;
    private static final int OUT = 2;

    /** The checker reads the global default type and wants double. */
    @BeforeAll
    static void inDouble() {
        Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
    }

    @AfterAll
    static void inFloatAgain() {
        Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
    }

    private static GRU gru(int nIn, int nOut) {
        return new GRU.Builder().nIn(nIn).nOut(nOut).build();
    }

    private static NeuralNetConfiguration.Builder base() {
        return new NeuralNetConfiguration.Builder()
                .seed(12345)
                .dataType(DataType.DOUBLE)
                .updater(new NoOp())
                .weightInit(new NormalDistribution(0, 0.7));
    }

    private static INDArray random(long... shape) {
        Nd4j.getRandom().setSeed(99);
        return Nd4j.randn(DataType.DOUBLE, shape);
    }

    private static INDArray maskWithGaps(int batch, int steps) {
        INDArray mask = Nd4j.ones(DataType.DOUBLE, batch, steps);
        mask.putScalar(0, steps - 1, 0);
        if (batch > 1) {
            mask.putScalar(1, 0, 0);
            mask.putScalar(1, steps / 2, 0);
        }
        return mask;
    }

    private static MultiLayerNetwork network(RNNFormat format, Layer... layers) {
        NeuralNetConfiguration.ListBuilder list = base().list();
        for (Layer layer : layers) {
            list.layer(layer);
        }
        MultiLayerConfiguration conf =
                list.setInputType(InputType.recurrent(IN, format)).build();
        MultiLayerNetwork network = new MultiLayerNetwork(conf);
        network.init();
        return network;
    }

    private static RnnOutputLayer sequenceOutput(RNNFormat format) {
        return new RnnOutputLayer.Builder(LossFunction.MSE)
                .activation(Activation.IDENTITY)
                .nOut(OUT)
                .dataFormat(format)
                .build();
    }

    private static void check(MultiLayerNetwork network, INDArray x, INDArray y, INDArray featureMask) {
        assertTrue(GradientCheckUtil.checkGradients(new GradientCheckUtil.MLNConfig()
                .net(network)
                .epsilon(1e-6)
                .maxRelError(1e-5)
                // The loss is about 10 here, so that its rounding alone makes a difference quotient wrong by 1e-9.
                .minAbsoluteError(1e-8)
                .input(x)
                .labels(y)
                .inputMask(featureMask)
                .subset(true)
                .maxPerParam(12)));
    }

    private static void checkSequence(Layer layer, int batch, int steps, INDArray mask) {
        check(
                network(RNNFormat.NCW, layer, sequenceOutput(RNNFormat.NCW)),
                random(batch, IN, steps),
                random(batch, OUT, steps),
                mask);
    }

    @ParameterizedTest
    @CsvSource({"1,1,1", "1,3,7", "3,7,1", "3,1,7", "7,17,3", "2,33,5"})
    void plain(int batch, int units, int steps) {
        checkSequence(gru(IN, units), batch, steps, null);
    }

    @Test
    void maskedWithGapsAndLeadingPadding() {
        checkSequence(gru(IN, 5), 3, 7, maskWithGaps(3, 7));
    }

    @ParameterizedTest
    @EnumSource(Bidirectional.Mode.class)
    void bidirectional(Bidirectional.Mode mode) {
        checkSequence(new Bidirectional(mode, gru(IN, 4)), 3, 5, null);
        checkSequence(new Bidirectional(mode, gru(IN, 4)), 3, 5, maskWithGaps(3, 5));
    }

    @ParameterizedTest
    @CsvSource({
        "RELU,SIGMOID",
        "SOFTSIGN,HARDSIGMOID",
        "ELU,SIGMOID",
        "TANH,RATIONALTANH",
        "SIGMOID,TANH",
        "SWISH,HARDTANH",
        "GELU,SIGMOID",
        "IDENTITY,SIGMOID"
    })
    void otherActivations(Activation candidate, Activation gate) {
        GRU layer = new GRU.Builder()
                .nIn(IN)
                .nOut(5)
                .activation(candidate)
                .gateActivationFunction(gate)
                .build();
        checkSequence(layer, 3, 6, null);
        checkSequence(layer, 3, 6, maskWithGaps(3, 6));
    }

    @ParameterizedTest
    @EnumSource(RNNFormat.class)
    void lastTimeStep(RNNFormat format) {
        GRU layer = new GRU.Builder().nIn(IN).nOut(5).dataFormat(format).build();
        OutputLayer output = new OutputLayer.Builder(LossFunction.MSE)
                .activation(Activation.IDENTITY)
                .nOut(OUT)
                .build();
        INDArray x = format == RNNFormat.NCW ? random(3, IN, 7) : random(3, 7, IN);
        INDArray atEnd = Nd4j.ones(DataType.DOUBLE, 3, 7);
        atEnd.get(NDArrayIndex.point(0), NDArrayIndex.interval(4, 7)).assign(0);
        check(network(format, new LastTimeStep(layer), output), x, random(3, OUT), null);
        check(network(format, new LastTimeStep(layer), output), x, random(3, OUT), atEnd);
    }

    @Test
    void maskZero() {
        INDArray x = random(3, IN, 6);
        x.get(NDArrayIndex.point(1), NDArrayIndex.all(), NDArrayIndex.interval(3, 6))
                .assign(0);
        x.get(NDArrayIndex.point(2), NDArrayIndex.all(), NDArrayIndex.interval(1, 3))
                .assign(0);
        MultiLayerNetwork network = network(
                RNNFormat.NCW,
                new MaskZeroLayer.Builder()
                        .setUnderlying(gru(IN, 4))
                        .setMaskValue(0)
                        .build(),
                sequenceOutput(RNNFormat.NCW));
        check(network, x, random(3, OUT, 6), null);
    }

    @Test
    void featuresLast() {
        GRU first = new GRU.Builder().nOut(4).dataFormat(RNNFormat.NWC).build();
        GRU second = new GRU.Builder().nOut(3).dataFormat(RNNFormat.NWC).build();
        MultiLayerNetwork network = network(RNNFormat.NWC, first, second, sequenceOutput(RNNFormat.NWC));
        check(network, random(3, 7, IN), random(3, 7, OUT), null);
        check(network, random(3, 7, IN), random(3, 7, OUT), maskWithGaps(3, 7));
    }

    @Test
    void inAGraphWithASkipConnection() {
        ComputationGraphConfiguration conf = base().graphBuilder()
                .addInputs("in")
                .addLayer("a", gru(IN, 4), "in")
                .addLayer("b", gru(4 + IN, 3), "a", "in")
                .addLayer("out", sequenceOutput(RNNFormat.NCW), "b", "a")
                .setOutputs("out")
                .setInputTypes(InputType.recurrent(IN))
                .build();
        ComputationGraph graph = new ComputationGraph(conf);
        graph.init();
        assertTrue(GradientCheckUtil.checkGradients(new GradientCheckUtil.GraphConfig()
                .net(graph)
                .epsilon(1e-6)
                .maxRelError(1e-5)
                // The loss is about 10 here, so that its rounding alone makes a difference quotient wrong by 1e-9.
                .minAbsoluteError(1e-8)
                .inputs(new INDArray[] {random(3, IN, 5)})
                .labels(new INDArray[] {random(3, OUT, 5)})
                .subset(true)
                .maxPerParam(12)));
    }

    @Test
    void withL2OnWeights() {
        GRU layer =
                new GRU.Builder().nIn(IN).nOut(4).l1(0.01).l2(0.02).l2Bias(0.03).build();
        checkSequence(layer, 3, 5, null);
    }
}
