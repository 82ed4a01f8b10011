package org.steadygrad.diagnose;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.data.DataSources;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;
import org.steadygrad.train.Runs;
import org.steadygrad.train.StopSignal;

class CureSearchTest {
    private static final String SIGMOID =
            "{threads: 1, data: {kind: spirals, examples: 320, validationExamples: 50}, model: {layers: [stack:"
                    + " {depth: 12, units: 9, activation: sigmoid}]}, training: {batch: 32, iterations: 60, epochs: 100,"
                    + " updater: {adam: 0.01}}, health: {every: 2}}";

    private final StopSignal stop = new StopSignal();
    private final List<Trial> told = new ArrayList<>();

    private static RunSpec run(String text, String... changes) {
        return RunFiles.parse(text, "test", List.of(changes));
    }

    private Cure search(RunSpec run, TrialPlan plan) {
        return new CureSearch(
                        run, DataSources.open(run.data(), run.training().batch(), run.seed()), plan, stop, told::add)
                .run(List.of());
    }

    @Test
    void aDeepSigmoidStackIsCuredTheSameWayTwice() {
        RunSpec run = run(SIGMOID);
        TrialPlan plan = new TrialPlan(40, 60, 10);
        Cure cure = search(run, plan);
        Cure.Outcome outcome = cure.outcome().orElseThrow();
        assertTrue(outcome.after().validationLoss() < 0.7 * outcome.before().validationLoss(), outcome.toString());
        assertTrue(outcome.before().count(Severity.ERROR) > outcome.after().count(Severity.ERROR));
        assertEquals(60, outcome.after().steps());
        assertEquals(outcome.run(), RunFiles.with(run, outcome.after().changes()));
        assertEquals(told.size(), cure.trials().size() + cure.confirmation().size());
        Cure again = search(run, plan);
        assertEquals(losses(cure), losses(again));
        assertEquals(outcome.run(), again.outcome().orElseThrow().run());
    }

    private static List<String> losses(Cure cure) {
        return cure.trials().stream()
                .map(t -> t.name() + " " + t.trainingLoss() + " " + t.validationLoss() + " " + t.flow())
                .toList();
    }

    /** Labels that have nothing to do with the features: whatever is a bit better than the rest is no cure. */
    @Test
    void whatStaysAtGuessingIsNoCure(@TempDir Path folder) throws IOException {
        Random random = new Random(4);
        StringBuilder rows = new StringBuilder("id,a,b,y\n");
        for (int i = 0; i < 400; i++) {
            rows.append(i + "," + random.nextGaussian() + "," + random.nextGaussian() + "," + random.nextInt(2) + "\n");
        }
        Path file = Files.writeString(folder.resolve("noise.csv"), rows);
        RunSpec run = run("{threads: 1, data: {kind: csv, path: '" + file + "', task: classification, target: [y],"
                + " sequence: id}, model: {layers: [pool: last, dense: {units: 9, activation: tanh}]}, training: {batch: 32,"
                + " iterations: 60, epochs: 100, updater: {adam: 1.0}}, health: {every: 2}}");
        Cure cure = search(run, new TrialPlan(60, 60, 10));
        assertTrue(cure.outcome().isEmpty(), cure.outcome().toString());
        assertTrue(
                cure.rejected().stream().anyMatch(words -> words.contains("no better than guessing")),
                cure.rejected().toString());
    }

    /** Numbers around 5,000: once they are scaled losses are a million times smaller, whatever was learnt; shares of guessing's tell. */
    @Test
    void unscaledTargetsAreCuredByScalingThem(@TempDir Path folder) throws IOException {
        Random random = new Random(6);
        StringBuilder rows = new StringBuilder("id,a,b,y\n");
        for (int i = 0; i < 400; i++) {
            double a = random.nextGaussian();
            rows.append(i + "," + a + "," + random.nextGaussian() + "," + (5000 + 800 * a) + "\n");
        }
        Path file = Files.writeString(folder.resolve("far.csv"), rows);
        RunSpec run = run("{threads: 1, data: {kind: csv, path: '" + file + "', task: regression, target: [y],"
                + " sequence: id, normalization: none}, model: {layers: [pool: last, dense: {units: 9, activation: tanh}]},"
                + " training: {batch: 32, iterations: 120, epochs: 100, updater: {adam: 0.01}}, health: {every: 2}}");
        Cure cure = search(run, new TrialPlan(120, 120, 10));
        Cure.Outcome outcome = cure.outcome().orElseThrow();
        assertTrue(outcome.after().changes().contains("data.normalization=standard"), outcome.toString());
        assertTrue(outcome.after().validationLoss() < 0.5 * outcome.after().guessing());
        assertTrue(outcome.before().validationLoss() > outcome.before().guessing());
    }

    @Test
    void aTrialIsWhatTrainingWouldDo(@TempDir Path folder) {
        RunSpec run = run(SIGMOID, "model.layers[0].stack.residual=true", "training.schedule=cosine");
        Trial trial = Trial.of(
                "it",
                List.of(),
                run,
                DataSources.open(run.data(), run.training().batch(), run.seed()),
                60,
                stop);
        var result = Runs.train(run, new Runs.Options(folder, false, RunListener.NONE, stop));
        double lowest = result.validation().get("loss");
        assertEquals(60, trial.steps());
        assertTrue(trial.validationLoss() >= lowest);
        assertEquals(result.findings(), trial.findings());
        Trial best = Trial.of(
                "the best model's steps",
                List.of(),
                run,
                DataSources.open(run.data(), run.training().batch(), run.seed()),
                result.modelIteration(),
                stop);
        assertEquals(lowest, best.validationLoss());
    }

    @Test
    void aHealthyRunIsLeftAlone() {
        RunSpec run =
                run("{threads: 1, data: {kind: spirals, examples: 320}, model: {layers: [dense: {units: 17, activation:"
                        + " tanh}]}, training: {batch: 32, iterations: 30, epochs: 10, updater: {adam: 0.01}}, health:"
                        + " {ignore: [loss-plateau, updates-too-large]}}");
        Cure cure = search(run, new TrialPlan(30, 30, 10));
        assertTrue(cure.outcome().isEmpty());
        assertEquals(1, cure.trials().size());
        assertEquals("", cure.stopped());
    }

    @Test
    void withoutValidationDataTheFirstTrainingBatchesMeasure() {
        RunSpec run =
                run("{threads: 1, data: {kind: csv, path: 'builtin:mackey-glass.csv', task: forecasting, target: [x],"
                        + " window: 16, validation: 0}, model: {layers: [gru: 3]}, training: {batch: 8, iterations: 7,"
                        + " weightDecay: 0.3}}");
        Trial trial = Trial.of(
                "it",
                List.of(),
                run,
                DataSources.open(run.data(), run.training().batch(), run.seed()),
                7,
                stop);
        assertTrue(Double.isFinite(trial.validationLoss()) && trial.validationLoss() > 0);
        assertTrue(trial.trainingLoss() > trial.validationLoss(), "penalties count in the training loss only");
    }

    @Test
    void stoppingEndsTheSearchWithoutAnOutcome() {
        stop.request("interrupted");
        Cure cure = search(run(SIGMOID), new TrialPlan(20, 60, 10));
        assertEquals("interrupted", cure.stopped());
        assertTrue(cure.outcome().isEmpty());
        assertTrue(cure.confirmation().isEmpty());
        assertEquals(1, cure.trials().size());
        assertTrue(told.isEmpty());
    }

    @Test
    void theTimeOfASearchIsBounded() {
        Cure cure = search(run(SIGMOID), new TrialPlan(20, 20, 1e-9));
        assertEquals(1, cure.trials().size());
        assertFalse(cure.notTried().isEmpty());
        assertTrue(
                cure.notTried().get(0).endsWith(": no time left"),
                cure.notTried().get(0));
    }

    @Test
    void plansStayWithinTheRun() {
        assertEquals(new TrialPlan(250, 1000, 30), TrialPlan.of(1000, 0, 30));
        assertEquals(new TrialPlan(150, 200, 30), TrialPlan.of(200, 0, 30));
        assertEquals(new TrialPlan(7, 7, 30), TrialPlan.of(7, 0, 30));
        assertEquals(new TrialPlan(300, 3000, 30), TrialPlan.of(1_000_000, 0, 30));
        assertEquals(new TrialPlan(33, 330, 30), TrialPlan.of(1000, 33, 30));
        assertEquals(17 * 33 + 8 * 330, TrialPlan.of(1000, 33, 30).mostSteps());
    }
}
