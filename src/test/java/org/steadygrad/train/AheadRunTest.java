package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.engine.EngineException;
import org.steadygrad.spec.RunSpec;

/** A run on an engine that is ahead of the loop comes to exactly what it comes to on one that isn't. */
class AheadRunTest {
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

    @ParameterizedTest
    @MethodSource("org.steadygrad.train.RunTrials#all")
    void comesToTheSame(RunTrials.Trial trial) throws IOException {
        Path one = folder.resolve("cpu");
        Path other = folder.resolve("ahead");
        RunTrials.run(trial, one, "engine=cpu");
        RunTrials.run(trial, other, "engine=ahead");
        assertEquals(TinyRun.timelessMetrics(one), TinyRun.timelessMetrics(other));
        assertEquals(result(one), result(other));
        assertEquals(
                TinyRun.newest(one).model().params(),
                TinyRun.newest(other).model().params());
        assertEquals(TinyRun.timelessState(TinyRun.newest(one)), TinyRun.timelessState(TinyRun.newest(other)));
    }

    /** Earlier steps are under way when it fails; none of its batches is left out later. */
    @ParameterizedTest
    @ValueSource(ints = {1, 6, 14})
    void aStepThatFailedIsDoneByTheRunThatGoesOn(int number) throws IOException {
        RunSpec run = TinyRun.spec(RunTrials.YAML, "engine=ahead");
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        TinyRun.trainer(run, TinyRun.source(run), whole).run();
        AheadEngine.failAt(number);
        EngineException failure =
                assertThrows(EngineException.class, () -> TinyRun.trainer(run, TinyRun.source(run), parts)
                        .run());
        assertTrue(failure.getMessage().contains("no memory left. The newest checkpoint is"), failure.getMessage());
        TinyRun.trainer(run, TinyRun.source(run), parts).resume(true).run();
        assertEquals(TinyRun.timelessMetrics(whole), TinyRun.timelessMetrics(parts));
        assertEquals(
                TinyRun.newest(whole).model().params(),
                TinyRun.newest(parts).model().params());
    }

    private static JsonNode result(Path folder) throws IOException {
        ObjectNode result = (ObjectNode) TinyRun.timelessResult(folder);
        result.remove("engine");
        return result;
    }

    @Test
    void stoppedRunHasNothingUnderWay() throws IOException {
        RunSpec run = TinyRun.spec(RunTrials.YAML, "engine=ahead");
        TinyRun.StopAt stop = new TinyRun.StopAt(9);
        TinyRun.trainer(run, TinyRun.source(run), folder.resolve("stopped"))
                .listener(stop)
                .stopSignal(stop.signal)
                .run();
        int iteration = TinyRun.newest(folder.resolve("stopped")).state().iteration();
        assertTrue(iteration > 9 && iteration <= 9 + AheadEngine.AHEAD + 1, "stopped at " + iteration);
    }
}
