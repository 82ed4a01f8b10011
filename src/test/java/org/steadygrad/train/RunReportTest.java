package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.data.DataSource;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.spec.RunSpec;

/** The page that a run leaves in its folder. */
class RunReportTest {
    private static final String YAML =
            """
            name: tiny
            data: {kind: adding, length: 4, examples: 24, validationExamples: 9}
            model: {layers: [gru: {units: 5}]}
            training: {batch: 8, epochs: 2}
            """;

    @TempDir
    Path folder;

    private Trainer trainer() {
        RunSpec run = TinyRun.spec(YAML);
        DataSource source = TinyRun.source(run);
        return TinyRun.trainer(run, source, folder);
    }

    private String page() throws IOException {
        return Files.readString(folder.resolve("report.html"));
    }

    @Test
    void aFinishedRunLeavesOne() throws IOException {
        trainer().run();
        assertTrue(page().contains("\"state\":\"finished\""));
        assertTrue(page().contains("\"iteration\":6"));
    }

    @Test
    void aStoppedRunLeavesOne() throws IOException {
        TinyRun.StopAt stop = new TinyRun.StopAt(3);
        trainer().listener(stop).stopSignal(stop.signal).run();
        assertTrue(page().contains("\"state\":\"stopped\""));
    }

    @Test
    void aRunThatFailsLeavesOneAndItsOwnError() throws IOException {
        RunListener failing = event -> {
            if (event instanceof RunEvent.Step step && step.iteration() == 3) {
                throw new IllegalStateException("on purpose");
            }
        };
        Trainer trainer = trainer().listener(failing);
        assertEquals(
                "on purpose",
                assertThrows(IllegalStateException.class, trainer::run).getMessage());
        assertTrue(page().contains("\"state\":\"unfinished\""));
        assertTrue(page().contains("\"iteration\":3"));
    }

    @Test
    void aPageThatCannotBeWrittenDoesNotFailTheRun() throws IOException {
        Files.createDirectories(folder.resolve("report.html/in the way"));
        assertEquals(6, trainer().run().iterations());
        assertTrue(Files.exists(folder.resolve("run.json")));
    }

    @Test
    void aRunWithoutAFolderLeavesNone() {
        RunSpec run = TinyRun.spec(YAML);
        DataSource source = TinyRun.source(run);
        Trainer.of(Runs.buildModel(run, source), source)
                .settings(LoopSettings.of(run))
                .run();
        assertFalse(Files.exists(folder.resolve("report.html")));
    }
}
