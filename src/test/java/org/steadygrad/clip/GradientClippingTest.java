package org.steadygrad.clip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.spec.ClipSpec;

class GradientClippingTest {
    private static final int IN = 3;
    private static final int TIME = 7;

    private static NeuralNetConfiguration.Builder base(IUpdater updater) {
        return new NeuralNetConfiguration.Builder()
                .seed(12)
                .dataType(DataType.FLOAT)
                .updater(updater)
                .weightInit(WeightInit.XAVIER)
                .regularization(List.of(new WeightDecay(0.05, true)));
    }

    private static MultiLayerNetwork dense(IUpdater updater) {
        MultiLayerNetwork network = new MultiLayerNetwork(base(updater)
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(IN)
                        .nOut(9)
                        .activation(Activation.TANH)
                        .build())
                .layer(new BatchNormalization.Builder().nIn(9).nOut(9).build())
                .layer(new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(9)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
        network.init();
        return network;
    }

    private static MultiLayerNetwork recurrent(IUpdater updater, boolean truncated) {
        MultiLayerNetwork network = new MultiLayerNetwork(base(updater)
                .list()
                .layer(new SimpleRnn.Builder()
                        .nIn(IN)
                        .nOut(8)
                        .activation(Activation.TANH)
                        .build())
                .layer(new RnnOutputLayer.Builder(LossFunction.MSE)
                        .nIn(8)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .backpropType(truncated ? BackpropType.TruncatedBPTT : BackpropType.Standard)
                .tBPTTLength(3)
                .build());
        network.init();
        return network;
    }

    private static ComputationGraph graph(MultiLayerNetwork network) {
        return network.toComputationGraph();
    }

    /** A network that learns, and a batch of its kind that holds a value at its very end. */
    private record Setting(String name, Supplier<Model> network, boolean sequence) {
        @Override
        public String toString() {
            return name;
        }

        DataSet batch(long seed, double last) {
            Random random = new Random(seed);
            long[] inputs = sequence ? new long[] {5, IN, TIME} : new long[] {5, IN};
            long[] labels = sequence ? new long[] {5, 1, TIME} : new long[] {5, 1};
            INDArray x = uniform(random, inputs);
            if (last != 0) {
                x.putScalar(x.length() - 1, last);
            }
            return new DataSet(x, uniform(random, labels));
        }
    }

    private static INDArray uniform(Random random, long... shape) {
        INDArray flat = Nd4j.createFromArray(
                random.doubles(Nd4j.create(shape).length(), -1, 1).toArray());
        return flat.castTo(DataType.FLOAT).reshape('c', shape);
    }

    static Stream<Setting> settings() {
        return Stream.of(new Adam(0.01), new Nesterovs(0.01, 0.9), new Sgd(0.01))
                .flatMap(u -> Stream.of(
                        new Setting("network, " + u, () -> dense(u.clone()), false),
                        new Setting("graph, " + u, () -> graph(dense(u.clone())), false),
                        new Setting("recurrent network, " + u, () -> recurrent(u.clone(), false), true),
                        new Setting("truncated network, " + u, () -> recurrent(u.clone(), true), true),
                        new Setting("truncated graph, " + u, () -> graph(recurrent(u.clone(), true)), true)));
    }

    private static void fit(Model model, DataSet batch) {
        if (model instanceof MultiLayerNetwork network) {
            network.fit(batch);
        } else {
            ((ComputationGraph) model).fit(batch);
        }
    }

    private static INDArray updaterState(Model model) {
        return TrainedNetwork.of(model).updaterState();
    }

    private static void assertSameBits(INDArray expected, INDArray actual, String what) {
        if (expected != null) {
            assertEquals(expected.length(), actual.length(), what);
            float[] e = expected.dup().data().asFloat();
            float[] a = actual.dup().data().asFloat();
            for (int i = 0; i < e.length; i++) {
                assertEquals(Float.floatToRawIntBits(e[i]), Float.floatToRawIntBits(a[i]), what + ", element " + i);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aSkippedStepLeavesEveryBitAsItWas(Setting setting) {
        for (int goodSteps : new int[] {0, 3}) {
            Model model = setting.network().get();
            GradientClipping clipping = new GlobalNormClipping(0.1);
            model.setListeners(clipping);
            for (int i = 0; i < goodSteps; i++) {
                fit(model, setting.batch(i, 0));
            }
            // The last element poisons the last window only: the ones before it are applied.
            int windows = setting.name().startsWith("truncated") ? 3 : 1;
            Kept kept = new Kept(windows);
            model.setListeners(clipping, kept);
            fit(model, setting.batch(7, Double.NaN));
            assertEquals(1, clipping.skippedSteps());
            assertSameBits(kept.parameters, model.params(), "parameters");
            assertSameBits(kept.updaterState, updaterState(model), "updater state");
            assertTrue(clipping.lastSkipReason().orElseThrow().contains("NaN or infinite"));
        }
    }

    /** Keeps parameters and updater state as they are just before the given update of a fit. */
    private static final class Kept extends BaseTrainingListener {
        private final int update;
        private int seen;
        private INDArray parameters;
        private INDArray updaterState;

        Kept(int update) {
            this.update = update;
        }

        @Override
        public void onGradientCalculation(Model model) {
            seen++;
            if (seen == update) {
                parameters = model.params().dup();
                INDArray state = updaterState(model);
                updaterState = state == null ? null : state.dup();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void trainingGoesOnAsIfABadBatchHadNeverCome(Setting setting) {
        if (setting.name().startsWith("truncated")) {
            return; // the windows before the bad one are rightly learnt from
        }
        Model with = setting.network().get();
        Model without = setting.network().get();
        with.setListeners(new GlobalNormClipping(0.1));
        without.setListeners(new GlobalNormClipping(0.1));
        for (int i = 0; i < 4; i++) {
            fit(with, setting.batch(i, 0));
            fit(without, setting.batch(i, 0));
            fit(with, setting.batch(50 + i, Double.POSITIVE_INFINITY - Double.POSITIVE_INFINITY));
        }
        assertSameBits(without.params(), with.params(), "parameters");
        assertEquals(
                TrainedNetwork.of(without).iteration(), TrainedNetwork.of(with).iteration());
        assertTrue(Double.isFinite(with.params().sumNumber().doubleValue()));
    }

    @Test
    void withoutTheListenerABadBatchRuinsTheNetwork() {
        Setting setting = settings().findFirst().orElseThrow();
        Model model = setting.network().get();
        fit(model, setting.batch(1, Double.NaN));
        assertTrue(Double.isNaN(model.params().sumNumber().doubleValue()));
    }

    @Test
    void tooManySkipsInARowThrowAndGoodStepsResetTheCount() {
        Setting setting = settings().findFirst().orElseThrow();
        Model model = setting.network().get();
        GradientClipping clipping = new GlobalNormClipping(1, 2);
        model.setListeners(clipping);
        for (int round = 0; round < 3; round++) {
            fit(model, setting.batch(round, Double.NaN));
            fit(model, setting.batch(round, Double.NaN));
            fit(model, setting.batch(round, 0));
        }
        fit(model, setting.batch(9, Double.NaN));
        fit(model, setting.batch(9, Double.NaN));
        INDArray before = model.params().dup();
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> fit(model, setting.batch(9, Double.NaN)));
        assertTrue(e.getMessage().contains("at most 2 skipped steps in a row, got 3"), e.getMessage());
        assertEquals(9, clipping.skippedSteps());
        assertSameBits(before, model.params(), "parameters");
    }

    /** With plain SGD the update is learningRate * clipped averaged gradient, so that its norm tells the limit. */
    @Test
    void limitsReferToTheAveragedGradientWhateverTheBatch() {
        for (boolean averaged : new boolean[] {true, false}) {
            for (int batch : new int[] {1, 7, 33}) {
                MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                        .seed(3)
                        .dataType(DataType.DOUBLE)
                        .updater(new Sgd(1))
                        .miniBatch(averaged)
                        .list()
                        .layer(new OutputLayer.Builder(LossFunction.MSE)
                                .nIn(IN)
                                .nOut(2)
                                .activation(Activation.IDENTITY)
                                .build())
                        .build());
                network.init();
                GradientClipping clipping = new GlobalNormClipping(0.01);
                network.setListeners(clipping);
                INDArray before = network.params().dup();
                Random random = new Random(batch);
                network.fit(uniform(random, batch, IN), uniform(random, batch, 2));
                assertEquals(0.01, network.params().sub(before).norm2Number().doubleValue(), 1e-9, batch + " examples");
                assertEquals(0.01, clipping.lastResult().orElseThrow().normAfter(), 1e-9);
                assertTrue(clipping.lastResult().orElseThrow().normBefore() > 0.01);
            }
        }
    }

    @Test
    void runningStatisticsOfBatchNormAreNotScaled() {
        Setting setting = settings().findFirst().orElseThrow();
        MultiLayerNetwork clipped = (MultiLayerNetwork) setting.network().get();
        MultiLayerNetwork free = (MultiLayerNetwork) setting.network().get();
        clipped.setListeners(new GlobalNormClipping(1e-6));
        fit(clipped, setting.batch(1, 0));
        fit(free, setting.batch(1, 0));
        assertNotEquals(Nd4j.zeros(DataType.FLOAT, 1, 9), free.getParam("1_mean"));
        assertEquals(free.getParam("1_mean"), clipped.getParam("1_mean"));
    }

    /** Recurrent weights of 1.3 times the identity: the gradient grows by a factor of 1.3 per time step. */
    private static MultiLayerNetwork explosive() {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(5)
                .dataType(DataType.FLOAT)
                .updater(new Sgd(0.05))
                .list()
                .layer(new SimpleRnn.Builder()
                        .nIn(IN)
                        .nOut(8)
                        .activation(Activation.IDENTITY)
                        .build())
                .layer(new RnnOutputLayer.Builder(LossFunction.MSE)
                        .nIn(8)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
        network.init();
        network.getParam("0_RW").assign(Nd4j.eye(8).castTo(DataType.FLOAT).mul(1.3));
        return network;
    }

    @Test
    void aVanillaRnnWhoseGradientExplodesLearnsWithClippingAndIsLostWithoutIt() {
        Random random = new Random(1);
        DataSet batch = new DataSet(uniform(random, 8, IN, 17), uniform(random, 8, 1, 17));
        MultiLayerNetwork free = explosive();
        MultiLayerNetwork clipped = explosive();
        GradientClipping clipping = new GlobalNormClipping(1.0);
        clipped.setListeners(clipping);
        double first = clipped.score(batch);
        for (int i = 0; i < 200; i++) {
            free.fit(batch);
            clipped.fit(batch);
        }
        assertFalse(Double.isFinite(free.params().sumNumber().doubleValue()), "without clipping");
        assertEquals(0, clipping.skippedSteps());
        double last = clipped.score(batch);
        assertTrue(last < first / 20, "loss went from " + first + " to " + last);
    }

    @ParameterizedTest
    @MethodSource("org.steadygrad.clip.ClipPoliciesTest#all")
    void everyPolicyRunsOnAPlainNetwork(ClipSpec spec) {
        Setting setting = settings().findFirst().orElseThrow();
        Model model = setting.network().get();
        GradientClipping clipping = GradientClipping.of(spec);
        model.setListeners(clipping);
        for (int i = 0; i < 12; i++) {
            fit(model, setting.batch(i, 0));
        }
        assertTrue(clipping.lastResult().orElseThrow().normBefore() > 0);
        assertTrue(Double.isFinite(model.params().sumNumber().doubleValue()));
    }

    @Test
    void theDefaultNumberOfSkipsIsThatOfRunFiles() {
        assertTrue(GradientClipping.defaultMaxSkips() > 1);
    }

    @Test
    void onlyWholeNetworksAreSupported() {
        MultiLayerNetwork network = dense(new Sgd(0.1));
        assertThrows(InvalidInputException.class, () -> new GlobalNormClipping(1)
                .onGradientCalculation(network.getLayer(0)));
        assertThrows(InvalidInputException.class, () -> new GlobalNormClipping(-1));
    }
}
