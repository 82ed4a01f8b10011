package org.steadygrad.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Training in a process of its own that gets signals. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(120)
class InterruptedRunTest {
    private static final String YAML =
            """
            name: child
            data: {kind: adding, length: 8, examples: 160, validationExamples: 9}
            model: {layers: [gru: {units: 9, dropout: 0.1}]}
            training:
              batch: 8
              epochs: 3
              validateEvery: 7
              checkpoint: {everySeconds: 0.05}
            """;

    /** A step of it takes many seconds. */
    private static final String SLOW =
            """
            name: slow
            data: {kind: adding, length: 1500, examples: 256, validationExamples: 1}
            model: {layers: [gru: {units: 256, layers: 2}]}
            training: {batch: 256, epochs: 1}
            """;

    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endChildren() throws InterruptedException {
        for (Process child : started) {
            child.destroyForcibly().waitFor();
        }
    }

    private Process train(String yaml, Path out, String... further) throws IOException {
        return train(yaml, out, out, further);
    }

    /** @param said beside it stands what the process prints */
    private Process train(String yaml, Path out, Path said, String... further) throws IOException {
        Path runFile = Files.writeString(folder.resolve("run.yaml"), yaml);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                "org.steadygrad.cli.Main",
                "train",
                runFile.toString(),
                "--out",
                out.toString()));
        command.addAll(List.of(further));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectError(said.resolveSibling(said.getFileName() + ".err").toFile())
                .redirectOutput(said.resolveSibling(said.getFileName() + ".out").toFile());
        // threads of two programs that wait for each other's turn are slow
        builder.environment().put("OMP_NUM_THREADS", "1");
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private static int end(Process process, int seconds) throws InterruptedException {
        assertTrue(process.waitFor(seconds, TimeUnit.SECONDS), "the program should have ended");
        return process.exitValue();
    }

    private static void await(Process process, BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            assertTrue(process.isAlive(), "the program ended too early");
            Thread.sleep(10);
        }
    }

    private static void signal(Process process, String name) throws IOException, InterruptedException {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                        .start()
                        .waitFor());
    }

    private static int checkpoints(Path out) {
        String[] names = out.resolve("checkpoints").toFile().list((dir, name) -> name.matches("iteration-\\d+.zip"));
        return names == null ? 0 : names.length;
    }

    private String errors(Path out) {
        try {
            return Files.readString(out.resolveSibling(out.getFileName() + ".err"));
        } catch (IOException e) {
            return "";
        }
    }

    private static ObjectNode result(Path out) throws IOException {
        ObjectNode result =
                (ObjectNode) new ObjectMapper().readTree(out.resolve("run.json").toFile());
        result.remove(List.of("seconds", "secondsPerIteration"));
        return result;
    }

    /** Shells let programs in the background ignore SIGINT, and Java leaves it at that. */
    private static void assumeInterruptible(Process process) throws IOException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        if (Files.exists(status)) {
            long ignored = Files.readAllLines(status).stream()
                    .filter(l -> l.startsWith("SigIgn:"))
                    .mapToLong(l -> Long.parseUnsignedLong(l.substring(7).strip(), 16))
                    .sum();
            assumeTrue((ignored & 2) == 0, "SIGINT is ignored here");
        }
    }

    @Test
    void killedRunResumesToTheNumbersOfAnUninterruptedOne() throws Exception {
        Path whole = folder.resolve("whole");
        assertEquals(0, end(train(YAML, whole), 60), () -> errors(whole));
        Path killed = folder.resolve("killed");
        Process process = train(YAML, killed);
        await(process, () -> checkpoints(killed) >= 2);
        process.destroyForcibly();
        assertEquals(128 + 9, end(process, 10));
        assertFalse(Files.exists(killed.resolve("run.json")));
        assertEquals(0, end(train(YAML, killed, "--resume"), 60), () -> errors(killed));
        assertTrue(errors(killed).contains("resumed at iteration"), errors(killed));
        assertEquals(result(whole), result(killed));
    }

    @Test
    void interruptedRunEndsWithACheckpoint() throws Exception {
        Path out = folder.resolve("out");
        Process process = train(YAML, out, "--set", "training.epochs=100000", "--json");
        await(process, () -> checkpoints(out) >= 1);
        assumeInterruptible(process);
        signal(process, "INT");
        assertEquals(130, end(process, 20), () -> errors(out));
        assertTrue(errors(out).contains("Stopping after this step"), errors(out));
        assertTrue(errors(out).contains("Go on with: steadygrad train --resume --out " + out), errors(out));
        assertFalse(errors(out).contains("Exception"), errors(out));
        assertEquals("interrupted", result(out).get("stopReason").asText());
        assertFalse(result(out).get("completed").asBoolean());
        int iterations = result(out).get("iterations").asInt();
        assertTrue(
                Files.exists(out.resolve("checkpoints").resolve("iteration-%08d.zip".formatted(iterations))),
                "a checkpoint of iteration " + iterations);
    }

    @Test
    void theEndOfTheTerminalEndsARunAsCtrlCDoes() throws Exception {
        Path out = folder.resolve("out");
        Process process = train(YAML, out, "--set", "training.epochs=100000");
        await(process, () -> checkpoints(out) >= 1);
        signal(process, "HUP");
        assertEquals(130, end(process, 20), () -> errors(out));
        assertEquals("interrupted", result(out).get("stopReason").asText());
    }

    /** Its data take minutes to make. */
    @Test
    void beforeTheFirstStepASignalEndsTheProgramAtOnceAndTheFormerRunIsKept() throws Exception {
        Path out = folder.resolve("out");
        assertEquals(0, end(train(YAML, out, "--set", "training.iterations=2"), 60), () -> errors(out));
        byte[] model = Files.readAllBytes(out.resolve("model.zip"));
        Process process = train(YAML, out, "--force", "--set", "data.examples=2000000000");
        await(process, () -> Files.exists(out.resolve(".replaced")));
        Thread.sleep(500);
        signal(process, "TERM");
        assertEquals(130, end(process, 2), () -> errors(out));
        assertTrue(errors(out).contains("Stopped before the first step."), errors(out));
        assertArrayEquals(model, Files.readAllBytes(out.resolve("model.zip")));
    }

    @Test
    void aFolderIsForOneRunAtATimeAndFreeOnceItsRunWasKilled() throws Exception {
        Path out = folder.resolve("out");
        Process first = train(YAML, out, "--set", "training.epochs=100000");
        await(first, () -> checkpoints(out) >= 1);
        for (String how : new String[] {"--resume", "--force"}) {
            Path said = out.resolveSibling("second");
            Process second = train(YAML, out, said, how);
            assertEquals(1, end(second, 60));
            assertTrue(
                    errors(said).replaceAll("\\s+", " ").contains("that is held by process " + first.pid() + " on "),
                    errors(said));
        }
        assertTrue(first.isAlive(), errors(out));
        first.destroyForcibly();
        end(first, 10);
        assertEquals(0, end(train(YAML, out, "--resume", "--set", "training.epochs=1"), 60), () -> errors(out));
    }

    @Test
    void aFolderThatIsMovedEndsItsRunAndNothingIsScattered() throws Exception {
        Path out = folder.resolve("out");
        Path moved = folder.resolve("moved");
        Process process = train(YAML, out, "--set", "training.epochs=100000");
        await(process, () -> checkpoints(out) >= 1);
        Files.move(out, moved);
        assertEquals(1, end(process, 60));
        assertTrue(errors(out).replaceAll("\\s+", " ").contains("moved or removed"), errors(out));
        assertFalse(Files.exists(out), "nothing is written to where the folder was");
        assertEquals(0, end(train(YAML, moved, "--resume", "--set", "training.epochs=1"), 60), () -> errors(moved));
    }

    @Test
    void whenMemoryRunsOutThatIsSaidInWords() throws Exception {
        Path out = folder.resolve("out");
        Process process = train(YAML, out, "--set", "data.length=100000", "--set", "training.batch=160");
        assertEquals(1, end(process, 100), () -> errors(out));
        assertTrue(errors(out).contains("Error: memory ran out while "), errors(out));
        assertFalse(errors(out).contains("\tat "), errors(out));
    }

    @Test
    @Tag("slow")
    void secondInterruptEndsTheProgramAtOnce() throws Exception {
        Path out = folder.resolve("out");
        Process process = train(SLOW, out);
        await(process, () -> errors(out).contains("parameters"));
        assumeInterruptible(process);
        signal(process, "INT");
        await(process, () -> errors(out).contains("Once more"));
        signal(process, "INT");
        assertEquals(130, end(process, 2));
        assertEquals(0, checkpoints(out));
    }
}
