package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.data.DataSource;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.engine.cuda.driver.TestGpu;
import org.steadygrad.forensics.ReplayBundle;
import org.steadygrad.forensics.Reproduction;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.spec.RunSpec;

/** Whole runs on the GPU. */
@Tag("gpu")
class CudaRunTest {
    private static final double TOLERANCE = 1e-4;

    /** What must be the same, to the letter. */
    private static final Set<String> EXACT =
            Set.of("iteration", "epoch", "event", "applied", "best", "learningRateScale");

    @TempDir
    Path folder;

    @BeforeAll
    static void findDevice() {
        TestGpu.require();
    }

    @ParameterizedTest
    @MethodSource("org.steadygrad.train.RunTrials#all")
    void comesToWhatTheCpuComesTo(RunTrials.Trial trial) throws IOException {
        Path cpu = folder.resolve("cpu");
        Path cuda = folder.resolve("cuda");
        RunTrials.run(trial, cpu, "engine=cpu");
        RunTrials.run(trial, cuda, "engine=cuda", "precision=float32");
        List<Map<String, Object>> expected = TinyRun.timelessMetrics(cpu);
        List<Map<String, Object>> actual = TinyRun.timelessMetrics(cuda);
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertSame(expected.get(i), actual.get(i));
        }
        for (String count : List.of("iterations", "skippedSteps", "clippedSteps", "rollbacks", "completed")) {
            assertEquals(
                    TinyRun.timelessResult(cpu).get(count),
                    TinyRun.timelessResult(cuda).get(count),
                    count);
        }
    }

    private static void assertSame(Map<String, Object> expected, Map<String, Object> actual) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((key, value) -> {
            if (EXACT.contains(key)) {
                assertEquals(value, actual.get(key), () -> key + " of " + actual);
            } else if (value instanceof Number number) {
                double size = Math.abs(number.doubleValue());
                double own = ((Number) actual.get(key)).doubleValue();
                assertEquals(number.doubleValue(), own, TOLERANCE * size, () -> key + " of " + actual);
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"whole sequences, 12", "windows, 7"})
    void resumedRunEndsWithTheNumbersOfAnUninterruptedOne(String kind, int stop) throws IOException {
        String[] windows = {
            "data={kind: csv, path: 'builtin:mackey-glass.csv', task: forecasting, target: [x], window: 20}",
            "training.truncatedBptt=5",
            "training.iterations=30",
            "engine=cuda"
        };
        RunSpec run = kind.equals("windows")
                ? TinyRun.spec(RunTrials.YAML, windows)
                : TinyRun.spec(RunTrials.YAML, "engine=cuda");
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        TinyRun.trainer(run, TinyRun.source(run), whole).run();
        TinyRun.StopAt stopAt = new TinyRun.StopAt(stop);
        RunResult stopped = TinyRun.trainer(run, TinyRun.source(run), parts)
                .listener(stopAt)
                .stopSignal(stopAt.signal)
                .run();
        assertFalse(stopped.completed());
        assertTrue(stopped.iterations() > stop + 1, "steps were asked for ahead: " + stopped.iterations());
        TinyRun.trainer(run, TinyRun.source(run), parts).resume(true).run();
        assertEquals(TinyRun.timelessMetrics(whole), TinyRun.timelessMetrics(parts));
        assertEquals(TinyRun.timelessResult(whole), TinyRun.timelessResult(parts));
        assertEquals(
                TinyRun.newest(whole).model().params(),
                TinyRun.newest(parts).model().params());
    }

    @ParameterizedTest
    @ValueSource(strings = {"float32", "tf32", "bf16", "fp16"})
    void theRunSaysWhichPrecisionItHad(String precision) throws IOException {
        RunSpec run = TinyRun.spec(RunTrials.YAML, "engine=cuda", "precision=" + precision, "training.epochs=2");
        TinyRun.Notes notes = new TinyRun.Notes();
        TinyRun.trainer(run, TinyRun.source(run), folder).listener(notes).run();
        assertEquals(precision, TinyRun.timelessResult(folder).get("precision").asText());
        assertEquals(0, TinyRun.timelessResult(folder).get("rollbacks").asInt());
        double first = notes.steps().get(0).loss();
        double last = notes.steps().get(notes.steps().size() - 1).loss();
        assertTrue(Double.isFinite(last) && last < 2 * first, first + " became " + last);
    }

    /** A loss of thousands overflows 16-bit floats as it is first scaled. */
    @Test
    void runsFindTheirLossScale() throws IOException {
        RunSpec run = TinyRun.spec(
                RunTrials.YAML,
                "engine=cuda",
                "precision=fp16",
                "training.clip=none",
                "training.updater={sgd: {learningRate: 0.0000001}}",
                "training.guard={auto: {spikeSteps: 50}}");
        TinyRun.Notes notes = new TinyRun.Notes();
        RunResult result = TinyRun.trainer(
                        run, new Disturbed(TinyRun.source(run), (e, b) -> true, Disturbed.farLabels()), folder)
                .listener(notes)
                .run();
        assertTrue(result.completed(), result.stopReason());
        assertEquals(0, result.rollbacks());
        assertTrue(result.skippedSteps() > 4 && result.skippedSteps() < 16, "skipped " + result.skippedSteps());
        String skip = notes.of(RunEvent.Skipped.class).get(0).message();
        assertTrue(skip.contains("scaled by half as much"), skip);
        assertTrue(
                result.findings().stream().noneMatch(finding -> finding.id().equals("non-finite")),
                () -> result.findings().toString());
    }

    @Test
    void stepThatIsntFiniteIsNamedAndFiled() throws IOException {
        RunSpec run = TinyRun.spec(RunTrials.YAML, "engine=cuda", "training.epochs=1", "training.guard=off");
        DataSource source = new Disturbed(TinyRun.source(run), (epoch, batch) -> batch == 4, Disturbed.nanFrom(3));
        TinyRun.trainer(run, source, folder).run();
        ReplayBundle bundle = ReplayBundle.read(folder.resolve("replay/iteration-5.zip"));
        Reproduction again = bundle.replay(bundle.request());
        assertTrue(again.reproduced(), again.toString());
        assertEquals("bad-input", again.found().cause());
        assertTrue(again.found().words().contains("time step 3"), again.found().words());
        assertTrue(bundle.replay(EngineRequest.of("cpu")).reproduced());
    }

    /** The search for a scale of the loss begins too high for labels that are far away. */
    @Test
    void stepWhoseLossWasScaledTooFarIsNotFiled() throws IOException {
        RunSpec run = TinyRun.spec(
                RunTrials.YAML, "engine=cuda", "precision=fp16", "training.epochs=1", "training.guard=off");
        DataSource source = new Disturbed(TinyRun.source(run), (epoch, batch) -> batch == 0, Disturbed.farLabels());
        RunResult result = TinyRun.trainer(run, source, folder).run();
        assertTrue(result.skippedSteps() > 0, "no step was skipped");
        assertFalse(Files.exists(folder.resolve("replay")), "a bundle was written");
    }
}
