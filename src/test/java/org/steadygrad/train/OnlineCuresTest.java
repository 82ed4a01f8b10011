package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.data.DataSource;
import org.steadygrad.health.UpdateRatios;
import org.steadygrad.runlog.CureTrial;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.GuardSpec;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;
import org.steadygrad.train.guard.OnlineCures;

/** Runs that are cured, or not, while they go on. */
@Timeout(300)
class OnlineCuresTest {
    private static final String RESTLESS =
            """
            name: restless
            data: {kind: spirals, examples: 1280, validationExamples: 60}
            model: {layers: [stack: {depth: 2, units: 16, activation: tanh}]}
            training:
              batch: 16
              iterations: 400
              epochs: 10
              updater: {sgd: {learningRate: 8}}
              clip: none
            health: {every: 10}
            """;

    @TempDir
    private Path folder;

    private static RunResult run(RunSpec run, Path to, RunListener observer) {
        DataSource source = TinyRun.source(run);
        return TinyRun.trainer(run, source, to).listener(observer).run();
    }

    private List<Map<String, Object>> events(Path run, String kind) throws IOException {
        return TinyRun.rows(run.resolve("metrics.jsonl")).stream()
                .filter(row -> kind.equals(row.get("event")))
                .toList();
    }

    @Test
    void aLearningRateThatIsTooHighIsLoweredWhereThatHelps() throws IOException {
        TinyRun.Notes notes = new TinyRun.Notes();
        RunResult cured = run(TinyRun.spec(RESTLESS), folder.resolve("cured"), notes);
        RunResult sick =
                run(TinyRun.spec(RESTLESS, "training.guard={auto: {trialSteps: 0}}"), folder.resolve("sick"), notes);
        assertFalse(cured.cures().isEmpty());
        CureTrial first = cured.cures().get(0);
        assertTrue(first.kept(), first.toString());
        assertTrue(first.lossWith() < first.lossWithout(), first.toString());
        assertEquals(0.5, notes.steps().get(first.iteration()).learningRateScale());
        assertEquals(400, cured.iterations());
        assertTrue(cured.trainLoss() < sick.trainLoss());
        assertEquals(
                cured.cures().stream().filter(CureTrial::kept).count(),
                events(folder.resolve("cured"), "CURED").size());
        assertEquals(List.of(), sick.cures());
    }

    private static final String HEALTHY =
            """
            name: healthy
            data: {kind: spirals, examples: 1280, validationExamples: 60}
            model: {layers: [stack: {depth: 2, units: 16, activation: tanh}]}
            training:
              batch: 16
              iterations: 240
              epochs: 10
              updater: {adam: {learningRate: 0.003}}
            """;

    /** The limit from which updates count as too large is set so low that half the learning rate can't be any good. */
    private static final String[] FALSE_ALARM = {
        "health.updates.large=0.000001",
        "health.ignore=[learning-rate-too-high]",
        "health.histograms=10",
        "health.later=1",
        "training.guard={auto: {trialSteps: 7}}"
    };

    @Test
    void whatDoesNotHelpIsTakenBackAndLeavesNoTrace() throws IOException {
        RunResult tried = run(TinyRun.spec(HEALTHY, FALSE_ALARM), folder.resolve("tried"), new TinyRun.Notes());
        assertFalse(tried.cures().isEmpty());
        tried.cures().forEach(trial -> assertFalse(trial.kept(), trial.toString()));
        assertEquals(
                tried.cures().size(),
                events(folder.resolve("tried"), "CURE_TAKEN_BACK").size());

        RunResult plain = run(
                TinyRun.spec(HEALTHY, "health.histograms=10", "health.later=1"),
                folder.resolve("plain"),
                new TinyRun.Notes());
        assertEquals(plain.trainLoss(), tried.trainLoss());
        assertEquals(plain.validation(), tried.validation());
        assertEquals(steps(folder.resolve("plain")), steps(folder.resolve("tried")));
        assertEquals(25, histograms(folder.resolve("plain")).size());
        assertEquals(histograms(folder.resolve("plain")), histograms(folder.resolve("tried")));
    }

    /** Of a finding that asks for a higher rate; nothing is known of the updates where the largest ratio is 0. */
    @ParameterizedTest
    @CsvSource({
        "updates-too-small, 1e-4, true",
        "updates-too-small, 7e-4, false",
        "updates-too-small, 0, true",
        "learning-rate-too-low, 1e-4, true",
        "learning-rate-too-low, 0.01, false",
        "loss-plateau, 1e-4, true",
        "loss-plateau, 0.01, false",
        "updates-too-large, 0.3, true"
    })
    void aHigherRateIsTriedOnlyWhereTheLargestUpdatesBearIt(String id, double largest, boolean tried) {
        OnlineCures cures = new OnlineCures(RunFiles.defaults(GuardSpec.Auto.class), OnlineCures.State.START);
        Map<String, Double> evidence =
                id.equals("loss-plateau") ? Map.of() : Map.of("medianRatio", Math.min(1e-9, largest));
        Map<String, Double> all = new HashMap<>(evidence);
        all.put(UpdateRatios.LARGEST, largest);
        cures.happened(
                new RunEvent.Found(60, new Finding(id, Severity.WARNING, "", 20, 3, "It is so.", all, List.of())));
        assertEquals(tried, cures.next(61).isPresent());
    }

    private static List<Map<String, Object>> histograms(Path run) throws IOException {
        return TinyRun.rows(run.resolve("health.jsonl")).stream()
                .filter(row -> row.get("kind").equals("distributions"))
                .toList();
    }

    private static List<Map<String, Object>> steps(Path run) throws IOException {
        return TinyRun.timelessMetrics(run).stream()
                .filter(row -> !row.containsKey("event"))
                .toList();
    }

    @Test
    void aLimitOnTheNormIsPutWhereGradientsExplode() throws IOException {
        RunSpec run = TinyRun.spec(
                """
                name: exploding
                data: {kind: adding, length: 30, examples: 1500, validationExamples: 30}
                model: {layers: [rnn: {units: 16, activation: tanh, recurrentInit: unitNormal}]}
                training:
                  batch: 15
                  iterations: 300
                  epochs: 10
                  updater: {sgd: {learningRate: 0.05}}
                  clip: none
                health: {every: 1}
                """);
        RunResult result = run(run, folder, new TinyRun.Notes());
        List<CureTrial> clips = result.cures().stream()
                .filter(trial -> trial.change().startsWith("clip by global norm"))
                .toList();
        assertFalse(clips.isEmpty(), result.cures() + " " + result.findings());
        if (clips.get(0).kept()) {
            assertTrue(result.clippedSteps() > 0);
        }
        assertTrue(clips.size() <= 1, "a limit that is there isn't set again: " + clips);
    }

    private static final String WINDOWS =
            """
            name: windows
            data: {kind: copyMemory, delay: 5, symbols: 3, examples: 210, validationExamples: 9}
            model: {layers: [embedding: {size: 3}, lstm: {units: 5, dropout: 0.2}]}
            training:
              batch: 10
              epochs: 3
              truncatedBptt: 9
              validateEvery: 11
              updater: {adam: {learningRate: 0.01}}
              clip: {zScore: {warmup: 4, threshold: 0.5}}
            """;

    @Test
    void windowsOfTruncatedBackPropagationAreTriedAsOneSequence() {
        RunSpec run = TinyRun.spec(WINDOWS, FALSE_ALARM);
        int windows = (TinyRun.source(run).description().maxSteps() + 8) / 9;
        RunResult result = run(run, folder, new TinyRun.Notes());
        assertFalse(result.cures().isEmpty());
        result.cures().forEach(trial -> assertEquals(0, trial.steps() % windows, "whole sequences: " + trial));
        assertEquals(3 * 21 * windows, result.iterations());
    }

    /** Stopped before, between and after trials. */
    @ParameterizedTest
    @ValueSource(ints = {55, 67, 130})
    void aResumedRunTriesTheSame(int stop) throws IOException {
        for (String yaml : List.of(HEALTHY, WINDOWS)) {
            RunSpec run = TinyRun.spec(yaml, FALSE_ALARM);
            Path whole = folder.resolve(run.name() + "-whole");
            Path parts = folder.resolve(run.name() + "-parts");
            RunResult expected = run(run, whole, new TinyRun.Notes());
            TinyRun.StopAt interruption = new TinyRun.StopAt(stop);
            TinyRun.trainer(run, TinyRun.source(run), parts)
                    .listener(interruption)
                    .stopSignal(interruption.signal)
                    .run();
            RunResult resumed = TinyRun.trainer(run, TinyRun.source(run), parts)
                    .resume(true)
                    .run();
            assertEquals(expected.cures(), resumed.cures());
            assertEquals(expected.trainLoss(), resumed.trainLoss());
            assertEquals(TinyRun.timelessMetrics(whole), TinyRun.timelessMetrics(parts));
        }
    }
}
