package org.steadygrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.diagnose.CureFiles;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;

class CureCommandTest {
    private static final String SICK = "{name: sick, threads: 1, data: {kind: spirals, examples: 160,"
            + " validationExamples: 33}, model: {layers: [stack: {depth: 12, units: 9, activation: sigmoid}]},"
            + " training: {batch: 32, iterations: 45, epochs: 100, updater: {adam: 0.01}}, health: {every: 2}}";

    @TempDir
    private Path folder;

    private String printed = "";

    private int execute(String... args) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = System.out;
        PrintStream err = System.err;
        try (PrintStream both = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            System.setOut(both);
            System.setErr(both);
            return Main.execute(args);
        } finally {
            System.setOut(out);
            System.setErr(err);
            printed = bytes.toString(StandardCharsets.UTF_8);
        }
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("sick.yaml"), text);
    }

    @Test
    void writesTheCuredRunAndTrainsItWhenAskedTo() throws IOException {
        Path file = write(SICK);
        Path out = folder.resolve("out");
        assertEquals(
                0,
                execute("diagnose", file.toString(), "--cure", "--apply", "--steps", "25", "--out", out.toString()),
                () -> printed);
        RunSpec original = RunFiles.read(file);
        RunSpec cured = RunFiles.read(out.resolve("run.yaml"));
        assertFalse(cured.equals(original));
        assertEquals(CureFiles.diff(original, cured), Files.readString(out.resolve("cure.diff")));
        JsonNode json = new ObjectMapper().readTree(out.resolve("cure.json").toFile());
        assertEquals(25, json.at("/trials/0/steps").asInt());
        assertTrue(json.at("/outcome/after/validationLoss").asDouble()
                < json.at("/outcome/before/validationLoss").asDouble());
        assertTrue(Files.exists(out.resolve("model.zip")), "the cured run was trained");
        assertTrue(printed.contains("findings left") && printed.contains("Best: "), printed);
        assertEquals(1, execute("diagnose", file.toString(), "--cure", "--out", out.toString()));
        assertTrue(printed.contains("--out"), printed);
    }

    /** Taken from what was printed, as a shell takes it. */
    @Test
    void theCommandThatIsPrintedTrainsTheCuredRun() throws IOException {
        Path out = folder.resolve("it's cured");
        String file = write(SICK).toString();
        assertEquals(0, execute("diagnose", file, "--cure", "--steps", "25", "--out", out.toString()), () -> printed);
        String line = printed.lines()
                .filter(text -> text.startsWith("Train it with: "))
                .findFirst()
                .orElseThrow();
        Process shell = new ProcessBuilder(
                        "sh", "-c", "printf '%s\\n' " + line.substring("Train it with: steadygrad ".length()))
                .start();
        String[] words = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8).split("\n");
        assertEquals(0, execute(words), () -> printed);
        assertTrue(Files.exists(out.resolve("model.zip")), printed);
        assertTrue(Files.exists(out.resolve("cure.diff")));
    }

    @Test
    void aHealthyRunIsToldSoAndNothingIsWritten() throws IOException {
        Path file = write(
                "{name: well, threads: 1, data: {kind: spirals, examples: 320}, model: {layers: [dense: {units: 17,"
                        + " activation: tanh}]}, training: {batch: 32, iterations: 30, epochs: 10, updater: {adam: 0.01}},"
                        + " health: {ignore: [loss-plateau, updates-too-large, learning-rate-too-high]}}");
        Path out = folder.resolve("out");
        assertEquals(0, execute("diagnose", file.toString(), "--cure", "--out", out.toString()), () -> printed);
        assertTrue(printed.contains("Nothing to cure"), printed);
        assertFalse(Files.exists(out));
    }

    @Test
    void optionsOfTheCureNeedIt() throws IOException {
        Path file = write(SICK);
        assertEquals(2, execute("diagnose", file.toString(), "--apply"));
        assertTrue(printed.contains("go with --cure"), printed);
        assertEquals(2, execute("diagnose", file.toString(), "--cure", "--steps", "0"));
        assertTrue(printed.contains("--steps"), printed);
        assertEquals(2, execute("diagnose", file.toString(), "--cure", "--minutes", "-1"));
        assertTrue(printed.contains("--minutes"), printed);
    }
}
