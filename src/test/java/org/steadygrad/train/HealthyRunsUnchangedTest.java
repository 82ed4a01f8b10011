package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.data.DataSource;
import org.steadygrad.engine.EngineSettings;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.spec.RunSpec;

/** On a healthy run the guard changes nothing: steps and parameters have the same bits as without it. */
class HealthyRunsUnchangedTest {
    private static final EngineSettings ONE_THREAD = EngineSettings.DEFAULT.withThreads(1);

    @TempDir
    Path folder;

    private static List<Map<String, Object>> steps(Path run) throws IOException {
        return TinyRun.timelessMetrics(run).stream()
                .filter(row -> !row.containsKey("event"))
                .toList();
    }

    private static RunResult train(DetectionCase healthy, Path to, String... further) {
        List<String> settings = new ArrayList<>(healthy.settings());
        settings.addAll(List.of(further));
        RunSpec run = TinyRun.spec(healthy.run(), settings.toArray(new String[0]));
        DataSource source = healthy.data().apply(TinyRun.source(run));
        ComputationGraph model = Runs.buildModel(run, source);
        healthy.model().accept(model);
        return TinyRun.trainer(run, model, source, to)
                .engine("cpu")
                .engineSettings(ONE_THREAD)
                .run();
    }

    private DynamicTest check(DetectionCase healthy) {
        return DynamicTest.dynamicTest(healthy.name(), () -> {
            Path guarded = folder.resolve(healthy.name() + "-guarded");
            Path alone = folder.resolve(healthy.name() + "-alone");
            RunResult result = train(healthy, guarded);
            train(healthy, alone, "training.guard=off");
            assertTrue(result.completed(), result.stopReason());
            assertEquals(steps(alone), steps(guarded), () -> result.cures() + " " + result.findings());
            assertArrayEquals(parameters(alone), parameters(guarded));
        });
    }

    private static float[] parameters(Path run) throws IOException {
        return TinyRun.newest(run).model().params().toFloatVector();
    }

    @TestFactory
    Stream<DynamicTest> generated() {
        return IntStream.range(0, GeneratedRuns.COUNT).mapToObj(seed -> check(GeneratedRuns.of(seed, folder)));
    }

    @TestFactory
    @Tag("slow")
    Stream<DynamicTest> manyGenerated() {
        return IntStream.range(GeneratedRuns.COUNT, 6 * GeneratedRuns.COUNT)
                .mapToObj(seed -> check(GeneratedRuns.of(seed, folder)));
    }

    @TestFactory
    Stream<DynamicTest> builtIn() throws IOException {
        return HealthyRuns.quick(ExampleFiles.write(folder)).stream().map(this::check);
    }

    @TestFactory
    @Tag("slow")
    Stream<DynamicTest> builtInForLonger() throws IOException {
        return HealthyRuns.lengthy(ExampleFiles.write(folder)).stream().map(this::check);
    }

    /** A loss that has vanished long ago rises by orders of magnitude now and then. */
    @TestFactory
    @Tag("slow")
    Stream<DynamicTest> manySteps() {
        return IntStream.of(3, 3 + GeneratedRuns.COUNT, 3 + 2 * GeneratedRuns.COUNT)
                .mapToObj(seed -> check(GeneratedRuns.of(seed, folder).with("training.iterations=31000")));
    }
}
