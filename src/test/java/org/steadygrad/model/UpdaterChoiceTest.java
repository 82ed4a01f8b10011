package org.steadygrad.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.RmsProp;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.nn.TorchUpdater;
import org.steadygrad.spec.TrainingSpec;
import org.steadygrad.spec.yaml.Examples;
import org.steadygrad.spec.yaml.RunFiles;

class UpdaterChoiceTest {
    private static TrainingSpec training(String... changes) {
        return RunFiles.parse(Examples.text("adding-gru"), "adding-gru", List.of(changes))
                .training();
    }

    /** DL4J gives every layer a copy of the updater, which must warm up too. */
    @ParameterizedTest
    @ValueSource(strings = {"sgd", "nesterovs", "adam", "amsGrad", "nadam", "rmsProp", "adaGrad", "adaMax"})
    void copiesKeepTheSchedule(String updater) {
        IUpdater copy = UpdaterChoice.of(training("training.updater=" + updater, "training.warmup=10"), 100)
                .clone();
        assertTrue(copy.getLearningRate(0, 0) < copy.getLearningRate(9, 0), "the rate rises");
    }

    @ParameterizedTest
    @ValueSource(strings = {"training.warmup=10", "training.schedule=cosine"})
    void adaGradOfNd4jTakesNoSchedule(String change) {
        TrainingSpec training = training("training.updater={adaGrad: {formula: nd4j}}", change);
        String message = assertThrows(InvalidInputException.class, () -> UpdaterChoice.of(training, 100))
                .getMessage();
        assertTrue(message.contains("adaGrad") && message.contains("warmup"), message);
        assertEquals(
                0.01,
                UpdaterChoice.of(training("training.updater={adaGrad: {formula: nd4j}}"), 100)
                        .getLearningRate(50, 0));
    }

    @Test
    void theFormulaIsPyTorchsUnlessNd4jsIsAskedFor() {
        assertEquals(
                TorchUpdater.adam(0.001, 0.9, 0.999, 1e-8), UpdaterChoice.of(training("training.updater=adam"), 100));
        assertEquals(
                TorchUpdater.amsGrad(0.001, 0.9, 0.999, 1e-8),
                UpdaterChoice.of(training("training.updater=amsGrad"), 100));
        assertEquals(
                TorchUpdater.nadam(0.001, 0.9, 0.999, 1e-8), UpdaterChoice.of(training("training.updater=nadam"), 100));
        assertEquals(
                TorchUpdater.rmsProp(0.001, 0.95, 1e-8), UpdaterChoice.of(training("training.updater=rmsProp"), 100));
        assertEquals(TorchUpdater.adaGrad(0.01, 1e-10), UpdaterChoice.of(training("training.updater=adaGrad"), 100));
        String nd4j = "training.updater.formula=nd4j";
        assertEquals(new Adam(0.001, 0.9, 0.999, 1e-8), UpdaterChoice.of(training("training.updater=adam", nd4j), 100));
        assertEquals(
                new AMSGrad(0.001, 0.9, 0.999, 1e-8),
                UpdaterChoice.of(training("training.updater=amsGrad", nd4j), 100));
        assertEquals(
                new Nadam(0.001, 0.9, 0.999, 1e-8), UpdaterChoice.of(training("training.updater=nadam", nd4j), 100));
        assertEquals(
                TorchUpdater.adaMax(0.002, 0.9, 0.999, 1e-8),
                UpdaterChoice.of(training("training.updater=adaMax"), 100));
        assertEquals(
                new AdaMax(0.002, 0.9, 0.999, 1e-8), UpdaterChoice.of(training("training.updater=adaMax", nd4j), 100));
        assertEquals(new RmsProp(0.001, 0.95, 1e-8), UpdaterChoice.of(training("training.updater=rmsProp", nd4j), 100));
    }
}
