package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.DataSource;
import org.steadygrad.spec.RunSpec;

/** A run on an engine that is ahead of the loop comes to exactly what it comes to on one that isn't. */
class AheadRunTest {
    private static final String YAML =
            """
            name: ahead
            seed: 11
            data: {kind: adding, length: 7, examples: 80, validationExamples: 9}
            model: {layers: [gru: {units: 6, dropout: 0.1}]}
            training: {batch: 8, epochs: 3, updater: {adam: {learningRate: 0.01}}, clip: {globalNorm: 0.5}}
            health: {every: 4}
            """;

    private static final String WINDOWS =
            "data={kind: csv, path: 'builtin:mackey-glass.csv', task: forecasting, target: [x], window: 20}";

    @TempDir
    Path folder;

    private ClassLoader before;

    @BeforeEach
    void register() throws IOException {
        before = AheadEngine.register(folder.resolve("services"));
    }

    @AfterEach
    void leave() {
        Thread.currentThread().setContextClassLoader(before);
    }

    private record Trial(List<String> settings, BiPredicate<Integer, Integer> where, Consumer<MultiDataSet> change) {}

    private static Named<Trial> trial(
            String name, BiPredicate<Integer, Integer> where, Consumer<MultiDataSet> change, String... settings) {
        return Named.of(name, new Trial(List.of(settings), where, change));
    }

    static Stream<Named<Trial>> trials() {
        Consumer<MultiDataSet> nan = Disturbed.nanFrom(4);
        String guard = "training.guard=";
        return Stream.of(
                trial("undisturbed", (epoch, batch) -> false, nan),
                trial(
                        "validated and ended within epochs",
                        (e, b) -> false,
                        nan,
                        "training.validateEvery=7",
                        "training.iterations=25"),
                trial("skips", (e, b) -> e == 0 && (b == 3 || b == 4 || b == 8), nan, guard + "off"),
                trial("first and last batches are bad", (e, b) -> b == 0 || b == 9, nan, guard + "off"),
                trial("too many skips", (e, b) -> e > 0 || b > 4, nan, guard + "{off: {maxSkips: 4}}"),
                trial("rolled back", (e, b) -> e == 0 && b == 7, nan, guard + "{auto: {snapshotEvery: 5}}"),
                trial(
                        "rolled back, scale recovers",
                        (e, b) -> e == 0 && b == 7,
                        nan,
                        guard + "{auto: {snapshotEvery: 5, recoverAfter: 6}}"),
                trial(
                        "spikes",
                        (e, b) -> e == 2 && b > 3 && b < 6,
                        Disturbed.farLabels(),
                        guard + "{auto: {spikeSteps: 2}}"),
                trial(
                        "learning clip policy",
                        (e, b) -> false,
                        nan,
                        "training.clip={historyQuantile: {percentile: 50}}"),
                trial("accumulated", (e, b) -> false, nan, "training.accumulate=3"),
                trial(
                        "windows",
                        (e, b) -> false,
                        nan,
                        WINDOWS,
                        "model.layers=[gru: {units: 5}]",
                        "training.truncatedBptt=5",
                        "training.iterations=30"),
                trial(
                        "bad window",
                        (e, b) -> b == 1,
                        Disturbed.nanFrom(7),
                        WINDOWS,
                        "model.layers=[gru: {units: 5}]",
                        "training.truncatedBptt=5",
                        "training.iterations=30",
                        guard + "off"));
    }

    @ParameterizedTest
    @MethodSource("trials")
    void comesToTheSame(Trial trial) throws IOException {
        run(trial, "cpu");
        run(trial, "ahead");
        Path one = folder.resolve("cpu");
        Path other = folder.resolve("ahead");
        assertEquals(TinyRun.timelessMetrics(one), TinyRun.timelessMetrics(other));
        assertEquals(result(one), result(other));
        assertEquals(
                TinyRun.newest(one).model().params(),
                TinyRun.newest(other).model().params());
        assertEquals(TinyRun.timelessState(TinyRun.newest(one)), TinyRun.timelessState(TinyRun.newest(other)));
    }

    private void run(Trial trial, String engine) {
        List<String> settings = Stream.concat(trial.settings().stream(), Stream.of("engine=" + engine))
                .toList();
        RunSpec run = TinyRun.spec(YAML, settings.toArray(new String[0]));
        DataSource source = new Disturbed(TinyRun.source(run), trial.where(), trial.change());
        TinyRun.trainer(run, source, folder.resolve(engine)).run();
    }

    private static JsonNode result(Path folder) throws IOException {
        ObjectNode result = (ObjectNode) TinyRun.timelessResult(folder);
        result.remove("engine");
        return result;
    }

    @Test
    void stoppedRunHasNothingUnderWay() throws IOException {
        RunSpec run = TinyRun.spec(YAML, "engine=ahead");
        TinyRun.StopAt stop = new TinyRun.StopAt(9);
        TinyRun.trainer(run, TinyRun.source(run), folder.resolve("stopped"))
                .observer(stop)
                .stopSignal(stop.signal)
                .run();
        int iteration = TinyRun.newest(folder.resolve("stopped")).state().iteration();
        assertTrue(iteration > 9 && iteration <= 9 + AheadEngine.AHEAD + 1, "stopped at " + iteration);
    }
}
