package org.steadygrad.engine.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineSubject;
import org.steadygrad.model.NormalizedStatistics;
import org.steadygrad.nn.BatchNorm;
import org.steadygrad.ops.ClipRule;

/** Running mean and variance are those of the batches seen, whatever is done to gradients and weights beside them. */
class RunningStatisticsTest {
    private static final double DECAY = 0.9;
    private static final int STEPS = 30;
    private static final int ROWS = 16;

    /** What a network does to gradients or weights. */
    private record Setting(String name, GradientNormalization normalization, boolean constrained) {
        NeuralNetConfiguration.Builder builder() {
            return new NeuralNetConfiguration.Builder()
                    .updater(new Sgd(0.1))
                    .l2(0.01)
                    .weightDecay(0.01)
                    .gradientNormalization(normalization)
                    .gradientNormalizationThreshold(0.01);
        }

        BatchNormalization layer(BatchNormalization.Builder layer) {
            layer.decay(DECAY);
            if (constrained) {
                layer.constrainAllParameters(new MaxNormConstraint(0.5, 0));
            }
            return layer.build();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static List<Setting> settings() {
        return Stream.concat(
                        Arrays.stream(GradientNormalization.values()).map(n -> new Setting(n.toString(), n, false)),
                        Stream.of(new Setting("constraints", GradientNormalization.None, true)))
                .toList();
    }

    private static DataSet data() {
        INDArray features = Nd4j.create(ROWS, 3);
        for (int i = 0; i < ROWS; i++) {
            for (int k = 0; k < 3; k++) {
                features.putScalar(i, k, 10 * (k + 1) + (i % 4) - 1.5);
            }
        }
        return new DataSet(features, features.sum(true, 1).subi(60));
    }

    /** Of every column: 10, 20, 30, and 1.25. */
    private static void assertStatistics(INDArray mean, INDArray variance) {
        double seen = 1 - Math.pow(DECAY, STEPS);
        for (int k = 0; k < 3; k++) {
            assertEquals(10 * (k + 1) * seen, mean.getDouble(k), 1e-4 * 10 * (k + 1), "mean " + k);
            assertEquals(1.25 * seen + 1 - seen, variance.getDouble(k), 1e-4, "variance " + k);
        }
    }

    private static OutputLayer output() {
        return new OutputLayer.Builder(LossFunction.MSE)
                .nOut(1)
                .activation(Activation.IDENTITY)
                .build();
    }

    private static ComputationGraph graph(Setting setting, BatchNormalization.Builder norm) {
        ComputationGraph graph = new ComputationGraph(setting.builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer("norm", setting.layer(norm), "in")
                .addLayer("out", output(), "norm")
                .setOutputs("out")
                .setInputTypes(InputType.feedForward(3))
                .build());
        graph.init();
        return graph;
    }

    private static BatchNormalization.Builder own() {
        return new BatchNorm.Builder().useLogStd(false);
    }

    private static BatchNormalization.Builder dl4js() {
        return new BatchNormalization.Builder().useLogStd(false);
    }

    @TestFactory
    Stream<DynamicTest> inDl4jsFitOfSequentialNetworks() {
        return settings().stream()
                .map(setting -> DynamicTest.dynamicTest(setting.toString(), () -> {
                    MultiLayerNetwork network = new MultiLayerNetwork(setting.builder()
                            .list()
                            .layer(setting.layer(own()))
                            .layer(output())
                            .setInputType(InputType.feedForward(3))
                            .build());
                    network.init();
                    assertTrue(NormalizedStatistics.of(network).isEmpty());
                    for (int step = 0; step < STEPS; step++) {
                        network.fit(data());
                    }
                    assertStatistics(network.getParam("0_mean"), network.getParam("0_var"));
                }));
    }

    @TestFactory
    Stream<DynamicTest> inDl4jsFitOfGraphs() {
        return settings().stream()
                .map(setting -> DynamicTest.dynamicTest(setting.toString(), () -> {
                    ComputationGraph graph = graph(setting, own().useLogStd(true));
                    for (int step = 0; step < STEPS; step++) {
                        graph.fit(data());
                    }
                    INDArray deviation = graph.getParam("norm_log10stdev");
                    assertEquals(
                            10 * (1 - Math.pow(DECAY, STEPS)),
                            graph.getParam("norm_mean").getDouble(0),
                            1e-3);
                    assertTrue(Math.abs(deviation.getDouble(0)) < 1, "deviation " + deviation);
                }));
    }

    /** Also of DL4J's own layer, which its own fit spoils. */
    @TestFactory
    Stream<DynamicTest> onTheEngine() {
        return settings().stream().flatMap(setting -> Stream.of(own(), dl4js())
                .map(norm ->
                        DynamicTest.dynamicTest(setting + ", " + norm.getClass().getName(), () -> {
                            ComputationGraph graph = graph(setting, norm);
                            try (Engine engine = new Dl4jEngineProvider().create(graph)) {
                                for (int step = 0; step < STEPS; step++) {
                                    engine.computeGradient(data().toMultiDataSet(), EngineSubject.plain());
                                    engine.update(EngineSubject.rule(new ClipRule.None(), step));
                                }
                                engine.exportTo(graph);
                            }
                            assertStatistics(graph.getParam("norm_mean"), graph.getParam("norm_var"));
                        })));
    }

    /** Gamma and beta together, without the statistics, are what a layer's gradient is. */
    @Test
    void gammaAndBetaAreNormalizedAsBefore() {
        Setting setting = new Setting("per layer", GradientNormalization.RenormalizeL2PerLayer, false);
        ComputationGraph graph = graph(setting, own());
        INDArray gamma = graph.getParam("norm_gamma").dup();
        INDArray beta = graph.getParam("norm_beta").dup();
        graph.fit(data());
        double square = Math.pow(gamma.distance2(graph.getParam("norm_gamma")), 2)
                + Math.pow(beta.distance2(graph.getParam("norm_beta")), 2);
        assertEquals(0.1, Math.sqrt(square), 1e-6);
    }

    @Test
    void whereItCannotBeHelpedTheLayerIsNamed() {
        Setting setting = new Setting("clip", GradientNormalization.ClipElementWiseAbsoluteValue, false);
        String warning = NormalizedStatistics.of(graph(setting, dl4js())).orElseThrow();
        assertTrue(warning.contains("'norm'") && warning.contains("ClipElementWiseAbsoluteValue"), warning);
        Setting constrained = new Setting("constraints", GradientNormalization.None, true);
        assertTrue(NormalizedStatistics.of(graph(constrained, dl4js())).isPresent());
        Setting none = new Setting("none", GradientNormalization.None, false);
        assertTrue(NormalizedStatistics.of(graph(none, dl4js())).isEmpty());
    }
}
