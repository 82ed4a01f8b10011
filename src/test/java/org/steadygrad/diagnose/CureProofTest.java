package org.steadygrad.diagnose;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.DataSources;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.LayerSpec;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;
import org.steadygrad.train.Runs;
import org.steadygrad.train.StopSignal;

/** Sick run files are cured without a hand on them. */
@Tag("slow")
class CureProofTest {
    private static Cure.Outcome cure(String name) {
        RunSpec run = RunFiles.read(Path.of("src", "test", "resources", "cures", name + ".yaml"));
        DataSource data = DataSources.open(run.data(), run.training().batch(), run.seed());
        TrialPlan plan = TrialPlan.of(Runs.plannedUpdates(run, data), 0, 60);
        Cure cure = new CureSearch(run, data, plan, new StopSignal(), trial -> {})
                .run(Preflight.of(run, Preflight.BATCHES).findings());
        Cure.Outcome outcome = cure.outcome().orElseThrow();
        assertEquals(plan.fullSteps(), outcome.after().steps());
        assertEquals(outcome.run(), RunFiles.with(run, outcome.after().changes()));
        return outcome;
    }

    private static double timesSmaller(Cure.Outcome outcome) {
        return outcome.before().validationLoss() / outcome.after().validationLoss();
    }

    @Test
    void deepSigmoid() {
        Cure.Outcome outcome = cure("deep-sigmoid");
        assertTrue(timesSmaller(outcome) >= 10, outcome.toString());
        assertTrue(outcome.before().flow().firstShare() < 1e-9);
        assertTrue(outcome.after().flow().firstShare() > 1e-3);
    }

    @Test
    void longLagVanillaRnn() {
        Cure.Outcome outcome = cure("long-lag-rnn");
        assertTrue(timesSmaller(outcome) >= 10, outcome.toString());
        assertTrue(
                outcome.after().flow().horizon() > 3 * outcome.before().flow().horizon());
    }

    @ParameterizedTest
    @ValueSource(strings = {"rate-too-high", "small-normal"})
    void lossesTenTimesSmaller(String name) {
        Cure.Outcome outcome = cure(name);
        assertTrue(timesSmaller(outcome) >= 10, outcome.toString());
    }

    @Test
    void aLearningRateThatIsFarTooLow() {
        Cure.Outcome outcome = cure("rate-too-low");
        double before = 3e-7;
        assertTrue(outcome.run().training().updater().learningRate() > 1000 * before, outcome.toString());
        assertTrue(timesSmaller(outcome) > 2, outcome.toString());
    }

    @Test
    void anRnnThatExplodesWithoutClipping() {
        Cure.Outcome outcome = cure("exploding-rnn");
        assertFalse(Double.isFinite(outcome.before().validationLoss()));
        assertTrue(outcome.after().validationLoss() < 0.25, outcome.toString());
        assertTrue(outcome.after().findings().stream().noneMatch(f -> f.id().equals("non-finite")));
        assertTrue(outcome.before().count(Severity.ERROR) > 0);
        assertTrue(outcome.run().model().layers().get(0) instanceof LayerSpec.Recurrent);
    }
}
