package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.model.ModelFile;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;

/** A run of a version that knew ND4J's formulas only goes on with them, or is refused by name. */
class EarlierFormulaTest {
    private static final String YAML =
            """
            name: earlier
            data: {kind: adding, length: 3, examples: 60, validationExamples: 16}
            model: {layers: [rnn: {units: 5}]}
            training: {batch: 10, epochs: 2, guard: off}
            """;
    private static final String ND4J = "training.updater.formula=nd4j";

    @TempDir
    Path folder;

    private Path parts;

    @BeforeEach
    void stopsAndForgetsTheKey() throws IOException {
        parts = folder.resolve("parts");
        TinyRun.StopAt stop = new TinyRun.StopAt(7);
        RunResult stopped = Runs.train(TinyRun.spec(YAML, ND4J), new Runs.Options(parts, false, stop, stop.signal));
        assertFalse(stopped.completed());
        Path saved = parts.resolve("run.yaml");
        String text = Files.readString(saved);
        assertTrue(text.contains("formula: nd4j"), text);
        Files.writeString(saved, text.replaceAll(" +formula: nd4j\n", ""));
    }

    private RunResult resume(RunSpec run) {
        return Runs.train(run, new Runs.Options(parts, true, RunListener.NONE, new StopSignal()));
    }

    @Test
    void asItBegan() {
        Path whole = folder.resolve("whole");
        Runs.train(TinyRun.spec(YAML, ND4J), new Runs.Options(whole, false, RunListener.NONE, new StopSignal()));
        assertTrue(
                resume(RunFiles.readSaved(parts.resolve("run.yaml"), List.of())).completed());
        assertEquals(
                ModelFile.read(whole.resolve("model.zip")).graph().params(),
                ModelFile.read(parts.resolve("model.zip")).graph().params());
    }

    @Test
    void notAsTodaysDefault() {
        String message = assertThrows(InvalidInputException.class, () -> resume(TinyRun.spec(YAML)))
                .getMessage();
        assertTrue(message.contains("training.updater.formula (nd4j, where this one says pyTorch)"), message);
    }

    @Test
    void whatTheCheckpointSaysCountsToo() throws IOException {
        Files.delete(parts.resolve("run.yaml"));
        String message = assertThrows(InvalidInputException.class, () -> resume(TinyRun.spec(YAML)))
                .getMessage();
        assertTrue(message.contains("PyTorch's ADAM") && message.contains("ND4J's Adam"), message);
    }
}
