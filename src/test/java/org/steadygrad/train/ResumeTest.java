package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.data.DataSource;
import org.steadygrad.model.ModelFile;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.train.checkpoint.CheckpointStore;

/** A run that was stopped and resumed ends with exactly the numbers of one that wasn't. */
class ResumeTest {
    private static final String MANY_PARTS =
            """
            name: parts
            data: {kind: adding, length: 3, examples: 60, validationExamples: 16}
            model:
              layers:
                - dense: {units: 5, activation: tanh, dropout: 0.2}
                - gru: {units: 7, dropout: 0.3}
                - batchNorm: {activation: relu}
            training:
              batch: 7
              epochs: 3
              accumulate: 3
              updater: {adam: {learningRate: 0.01}}
              schedule: {cosine: {floor: 0.1}}
              warmup: 5
              weightDecay: 0.01
              clip: {historyQuantile: {percentile: 50}}
              validateEvery: 3
              earlyStopping: {patience: 3}
            health: {every: 4, histograms: 6}
            """;
    private static final String WINDOWS =
            """
            name: windows
            data: {kind: copyMemory, delay: 5, symbols: 3, examples: 21, validationExamples: 9}
            model: {layers: [embedding: {size: 3}, lstm: {units: 5, dropout: 0.2}]}
            training:
              batch: 8
              epochs: 2
              truncatedBptt: 9
              updater: {adam: {learningRate: 0.01}}
              schedule: {step: {every: 7}}
              clip: {zScore: {warmup: 4, threshold: 0.5}}
            health: {every: 3, histograms: 5}
            """;
    private static final String GUARDED =
            """
            name: guarded
            data: {kind: adding, length: 3, examples: 80, validationExamples: 9}
            model: {layers: [rnn: {units: 6}]}
            training:
              batch: 8
              epochs: 5
              updater: {adam: {learningRate: 0.01}}
              clip: {historyQuantile: {percentile: 60, window: 10}}
              guard: {auto: {snapshotEvery: 4, spikeSteps: 2, recoverAfter: 6}}
              validateEvery: 7
            health: {every: 7, histograms: 7}
            """;

    @TempDir
    Path folder;

    /** Two batches of NaN and a loss that jumps for three. */
    private static DataSource bumpy(RunSpec run) {
        DataSource nan = new Disturbed(
                TinyRun.source(run), (epoch, batch) -> (epoch == 0 || epoch == 3) && batch == 8, Disturbed.nanFrom(2));
        return new Disturbed(nan, (epoch, batch) -> epoch == 2 && batch > 4 && batch < 8, Disturbed.farLabels());
    }

    private void check(RunSpec run, Function<RunSpec, DataSource> data, int... stops) throws IOException {
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        assertTrue(TinyRun.trainer(run, data.apply(run), whole).run().completed());
        for (int stop : stops) {
            TinyRun.StopAt stopAt = new TinyRun.StopAt(stop);
            RunResult stopped = TinyRun.trainer(run, data.apply(run), parts)
                    .resume(true)
                    .listener(stopAt)
                    .stopSignal(stopAt.signal)
                    .run();
            assertFalse(stopped.completed());
            assertTrue(stopped.iterations() >= stop);
        }
        assertTrue(
                TinyRun.trainer(run, data.apply(run), parts).resume(true).run().completed());
        compare(whole, parts);
    }

    private static void compare(Path whole, Path parts) throws IOException {
        assertEquals(TinyRun.timelessMetrics(whole), TinyRun.timelessMetrics(parts));
        assertEquals(TinyRun.rows(whole.resolve("health.jsonl")), TinyRun.rows(parts.resolve("health.jsonl")));
        assertEquals(TinyRun.timelessResult(whole), TinyRun.timelessResult(parts));
        CheckpointStore.Checkpoint last = TinyRun.newest(whole);
        CheckpointStore.Checkpoint resumed = TinyRun.newest(parts);
        assertEquals(TinyRun.timelessState(last), TinyRun.timelessState(resumed));
        assertEquals(last.model().params(), resumed.model().params());
        assertEquals(
                last.model().getUpdater().getStateViewArray(),
                resumed.model().getUpdater().getStateViewArray());
        assertEquals(
                ModelFile.read(whole.resolve("model.zip")).graph().params(),
                ModelFile.read(parts.resolve("model.zip")).graph().params());
    }

    @ParameterizedTest
    @ValueSource(ints = {4})
    void runWithManyPartsResumes(int stop) throws IOException {
        check(TinyRun.spec(MANY_PARTS), TinyRun::source, stop);
    }

    @Test
    void runResumesAgainAndAgain() throws IOException {
        check(TinyRun.spec(MANY_PARTS), TinyRun::source, 1, 2, 7);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8})
    void windowsOfTruncatedBackPropagationResume(int stop) throws IOException {
        check(TinyRun.spec(WINDOWS), TinyRun::source, stop);
    }

    /** Where an epoch is a step, most best models are in no file when the run is killed: it comes to them again. */
    @Test
    void shortEpochsAreNotSpentOnCheckpoints() throws IOException {
        RunSpec run = TinyRun.spec(
                """
                name: short
                data: {kind: adding, length: 2, examples: 8, validationExamples: 4}
                model: {layers: [rnn: {units: 3}]}
                training: {batch: 8, epochs: 1500, updater: {adam: {learningRate: 0.001}}}
                health: {every: 100, histograms: 100}
                """);
        Path whole = folder.resolve("whole");
        Path killed = folder.resolve("killed");
        TinyRun.Notes notes = new TinyRun.Notes();
        RunListener copy = event -> {
            if (event instanceof RunEvent.Step step && step.iteration() == 1201) {
                copy(whole, killed);
            }
        };
        TinyRun.trainer(run, TinyRun.source(run), whole)
                .listener(RunListener.all(List.of(notes, copy)))
                .run();
        int validations = notes.of(RunEvent.Validated.class).size();
        int checkpoints = notes.of(RunEvent.CheckpointWritten.class).size();
        assertEquals(1500, validations);
        assertTrue(checkpoints < validations / 2, checkpoints + " checkpoints");
        assertTrue(TinyRun.newest(killed).state().iteration() < 1201);
        TinyRun.trainer(run, TinyRun.source(run), killed).resume(true).run();
        compare(whole, killed);
    }

    private static void copy(Path from, Path to) {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void checkpointsChangeNothing() throws IOException {
        RunSpec often = TinyRun.spec(WINDOWS, "training.checkpoint.everySeconds=0.000001");
        RunSpec seldom = TinyRun.spec(WINDOWS);
        TinyRun.trainer(often, TinyRun.source(often), folder.resolve("often")).run();
        TinyRun.trainer(seldom, TinyRun.source(seldom), folder.resolve("seldom"))
                .run();
        compare(folder.resolve("seldom"), folder.resolve("often"));
    }

    /** Before, between and after roll-backs; at 28 in the midst of a spike. */
    @ParameterizedTest
    @ValueSource(ints = {9, 28, 40})
    void guardedRunResumes(int stop) throws IOException {
        RunSpec run = TinyRun.spec(GUARDED);
        check(run, ResumeTest::bumpy, stop);
        assertTrue(
                TinyRun.timelessResult(folder.resolve("whole")).get("rollbacks").asInt() >= 3);
    }

    @Test
    void earlyStoppedRunStaysStopped() throws IOException {
        RunSpec run =
                TinyRun.spec(GUARDED, "training.earlyStopping.patience=2", "training.earlyStopping.minDelta=1000");
        RunResult first = TinyRun.trainer(run, TinyRun.source(run), folder).run();
        assertEquals(21, first.iterations());
        Files.delete(folder.resolve("run.json"));
        Files.delete(folder.resolve("model.zip"));
        RunResult again =
                TinyRun.trainer(run, TinyRun.source(run), folder).resume(true).run();
        assertEquals(first.iterations(), again.iterations());
        assertEquals(first.stopReason(), again.stopReason());
        assertTrue(Files.exists(folder.resolve("model.zip")));
    }

    /** The guard stops in the last batch of an epoch; what comes after is the next epoch. */
    @Test
    @Timeout(60)
    void runThatTheGuardStoppedResumes() throws IOException {
        RunSpec run = TinyRun.spec(GUARDED, "training.guard={off: {maxSkips: 1}}");
        DataSource source =
                new Disturbed(TinyRun.source(run), (epoch, batch) -> epoch == 1 && batch == 9, Disturbed.nanFrom(0));
        RunResult stopped = TinyRun.trainer(run, source, folder).run();
        assertEquals(20, stopped.iterations());
        assertFalse(stopped.completed());
        RunResult resumed = TinyRun.trainer(run, source, folder).resume(true).run();
        assertTrue(resumed.completed());
        assertEquals(50, resumed.iterations());
        assertEquals(1, resumed.skippedSteps());
    }

    @Test
    void emptyFolderStartsAnew() throws IOException {
        RunSpec run = TinyRun.spec(GUARDED, "training.epochs=1");
        RunResult result =
                TinyRun.trainer(run, TinyRun.source(run), folder).resume(true).run();
        assertEquals(10, result.iterations());
        assertTrue(result.completed());
    }
}
