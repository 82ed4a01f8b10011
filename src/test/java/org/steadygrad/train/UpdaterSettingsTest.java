package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.spec.RunSpec;

/** Settings of a network's updaters that aren't finite are named; none goes into an update. */
class UpdaterSettingsTest {
    private static final String YAML =
            """
            name: settings
            data: {kind: spirals, classes: 2, examples: 24, validationExamples: 8}
            model: {layers: [dense: {units: 3}]}
            training: {batch: 4, epochs: 2}
            """;

    /** The root of a negative number from the fourth update on. */
    private static final class Broken implements ISchedule {
        private static final long serialVersionUID = 1L;

        @Override
        public double valueAt(int iteration, int epoch) {
            return 0.1 * Math.sqrt(2.5 - iteration);
        }

        @Override
        public ISchedule clone() {
            return this;
        }
    }

    private static ComputationGraph network(IUpdater updater) {
        ComputationGraphConfiguration configuration = new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(updater)
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.feedForward(2))
                .addLayer(
                        "out",
                        new OutputLayer.Builder()
                                .nOut(2)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "in")
                .setOutputs("out")
                .build();
        ComputationGraph network = new ComputationGraph(configuration);
        network.init();
        return network;
    }

    private static Trainer trainer(ComputationGraph network, String engine) {
        RunSpec run = TinyRun.spec(YAML);
        return Trainer.of(network, TinyRun.source(run)).epochs(2).engine(engine);
    }

    private static String refused(IUpdater updater) {
        return assertThrows(InvalidInputException.class, () -> trainer(network(updater), "cpu")
                        .run())
                .getMessage();
    }

    @Test
    void whatIsWrittenIsRefusedAtOnce() {
        String rate = refused(new Sgd(Double.NaN));
        assertTrue(rate.contains("NaN as learning rate of out_W"), rate);
        String beta = refused(new Adam(0.1, Double.NaN, 0.999, 1e-8));
        assertTrue(beta.contains("NaN as beta1 of the Adam of out_W"), beta);
        String momentum = refused(new Nesterovs(0.1, Double.POSITIVE_INFINITY));
        assertTrue(momentum.contains("Infinity as momentum of out_W"), momentum);
        String later = refused(new Sgd(new MapSchedule(ScheduleType.ITERATION, Map.of(0, 0.1, 90, Double.NaN))));
        assertTrue(later.contains("NaN as learningRateSchedule.values.90"), later);
    }

    /** DL4J would never clip. */
    @Test
    void aThresholdOfNaNIsRefused() {
        ComputationGraph network = network(new Sgd(0.1));
        BaseLayer layer = (BaseLayer) network.getLayer("out").conf().getLayer();
        layer.setGradientNormalization(GradientNormalization.ClipL2PerLayer);
        layer.setGradientNormalizationThreshold(Double.NaN);
        String message = assertThrows(InvalidInputException.class, () -> trainer(network, "dl4j")
                        .run())
                .getMessage();
        assertTrue(message.contains("NaN as gradientNormalizationThreshold of out"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "dl4j"})
    void whatAScheduleComesToEndsTheRunBeforeTheUpdate(String engine) {
        ComputationGraph network = network(new Adam(0.1));
        network.setLearningRate(new Broken());
        RunResult result = trainer(network, engine).run();
        assertFalse(result.completed());
        assertEquals(3, result.iterations());
        assertTrue(
                result.stopReason().startsWith("update 4 would be made with NaN as learning rate of out_W"),
                result.stopReason());
    }
}
