package org.steadygrad.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.learning.config.IUpdater;
import org.steadygrad.check.InvalidInputException;
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
    @ValueSource(strings = {"sgd", "nesterovs", "adam", "amsGrad", "nadam", "rmsProp"})
    void copiesKeepTheSchedule(String updater) {
        IUpdater copy = UpdaterChoice.of(training("training.updater=" + updater, "training.warmup=10"), 100)
                .clone();
        assertTrue(copy.getLearningRate(0, 0) < copy.getLearningRate(9, 0), "the rate rises");
    }

    @ParameterizedTest
    @ValueSource(strings = {"training.warmup=10", "training.schedule=cosine"})
    void adaGradTakesNoSchedule(String change) {
        TrainingSpec training = training("training.updater=adaGrad", change);
        String message = assertThrows(InvalidInputException.class, () -> UpdaterChoice.of(training, 100))
                .getMessage();
        assertTrue(message.contains("adaGrad") && message.contains("warmup"), message);
        assertEquals(
                0.01,
                UpdaterChoice.of(training("training.updater.adaGrad.learningRate=0.01"), 100)
                        .getLearningRate(50, 0));
    }
}
