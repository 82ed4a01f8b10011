package org.steadygrad.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.golden.Golden.assertClose;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Set;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.buffer.util.DataTypeUtil;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.check.InvalidInputException;

class BatchNormTest {
    private static final Set<String> STATISTICS =
            Set.of("1_mean", "1_var", "1_log10stdev", "bn_mean", "bn_var", "bn_log10stdev");

    private static DataType typeBefore;

    /** DL4J's gradient check wants double as the global type. */
    @BeforeAll
    static void computeInDouble() {
        typeBefore = Nd4j.dataType();
        DataTypeUtil.setDTypeForContext(DataType.DOUBLE);
    }

    @AfterAll
    static void restoreType() {
        DataTypeUtil.setDTypeForContext(typeBefore);
    }

    private static NeuralNetConfiguration.Builder base(WorkspaceMode mode) {
        return new NeuralNetConfiguration.Builder()
                .seed(3)
                .dataType(DataType.DOUBLE)
                .updater(new Sgd(1))
                .activation(Activation.TANH)
                .trainingWorkspaceMode(mode)
                .inferenceWorkspaceMode(mode);
    }

    private static Layer norm(boolean logStd) {
        return new BatchNorm.Builder()
                .useLogStd(logStd)
                .eps(1e-3)
                .activation(Activation.SIGMOID)
                .build();
    }

    private static MultiLayerNetwork vectors(Layer norm, WorkspaceMode mode) {
        MultiLayerNetwork net = new MultiLayerNetwork(base(mode)
                .list()
                .layer(new DenseLayer.Builder().nOut(7).build())
                .layer(norm)
                .layer(new OutputLayer.Builder(LossFunction.MSE).nOut(2).build())
                .setInputType(InputType.feedForward(3))
                .build());
        net.init();
        return net;
    }

    private static ComputationGraph sequences(RNNFormat format, WorkspaceMode mode) {
        ComputationGraph net = new ComputationGraph(base(mode)
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.recurrent(3, format))
                .addLayer(
                        "rnn",
                        new SimpleRnn.Builder().nOut(3).dataFormat(format).build(),
                        "in")
                .addLayer("bn", norm(true), "rnn")
                .addLayer(
                        "out",
                        new RnnOutputLayer.Builder(LossFunction.MSE)
                                .nOut(2)
                                .dataFormat(format)
                                .build(),
                        "bn")
                .setOutputs("out")
                .build());
        net.init();
        return net;
    }

    private static INDArray normal(long... shape) {
        return Nd4j.randn(DataType.DOUBLE, shape);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void vectorsPassTheGradientCheck(boolean logStd) {
        Nd4j.getRandom().setSeed(1);
        MultiLayerNetwork net = vectors(norm(logStd), WorkspaceMode.ENABLED);
        assertTrue(GradientCheckUtil.checkGradients(new GradientCheckUtil.MLNConfig()
                .net(net)
                .input(normal(6, 3))
                .labels(normal(6, 2))
                .excludeParams(STATISTICS)));
    }

    @ParameterizedTest
    @EnumSource(RNNFormat.class)
    void maskedSequencesPassTheGradientCheck(RNNFormat format) {
        Nd4j.getRandom().setSeed(1);
        boolean ncw = format == RNNFormat.NCW;
        INDArray mask = Nd4j.createFromArray(new double[][] {{1, 1, 1, 1}, {1, 0, 0, 0}, {1, 1, 0, 0}});
        assertTrue(GradientCheckUtil.checkGradients(new GradientCheckUtil.GraphConfig()
                .net(sequences(format, WorkspaceMode.ENABLED))
                .inputs(new INDArray[] {ncw ? normal(3, 3, 4) : normal(3, 4, 3)})
                .labels(new INDArray[] {ncw ? normal(3, 2, 4) : normal(3, 4, 2)})
                .inputMask(new INDArray[] {mask})
                .labelMask(new INDArray[] {mask})
                .excludeParams(STATISTICS)));
    }

    @Test
    void bothFormatsComputeTheSame() {
        ComputationGraph ncw = sequences(RNNFormat.NCW, WorkspaceMode.ENABLED);
        ComputationGraph nwc = sequences(RNNFormat.NWC, WorkspaceMode.NONE);
        nwc.setParams(ncw.params());
        INDArray x = normal(3, 3, 5);
        INDArray y = normal(3, 2, 5);
        for (int i = 0; i < 3; i++) {
            ncw.fit(new DataSet(x, y));
            nwc.fit(new DataSet(x.permute(0, 2, 1).dup('c'), y.permute(0, 2, 1).dup('c')));
        }
        assertClose(ncw.params(), nwc.params(), 1e-10, "parameters");
        INDArray output = nwc.outputSingle(x.permute(0, 2, 1).dup('c'));
        assertClose(ncw.outputSingle(x).permute(0, 2, 1), output, 1e-10, "output");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void trainsExactlyAsDl4jDoesWhereDl4jIsRight(boolean logStd) {
        Layer theirs =
                new BatchNormalization.Builder().useLogStd(logStd).eps(1e-3).build();
        Layer ours = new BatchNorm.Builder().useLogStd(logStd).eps(1e-3).build();
        MultiLayerNetwork expected = vectors(theirs, WorkspaceMode.ENABLED);
        MultiLayerNetwork actual = vectors(ours, WorkspaceMode.ENABLED);
        assertEquals(expected.params(), actual.params());
        assertEquals(expected.paramTable().keySet(), actual.paramTable().keySet());
        for (int i = 0; i < 5; i++) {
            DataSet batch = new DataSet(normal(8, 3), normal(8, 2));
            expected.fit(batch);
            actual.fit(batch);
        }
        assertClose(expected.params(), actual.params(), 1e-8, "parameters and running statistics");
        INDArray x = normal(1, 3);
        assertClose(expected.output(x), actual.output(x), 1e-8, "output");
    }

    @Test
    void workspacesMakeNoDifference() {
        MultiLayerNetwork with = vectors(norm(true), WorkspaceMode.ENABLED);
        MultiLayerNetwork without = vectors(norm(true), WorkspaceMode.NONE);
        for (int i = 0; i < 3; i++) {
            DataSet batch = new DataSet(normal(8, 3), normal(8, 2));
            with.fit(batch);
            without.fit(batch);
        }
        assertEquals(without.params(), with.params());
    }

    @Test
    void lockedGammaAndBetaAreAppliedWhateverTheyAre() {
        INDArray x = normal(5, 3);
        Layer lockedShift =
                new BatchNorm.Builder().lockGammaBeta(true).gamma(1).beta(0.5).build();
        MultiLayerNetwork net = vectors(lockedShift, WorkspaceMode.ENABLED);
        Layer plain = new BatchNorm.Builder().lockGammaBeta(true).build();
        MultiLayerNetwork unshifted = vectors(plain, WorkspaceMode.ENABLED);
        INDArray difference =
                net.feedForward(x).get(2).sub(unshifted.feedForward(x).get(2));
        assertEquals(0.5, difference.minNumber().doubleValue(), 1e-9);
        assertEquals(2 * 7, net.getLayer(1).numParams());
        assertTrue(GradientCheckUtil.checkGradients(new GradientCheckUtil.MLNConfig()
                .net(net)
                .input(x)
                .labels(normal(5, 2))
                .excludeParams(STATISTICS)));
        net.fit(x, normal(5, 2));
    }

    @Test
    void aWhollyMaskedBatchLeavesTheRunningStatistics() {
        ComputationGraph net = sequences(RNNFormat.NCW, WorkspaceMode.ENABLED);
        INDArray mask = Nd4j.zeros(DataType.DOUBLE, 2, 4);
        DataSet batch = new DataSet(normal(2, 3, 4), normal(2, 2, 4), mask, mask);
        net.fit(batch);
        assertEquals(0, net.getLayer("bn").getParam("mean").amaxNumber().doubleValue(), 0);
        assertEquals(0, net.getLayer("bn").getParam("log10stdev").amaxNumber().doubleValue(), 1e-12);
    }

    @Test
    void aConstantFeatureKeepsTheLogarithmicDeviationFinite() {
        Layer forgetful = new BatchNorm.Builder().useLogStd(true).decay(0).build();
        MultiLayerNetwork net = vectors(forgetful, WorkspaceMode.ENABLED);
        for (int i = 0; i < 3; i++) {
            net.fit(new DataSet(Nd4j.ones(DataType.DOUBLE, 4, 3), normal(4, 2)));
        }
        INDArray logarithm = net.getLayer(1).getParam("log10stdev");
        assertTrue(Double.isFinite(logarithm.sumNumber().doubleValue()));
    }

    @Test
    void passesGradientsOnWhenFrozen() {
        MultiLayerNetwork net = new MultiLayerNetwork(base(WorkspaceMode.ENABLED)
                .list()
                .layer(new DenseLayer.Builder().nIn(3).nOut(7).build())
                .layer(new FrozenLayerWithBackprop(new BatchNorm.Builder()
                        .activation(Activation.TANH)
                        .nIn(7)
                        .nOut(7)
                        .build()))
                .layer(new OutputLayer.Builder(LossFunction.MSE).nIn(7).nOut(2).build())
                .build());
        net.init();
        INDArray before = net.getLayer(1).params().dup();
        INDArray weights = net.getParam("0_W").dup();
        net.fit(normal(4, 3), normal(4, 2));
        assertEquals(before, net.getLayer(1).params());
        assertNotEquals(weights, net.getParam("0_W"));
    }

    @Test
    void survivesJsonAndModelFiles() throws Exception {
        ComputationGraph net = sequences(RNNFormat.NWC, WorkspaceMode.ENABLED);
        net.fit(new DataSet(normal(3, 4, 3), normal(3, 4, 2)));
        ComputationGraphConfiguration read =
                ComputationGraphConfiguration.fromJson(net.getConfiguration().toJson());
        assertEquals(net.getConfiguration(), read);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ModelSerializer.writeModel(net, file, true);
        ComputationGraph restored =
                ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(file.toByteArray()), true);
        BatchNorm layer =
                assertInstanceOf(BatchNorm.class, restored.getLayer("bn").conf().getLayer());
        assertEquals(RNNFormat.NWC, layer.getRnnFormat());
        INDArray x = normal(2, 4, 3);
        assertEquals(net.outputSingle(x), restored.outputSingle(x));

        MultiLayerNetwork flat = vectors(norm(false), WorkspaceMode.ENABLED);
        assertEquals(
                flat.getLayerWiseConfigurations(),
                MultiLayerConfiguration.fromJson(
                        flat.getLayerWiseConfigurations().toJson()));
        assertEquals(
                flat.getLayerWiseConfigurations(),
                MultiLayerConfiguration.fromYaml(
                        flat.getLayerWiseConfigurations().toYaml()));
    }

    @Test
    void theNetworksActivationIsNotTakenOver() {
        MultiLayerNetwork net = vectors(new BatchNorm.Builder().build(), WorkspaceMode.ENABLED);
        BatchNorm layer = (BatchNorm) net.getLayer(1).conf().getLayer();
        assertEquals(Activation.IDENTITY.getActivationFunction(), layer.getActivationFn());
        assertInstanceOf(
                Adam.class,
                ((BatchNorm) new BatchNorm.Builder().updater(new Adam(0.1)).build()).getIUpdater());
    }

    @Test
    void refusesImages() {
        InvalidInputException e = assertThrows(
                InvalidInputException.class, () -> new BatchNorm().getOutputType(0, InputType.convolutional(3, 3, 1)));
        assertTrue(e.getMessage().contains("BatchNormalization"));
    }
}
