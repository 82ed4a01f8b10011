package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;
import org.steadygrad.data.BatchIterator;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataSource;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.spec.RunSpec;

/** What the guard does in real runs on data that go wrong. */
class GuardedRunTest {
    private static final String YAML =
            """
            name: guarded
            data: {kind: adding, length: 7, examples: 80, validationExamples: 9}
            model: {layers: [gru: {units: 6}]}
            training: {batch: 8, epochs: 3, updater: {adam: {learningRate: 0.01}}}
            """;

    @TempDir
    Path folder;

    private final TinyRun.Notes notes = new TinyRun.Notes();

    private RunResult run(RunSpec run, DataSource source) {
        return TinyRun.trainer(run, source, folder).listener(notes).run();
    }

    private List<Map<String, Object>> events(String kind) throws IOException {
        return TinyRun.rows(folder.resolve("metrics.jsonl")).stream()
                .filter(row -> kind.equals(row.get("event")))
                .toList();
    }

    @Test
    void batchOfNanIsSkippedCountedAndTracedToItsStep() throws IOException {
        RunSpec run = TinyRun.spec(YAML, "training.guard=off");
        DataSource source =
                new Disturbed(TinyRun.source(run), (epoch, batch) -> epoch == 0 && batch == 3, Disturbed.nanFrom(4));
        RunResult result = run(run, source);
        assertTrue(result.completed());
        assertEquals(30, result.iterations());
        assertEquals(1, result.skippedSteps());
        assertEquals(0, result.rollbacks());
        assertFalse(notes.steps().get(3).applied());
        assertTrue(Double.isFinite(result.trainLoss()));
        String skip = events("SKIPPED").get(0).get("message").toString();
        assertTrue(skip.contains("layer input") && skip.contains("time step 4"), skip);
        assertEquals(1, notes.of(RunEvent.Skipped.class).size());
        assertTrue(
                result.findings().stream().anyMatch(f -> f.message().contains("NaN")),
                result.findings().toString());
    }

    /** The second of the batches that make up one step is the bad one. */
    @Test
    void badBatchAmongAccumulatedOnesIsFound() throws IOException {
        RunSpec run = TinyRun.spec(YAML, "training.guard=off", "training.accumulate=3");
        DataSource source =
                new Disturbed(TinyRun.source(run), (epoch, batch) -> epoch == 0 && batch == 4, Disturbed.nanFrom(2));
        RunResult result = run(run, source);
        assertEquals(1, result.skippedSteps());
        String skip = events("SKIPPED").get(0).get("message").toString();
        assertTrue(skip.contains("layer input") && skip.contains("time step 2"), skip);
    }

    @Test
    void nonFiniteLossRollsBackAndScalesTheLearningRate() throws IOException {
        RunSpec run = TinyRun.spec(YAML, "training.guard={auto: {snapshotEvery: 5, backOff: 0.25}}");
        DataSource source =
                new Disturbed(TinyRun.source(run), (epoch, batch) -> epoch == 0 && batch == 7, Disturbed.nanFrom(0));
        RunResult result = run(run, source);
        assertEquals(1, result.rollbacks());
        assertEquals(1, result.skippedSteps());
        Map<String, Object> event = events("ROLLED_BACK").get(0);
        assertEquals(8, event.get("iteration"));
        assertEquals(5, event.get("snapshotIteration"));
        assertEquals(0.25, event.get("learningRateScale"));
        assertEquals(0.25, notes.steps().get(9).learningRateScale());
        assertEquals(1, notes.steps().get(6).learningRateScale());
    }

    @Test
    void spikeRollsBackWithoutCallingTheLossNonFinite() throws IOException {
        RunSpec run = TinyRun.spec(YAML, "training.guard={auto: {spikeSteps: 2}}");
        DataSource source = new Disturbed(
                TinyRun.source(run), (epoch, batch) -> epoch == 2 && batch > 4 && batch < 7, Disturbed.farLabels());
        RunResult result = run(run, source);
        assertEquals(1, result.rollbacks());
        assertTrue(events("SKIPPED").isEmpty(), events("SKIPPED").toString());
        String message = events("ROLLED_BACK").get(0).get("message").toString();
        assertTrue(message.contains("spiked"), message);
        assertFalse(notes.steps().get(26).applied());
        assertTrue(notes.steps().get(27).applied());
    }

    /** From the 51st update on the learning rate is far too high. */
    @Test
    void modelThatGotWorseIsRolledBack() {
        RunSpec run = TinyRun.spec(YAML, "training.epochs=12", "training.clip=none");
        DataSource source = TinyRun.source(run);
        ComputationGraph model = Runs.buildModel(run, source);
        model.setLearningRate(new StepSchedule(ScheduleType.ITERATION, 0.01, 3000, 50));
        RunResult result =
                TinyRun.trainer(run, model, source, folder).listener(notes).run();
        assertTrue(result.rollbacks() > 0);
        String first = notes.of(RunEvent.RolledBack.class).get(0).message();
        assertTrue(first.contains("spiked"), first);
    }

    /** In their first epoch nobody can know that these batches are wrong, and the model isn't. */
    @Test
    void hardBatchesAreNoReasonToGoBack() {
        RunSpec run =
                TinyRun.spec(YAML, "training.epochs=1", "training.batch=2", "training.guard={auto: {spikeSteps: 2}}");
        DataSource source = new Disturbed(
                TinyRun.source(run), (epoch, batch) -> batch > 29 && batch < 36, batch -> batch.getLabels(0)
                        .muli(10));
        assertEquals(0, run(run, source).rollbacks());
    }

    @Test
    void tooManySkipsStopTheRunWithACheckpoint() throws IOException {
        RunSpec run = TinyRun.spec(YAML, "training.guard={off: {maxSkips: 4}}");
        DataSource source =
                new Disturbed(TinyRun.source(run), (epoch, batch) -> epoch > 0 || batch > 4, Disturbed.nanFrom(0));
        RunResult result = run(run, source);
        assertFalse(result.completed());
        assertEquals(9, result.iterations());
        assertEquals(4, result.skippedSteps());
        assertTrue(result.stopReason().contains("4 steps in a row"), result.stopReason());
        assertEquals(9, TinyRun.newest(folder).state().iteration());
        assertTrue(Double.isFinite(
                TinyRun.newest(folder).model().params().sumNumber().doubleValue()));
    }

    @Test
    void rollBacksThatDontHelpStopTheRun() {
        RunSpec run = TinyRun.spec(YAML, "training.guard={auto: {maxRollbacks: 3}}");
        DataSource source =
                new Disturbed(TinyRun.source(run), (epoch, batch) -> epoch > 0 || batch > 4, Disturbed.nanFrom(0));
        RunResult result = run(run, source);
        assertFalse(result.completed());
        assertEquals(3, result.rollbacks());
        assertTrue(result.stopReason().contains("3 roll-backs haven't helped"), result.stopReason());
    }

    /** The carried state of the bad window must not spoil those after it. */
    @Test
    void badWindowSpoilsNoOther() throws IOException {
        RunSpec run = TinyRun.spec(
                YAML,
                "data={kind: csv, path: 'builtin:mackey-glass.csv', task: forecasting, target: [x], window: 20}",
                "model.layers=[gru: {units: 5}]",
                "training.truncatedBptt=5",
                "training.iterations=16",
                "training.guard=off");
        DataSource source =
                new Disturbed(TinyRun.source(run), (epoch, batch) -> batch == 1, batch -> batch.getFeatures(0)
                        .get(
                                org.nd4j.linalg.indexing.NDArrayIndex.point(0),
                                org.nd4j.linalg.indexing.NDArrayIndex.all(),
                                org.nd4j.linalg.indexing.NDArrayIndex.interval(1, 3))
                        .assign(Double.NaN));
        RunResult result = run(run, source);
        assertEquals(1, result.skippedSteps(), events("SKIPPED").toString());
        assertTrue(result.completed());
    }

    /** The first validation meets a NaN; what comes after is compared with no such loss. */
    @Test
    void aValidationThatIsNotFiniteIsNeverTheBest() {
        RunSpec run = TinyRun.spec(YAML, "training.validateEvery=10");
        DataSource source = TinyRun.source(run);
        BatchSequence sound = source.validation().orElseThrow();
        AtomicInteger validations = new AtomicInteger();
        BatchSequence unsound = new BatchSequence() {
            @Override
            public int batchesPerEpoch() {
                return sound.batchesPerEpoch();
            }

            @Override
            public BatchIterator epoch(int epoch, int firstBatch) {
                boolean first = validations.getAndIncrement() == 0;
                BatchSequence chosen =
                        first ? new Disturbed(source, (e, b) -> true, Disturbed.nanFrom(0)).training() : sound;
                return chosen.epoch(epoch, firstBatch);
            }
        };
        RunResult result = run(run, new DataSource() {
            @Override
            public DataDescription description() {
                return source.description();
            }

            @Override
            public BatchSequence training() {
                return source.training();
            }

            @Override
            public Optional<BatchSequence> validation() {
                return Optional.of(unsound);
            }

            @Override
            public DataArtifact artifact() {
                return source.artifact();
            }
        });
        assertTrue(
                Double.isFinite(result.validation().get("loss")),
                result.validation().toString());
        assertTrue(result.modelIteration() > 10);
    }
}
