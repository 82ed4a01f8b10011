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
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.model.ModelZips;

/** From a cell of a file that is too large to the replayed step, by the command line alone. */
class ReplayTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private Path table;
    private Path runFile;
    private Path out;

    /** @param err with line breaks as spaces */
    private record Ended(int code, String out, String err) {}

    private static Ended main(Object... args) {
        PrintStream oldOut = System.out;
        PrintStream oldErr = System.err;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        try {
            int code = Main.execute(Arrays.stream(args).map(Object::toString).toArray(String[]::new));
            return new Ended(
                    code,
                    out.toString(StandardCharsets.UTF_8),
                    err.toString(StandardCharsets.UTF_8).replaceAll("\\s+", " "));
        } finally {
            System.setOut(oldOut);
            System.setErr(oldErr);
        }
    }

    @BeforeEach
    void write() throws IOException {
        table = folder.resolve("table.csv");
        writeTable("2e31");
        runFile = Files.writeString(
                folder.resolve("table.yaml"),
                """
                name: table
                data: {kind: csv, path: '%s', task: forecasting, target: [y], window: 8, normalization: none, validation: 0}
                model: {layers: [dense: {units: 7}, dense: {units: 5}]}
                training: {batch: 2, epochs: 1, guard: off}
                engine: cpu
                """
                        .formatted(table));
        out = folder.resolve("out");
    }

    private void writeTable(String cell) throws IOException {
        StringBuilder csv = new StringBuilder("temp,y\n");
        for (int i = 0; i < 49; i++) {
            csv.append(i == 15 ? cell : String.valueOf(i % 5))
                    .append(',')
                    .append(i % 3)
                    .append('\n');
        }
        Files.writeString(table, csv);
    }

    private Path trained() throws IOException {
        Ended trained = main("train", runFile, "--out", out);
        assertEquals(0, trained.code(), trained.err());
        Path bundle;
        try (var files = Files.list(out.resolve("replay"))) {
            bundle = files.findFirst().orElseThrow();
        }
        assertTrue(trained.err().contains("steadygrad replay " + bundle), trained.err());
        assertTrue(trained.err().contains("table.csv, line 17, column \"temp\" is 2.0e+31"), trained.err());
        return bundle;
    }

    @Test
    void cellIsNamedInTheRunAndInItsReplayOnEitherEngine() throws IOException {
        Path bundle = trained();
        Files.delete(table);
        Ended replayed = main("replay", bundle);
        assertEquals(0, replayed.code(), replayed.err());
        String text = replayed.out().replaceAll("\\s+", " ");
        assertTrue(text.contains("table.csv, line 17, column \"temp\" is 2.0e+31"), text);
        assertTrue(text.contains("reproduced yes"), text);
        assertTrue(text.contains("engine cpu in float32"), text);
        JsonNode json = JSON.readTree(
                main("replay", bundle, "--engine", "dl4j", "--json").out());
        assertEquals("dl4j", json.get("engine").asText());
        assertEquals("bad-input", json.at("/found/cause").asText());
        assertTrue(json.get("evidence").has("badValue"), json.toString());
    }

    /** What was recorded is changed, so that it can't be found again. */
    @Test
    void anotherResultIsCode1WithWords() throws IOException {
        Path bundle = trained();
        String text = new String(ModelZips.entries(bundle).get("steadygrad/replay.json"), StandardCharsets.UTF_8);
        Path changed = ModelZips.with(
                bundle,
                "steadygrad/replay.json",
                text.replace("\"cause\":\"bad-input\"", "\"cause\":\"log-of-zero\"")
                        .getBytes(StandardCharsets.UTF_8));
        Ended ended = main("replay", changed);
        assertEquals(1, ended.code());
        assertTrue(ended.out().contains("log-of-zero"), ended.out());
        assertTrue(ended.out().contains("why"), ended.out());
        JsonNode json = JSON.readTree(main("replay", changed, "--json").out());
        assertFalse(json.get("reproduced").asBoolean());
        assertFalse(json.get("why").asText().isEmpty());
    }

    @Test
    void whatNoFloatHoldsIsRefusedWhileReading() throws IOException {
        for (String cell : new String[] {"1e39", "NaN", "inf", "-1e39"}) {
            writeTable(cell);
            Ended ended = main("train", runFile, "--out", out);
            assertEquals(1, ended.code());
            assertTrue(ended.err().contains("table.csv, line 17, column \"temp\""), ended.err());
        }
    }

    @Test
    void whatIsNoBundleEndsWithoutAStackTrace() throws IOException {
        Ended missing = main("replay", folder.resolve("none.zip"));
        assertEquals(2, missing.code());
        assertTrue(missing.err().contains("expected a file or folder that exists"), missing.err());
        trained();
        Ended model = main("replay", out.resolve("model.zip"));
        assertEquals(1, model.code());
        assertTrue(model.err().contains("expected a replay bundle"), model.err());
        assertFalse(model.err().contains("at org."), model.err());
        assertEquals(2, main("replay").code());
    }
}
