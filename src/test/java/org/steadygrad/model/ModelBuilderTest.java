package org.steadygrad.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.nn.TorchUpdater;
import org.steadygrad.spec.ActivationKind;
import org.steadygrad.spec.CheckpointSpec;
import org.steadygrad.spec.ClipSpec;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.EarlyStoppingSpec;
import org.steadygrad.spec.GuardSpec;
import org.steadygrad.spec.HealthSpec;
import org.steadygrad.spec.InitializerKind;
import org.steadygrad.spec.LayerSpec;
import org.steadygrad.spec.LayerSpec.Direction;
import org.steadygrad.spec.LayerSpec.PoolKind;
import org.steadygrad.spec.LossMean;
import org.steadygrad.spec.LossSpec;
import org.steadygrad.spec.ModelSpec;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.ScheduleSpec;
import org.steadygrad.spec.TrainingSpec;
import org.steadygrad.spec.UpdaterFormula;
import org.steadygrad.spec.UpdaterSpec;
import org.steadygrad.spec.yaml.RunFiles;

class ModelBuilderTest {
    private static final InitializerKind AUTO = InitializerKind.AUTO;
    private static final ActivationKind TANH = ActivationKind.TANH;
    private static final ActivationKind SIGMOID = ActivationKind.SIGMOID;
    private static final DataDescription VECTORS = new DataDescription(InputKind.VECTOR, 4, TargetKind.CLASS, 3, 1);
    private static final DataDescription SEQUENCES = new DataDescription(InputKind.SEQUENCE, 4, TargetKind.CLASS, 3, 5);
    private static final DataDescription SYMBOLS =
            new DataDescription(InputKind.SYMBOLS, 6, TargetKind.CLASS_PER_STEP, 6, 5);
    private static final DataDescription NUMBERS =
            new DataDescription(InputKind.SEQUENCE, 4, TargetKind.NUMBERS_PER_STEP, 2, 5);

    private static TrainingSpec training(int warmup, double decay, int truncation) {
        return new TrainingSpec(
                8,
                1,
                null,
                null,
                new UpdaterSpec.Adam(0.01, 0.9, 0.999, 1e-8, UpdaterFormula.PY_TORCH),
                new ScheduleSpec.Constant(),
                warmup,
                decay,
                0,
                0.001,
                LossMean.PER_EXAMPLE,
                new ClipSpec.None(),
                1,
                truncation,
                new GuardSpec.Off(3),
                null,
                new EarlyStoppingSpec(0, 0),
                CheckpointSpec.defaults());
    }

    private static ModelBuilder builder(DataDescription data, TrainingSpec training, LayerSpec... layers) {
        DataSpec source = new DataSpec.Adding(10, 10, 10);
        HealthSpec health = RunFiles.defaults(HealthSpec.class);
        ModelSpec model = new ModelSpec(List.of(layers), false);
        return new ModelBuilder(
                new RunSpec("r", 7, source, model, training, health, "auto", null, null, null), data, 100);
    }

    private static ModelBuilder builder(DataDescription data, LayerSpec... layers) {
        return builder(data, training(0, 0, 0), layers);
    }

    private static LayerSpec.Dense dense(int units, ActivationKind activation) {
        return new LayerSpec.Dense(units, activation, AUTO, 0.1);
    }

    private static LayerSpec.Gru gru(Direction direction, int layers) {
        return new LayerSpec.Gru(5, layers, direction, 0.1, AUTO, AUTO, TANH, SIGMOID, 10);
    }

    private static LayerSpec.Lstm lstm(Direction direction, InitializerKind init, int chrono) {
        return new LayerSpec.Lstm(4, 1, direction, 0, init, init, TANH, SIGMOID, 1, chrono);
    }

    private static LayerSpec.Rnn rnn(InitializerKind init) {
        return new LayerSpec.Rnn(7, 2, Direction.FORWARD, 0, init, init, ActivationKind.RELU);
    }

    private static LayerSpec.Stack stack(boolean batchNorm, boolean residual) {
        return new LayerSpec.Stack(4, 4, SIGMOID, batchNorm, residual, AUTO, 0.1);
    }

    private record Network(DataDescription data, List<LayerSpec> layers) {}

    static List<Network> networks() {
        LayerSpec norm = new LayerSpec.BatchNorm(ActivationKind.RELU, 0.9, 1e-5);
        LayerSpec activate = new LayerSpec.Activate(ActivationKind.SOFTMAX);
        LayerSpec drop = new LayerSpec.Dropout(0.2);
        LayerSpec last = new LayerSpec.Pool(PoolKind.LAST);
        return List.of(
                new Network(VECTORS, List.of(dense(7, TANH), norm, activate, drop, stack(true, true))),
                new Network(VECTORS, List.of(stack(false, true), stack(true, false))),
                new Network(SEQUENCES, List.of(gru(Direction.CONCAT, 2), new LayerSpec.Pool(PoolKind.MAX), norm)),
                new Network(SEQUENCES, List.of(stack(true, true), rnn(AUTO), norm, dense(3, TANH), drop, last)),
                new Network(SEQUENCES, List.of(lstm(Direction.ADD, AUTO, 9), norm, activate)),
                new Network(SEQUENCES, List.of(dense(3, TANH), new LayerSpec.Pool(PoolKind.AVERAGE))),
                new Network(SEQUENCES, List.of(rnn(AUTO), new LayerSpec.Pool(PoolKind.SUM), dense(3, TANH))),
                new Network(SEQUENCES, List.of(rnn(AUTO), new LayerSpec.Pool(PoolKind.MAX), stack(true, true))),
                new Network(SYMBOLS, List.of(new LayerSpec.Embedding(3), gru(Direction.FORWARD, 1), dense(5, TANH))),
                new Network(SYMBOLS, List.of(lstm(Direction.FORWARD, AUTO, 5))),
                new Network(NUMBERS, List.of(lstm(Direction.AVERAGE, InitializerKind.IDENTITY, 0), norm)),
                new Network(NUMBERS, List.of(stack(true, true))));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void trainsAndSurvivesJson(Network network) {
        ComputationGraph net = builder(network.data(), network.layers().toArray(new LayerSpec[0]))
                .build();
        assertEquals(List.of("input"), net.getConfiguration().getNetworkInputs());
        assertEquals(List.of("output"), net.getConfiguration().getNetworkOutputs());
        MultiDataSet batch = batch(network.data());
        net.fit(batch);
        double before = net.score();
        for (int i = 0; i < 15; i++) {
            net.fit(batch);
        }
        assertTrue(net.score() < before, before + " -> " + net.score());
        String json = net.getConfiguration().toJson();
        assertEquals(net.getConfiguration(), ComputationGraphConfiguration.fromJson(json));
        FlatLayouts.of(net);
    }

    /** Example 1 is one step shorter if there are steps. */
    private static MultiDataSet batch(DataDescription data) {
        int n = 6;
        Nd4j.getRandom().setSeed(3);
        boolean steps = data.input() != InputKind.VECTOR;
        INDArray x = steps ? Nd4j.randn(DataType.FLOAT, n, data.inputSize(), 5) : Nd4j.randn(DataType.FLOAT, n, 4);
        if (data.input() == InputKind.SYMBOLS) {
            x = Nd4j.rand(DataType.FLOAT, n, 1, 5).muli(data.inputSize() - 1e-3);
            x = org.nd4j.linalg.ops.transforms.Transforms.floor(x, false);
        }
        INDArray y = data.target().perStep()
                ? Nd4j.zeros(DataType.FLOAT, n, data.targetSize(), 5)
                : Nd4j.zeros(DataType.FLOAT, n, data.targetSize());
        for (int i = 0; i < n; i++) {
            if (data.target().perStep()) {
                y.get(NDArrayIndex.point(i), NDArrayIndex.point(i % data.targetSize()), NDArrayIndex.all())
                        .assign(1);
            } else {
                y.putScalar(i, i % data.targetSize(), 1);
            }
        }
        INDArray[] masks = null;
        if (steps) {
            INDArray mask = Nd4j.ones(DataType.FLOAT, n, 5);
            mask.putScalar(1, 4, 0);
            masks = new INDArray[] {mask};
        }
        INDArray[] labelMasks = data.target().perStep() ? masks : null;
        return new MultiDataSet(new INDArray[] {x}, new INDArray[] {y}, masks, labelMasks);
    }

    @Test
    void withoutPoolingTheLastUnmaskedStepIsPutOut() {
        ComputationGraph net = builder(SEQUENCES, rnn(AUTO)).build();
        MultiDataSet batch = batch(SEQUENCES);
        INDArray changed = batch.getFeatures(0).dup();
        changed.get(NDArrayIndex.point(1), NDArrayIndex.all(), NDArrayIndex.point(4))
                .assign(50);
        INDArray[] masks = batch.getFeaturesMaskArrays();
        INDArray expected = net.output(false, batch.getFeatures(), masks)[0];
        assertEquals(expected, net.output(false, new INDArray[] {changed}, masks)[0]);
        changed.get(NDArrayIndex.point(1), NDArrayIndex.all(), NDArrayIndex.point(3))
                .assign(50);
        assertTrue(!expected.equals(net.output(false, new INDArray[] {changed}, masks)[0]));
    }

    @Test
    void symbolsWithoutEmbeddingAreOneHot() {
        ComputationGraph net =
                builder(SYMBOLS, lstm(Direction.FORWARD, AUTO, 0)).build();
        INDArray x = Nd4j.createFromArray(new float[][][] {{{3, 0, 5}}});
        INDArray oneHot = net.feedForward(x, false).get("oneHot");
        assertEquals(3, oneHot.sumNumber().doubleValue(), 0);
        assertEquals(1, oneHot.getDouble(0, 3, 0), 0);
        assertEquals(1, oneHot.getDouble(0, 5, 2), 0);
    }

    @Test
    void chronoBiasesAreSet() {
        INDArray bias = builder(SEQUENCES, lstm(Direction.FORWARD, AUTO, 50))
                .build()
                .getLayer("lstm1")
                .getParam("b");
        assertEquals(bias.getDouble(4), -bias.getDouble(12), 0);
        assertTrue(bias.getDouble(4) > 0 && bias.getDouble(4) != bias.getDouble(5));
    }

    @Test
    void dropoutIsTheDroppedShare() {
        ComputationGraph net = builder(VECTORS, dense(7, TANH)).build();
        DenseLayer layer = (DenseLayer) net.getLayer("dense1").conf().getLayer();
        assertEquals(0.9, ((Dropout) layer.getIDropout()).getP(), 1e-12);
    }

    @Test
    void trainingSettingsReachTheLayers() {
        ComputationGraph net = builder(SYMBOLS, training(10, 0.1, 3), rnn(AUTO)).build();
        assertEquals(BackpropType.TruncatedBPTT, net.getConfiguration().getBackpropType());
        assertEquals(3, net.getConfiguration().getTbpttBackLength());
        var layer = (org.deeplearning4j.nn.conf.layers.BaseLayer)
                net.getLayer("rnn1-1").conf().getLayer();
        assertEquals(2, layer.getRegularizationByParam("RW").size());
        assertInstanceOf(WeightDecay.class, layer.getRegularizationByParam("W").get(1));
        assertTrue(layer.getRegularizationByParam("b") == null
                || layer.getRegularizationByParam("b").isEmpty());
        IUpdater adam = layer.getIUpdater();
        assertEquals(TorchUpdater.Method.ADAM, ((TorchUpdater) adam).method());
        assertEquals(0.01 / 11, adam.getLearningRate(0, 0), 1e-12);
        assertEquals(0.01, adam.getLearningRate(10, 0), 1e-12);
    }

    @Test
    void theSameSeedGivesTheSameNetwork() {
        LayerSpec[] layers = {lstm(Direction.CONCAT, AUTO, 9), gru(Direction.FORWARD, 1)};
        assertEquals(
                builder(SEQUENCES, layers).build().params(),
                builder(SEQUENCES, layers).build().params());
    }

    @ParameterizedTest
    @EnumSource(InitializerKind.class)
    void everyInitialiserBuilds(InitializerKind init) {
        builder(SEQUENCES, lstm(Direction.FORWARD, init, 0)).build();
        builder(VECTORS, new LayerSpec.Dense(4, TANH, init, 0)).build();
    }

    @ParameterizedTest
    @EnumSource(ActivationKind.class)
    void everyActivationBuilds(ActivationKind activation) {
        ComputationGraph net = builder(VECTORS, dense(5, activation)).build();
        assertTrue(Double.isFinite(
                net.outputSingle(Nd4j.randn(DataType.FLOAT, 3, 4)).sumNumber().doubleValue()));
    }

    @Test
    void whatDoesNotFitIsNamedByPosition() {
        LayerSpec pool = new LayerSpec.Pool(PoolKind.LAST);
        LayerSpec embedding = new LayerSpec.Embedding(3);
        assertRefused("layer 1 (pool)", builder(VECTORS, pool));
        assertRefused("layer 2 (gru)", builder(VECTORS, dense(3, TANH), gru(Direction.FORWARD, 1)));
        assertRefused("layer 1 (embedding)", builder(SEQUENCES, embedding));
        assertRefused("layer 2 (embedding)", builder(SYMBOLS, rnn(AUTO), embedding));
        assertRefused("layer 3 (output)", builder(NUMBERS, rnn(AUTO), pool));
        assertRefused(
                "layer 2 (output)",
                builder(NUMBERS, rnn(AUTO), new LayerSpec.Output(LossSpec.softmaxCrossEntropy(), AUTO, 0)));
        assertRefused("layer 1 (rnn)", builder(SEQUENCES, rnn(InitializerKind.IDENTITY)));
        assertRefused("layer 1 (gru)", builder(NUMBERS, training(0, 0, 3), gru(Direction.CONCAT, 1)));
        assertRefused("truncatedBptt", builder(SEQUENCES, training(0, 0, 3), gru(Direction.FORWARD, 1)));
    }

    private static void assertRefused(String position, ModelBuilder builder) {
        InvalidInputException e = assertThrows(InvalidInputException.class, builder::configuration);
        assertTrue(e.getMessage().contains(position), e.getMessage());
    }
}
