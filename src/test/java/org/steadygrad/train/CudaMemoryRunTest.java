package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.engine.EngineException;
import org.steadygrad.engine.cuda.driver.DeviceFaults;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.spec.RunSpec;

/** A run on a device whose memory another process takes meanwhile. */
@Tag("simulated")
class CudaMemoryRunTest {
    private static final String YAML =
            """
            name: shared-device
            data: {kind: adding, length: 6, examples: 80, validationExamples: 8}
            model: {layers: [gru: {units: 5}]}
            training: {batch: 24, epochs: 3}
            engine: cuda
            precision: float32
            """;

    @TempDir
    Path folder;

    @BeforeEach
    void newProcess() {
        DeviceFaults.require();
        DeviceFaults.newProcess();
    }

    @AfterEach
    void end() {
        DeviceFaults.newProcess();
    }

    /** Takes all memory after a step. */
    private record Greedy(int iteration) implements RunListener {
        @Override
        public void happened(RunEvent event) {
            if (event instanceof RunEvent.Step step && step.iteration() == iteration) {
                DeviceFaults.takeMemory(1L << 40);
            }
        }
    }

    /** The last batch of an epoch has another shape, whose tensors are made then. */
    @Test
    void aRunThatFindsNoMemoryInTheMiddleGoesOnWhereItWas() throws IOException {
        RunSpec run = TinyRun.spec(YAML);
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        TinyRun.trainer(run, TinyRun.source(run), whole).run();
        Trainer trainer = TinyRun.trainer(run, TinyRun.source(run), parts).listener(new Greedy(1));
        String words = assertThrows(EngineException.class, trainer::run).getMessage();
        assertTrue(words.startsWith("engine cuda: a batch of 8 examples and 6 time steps needs about "), words);
        assertTrue(
                words.contains(" and 0.0 KiB of 2.00 GiB are free on Simulated CUDA device 0, where this engine has"),
                words);
        assertTrue(words.contains("The largest of it: "), words);
        assertTrue(words.contains("end other programs on the device, or name another device or engine."), words);
        assertTrue(words.contains("The newest checkpoint is iteration-0"), words);
        DeviceFaults.newProcess();
        TinyRun.trainer(run, TinyRun.source(run), parts).resume(true).run();
        assertEquals(TinyRun.timelessMetrics(whole), TinyRun.timelessMetrics(parts));
        assertEquals(
                TinyRun.newest(whole).model().params(),
                TinyRun.newest(parts).model().params());
    }
}
