package org.steadygrad.runlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.check.InvalidInputException;

/** Whatever stands in the files of a run: it is read for what it is, or refused with file, line and reason. */
class DamagedRunTest {
    private static final String STEP =
            """
            {"iteration":1,"epoch":0,"loss":2.0,"gradientNorm":1.5,"clipScale":0.5,"applied":true,"learningRateScale":1.0,"seconds":0.01}
            """;

    @TempDir
    Path root;

    private List<RunEvent> read() {
        List<RunEvent> events = new ArrayList<>();
        RunLogReader.read(root, events::add);
        return events;
    }

    private void metrics(String text) throws IOException {
        Files.writeString(root.resolve("metrics.jsonl"), text);
    }

    private void health(String text) throws IOException {
        metrics(STEP);
        Files.writeString(root.resolve("health.jsonl"), text);
    }

    private String refused() {
        String words = assertThrows(InvalidInputException.class, this::read).getMessage();
        assertFalse(words.contains("Exception") || words.contains("java"), words);
        assertFalse(words.contains("\n"), words);
        return words;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"iteration", "epoch", "gradientNorm", "clipScale", "applied", "learningRateScale", "seconds"})
    void aStepThatLacksSomethingIsRefused(String key) throws IOException {
        metrics(STEP + STEP.replaceFirst("\"" + key + "\":[^,}]*,?", "").replace(",}", "}"));
        assertTrue(
                refused().contains("metrics.jsonl, line 2: expected a row of a run's records, got one without " + key),
                refused());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"loss\":2.0 | \"loss\":\"\"",
                "\"loss\":2.0 | \"loss\":\"much\"",
                "\"loss\":2.0 | \"loss\":\"nan\"",
                "\"loss\":2.0 | \"loss\":\"2.0\"",
                "\"loss\":2.0 | \"loss\":true",
                "\"loss\":2.0 | \"loss\":[2.0]",
                "\"iteration\":1 | \"iteration\":1.5",
                "\"iteration\":1 | \"iteration\":-1",
                "\"iteration\":1 | \"iteration\":1e99",
                "\"iteration\":1 | \"iteration\":99999999999",
                "\"applied\":true | \"applied\":\"yes\"",
                "\"applied\":true | \"applied\":1"
            })
    void whatIsSomethingElseIsRefused(String right, String wrong) throws IOException {
        metrics(STEP.replace(right, wrong));
        String key = wrong.substring(1, wrong.indexOf('"', 1));
        assertTrue(refused().contains("metrics.jsonl, line 1"), refused());
        assertTrue(refused().contains("one whose " + key + " is "), refused());
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "NaN, NaN",
                "\"NaN\", NaN",
                "Infinity, Infinity",
                "\"Infinity\", Infinity",
                "-Infinity, -Infinity",
                "\"-Infinity\", -Infinity"
            })
    void spellingsOfWhatJsonLacksAreUnderstood(String written, double meant) throws IOException {
        metrics(STEP.replace("2.0", written) + "{\"iteration\":1,\"epoch\":1,\"validation\":{\"mse\":" + written
                + "},\"best\":false}\n");
        assertEquals(meant, ((RunEvent.Step) read().get(0)).loss());
        assertEquals(meant, ((RunEvent.Validated) read().get(1)).metrics().get("mse"));
    }

    /** An infinite metric isn't NaN, and a word is neither. */
    @Test
    void aMetricThatIsNoNumberIsRefused() throws IOException {
        metrics(STEP + "{\"iteration\":1,\"epoch\":1,\"validation\":{\"mse\":\"small\"},\"best\":false}\n");
        assertTrue(refused().contains("line 2"), refused());
        assertTrue(refused().contains("one whose validation.mse is \"small\""), refused());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"iteration\":1,\"loss\":1,\"gradientNorm\":1}",
                "{\"kind\":null,\"iteration\":1}",
                "{\"kind\":7,\"iteration\":1}",
                "{\"kind\":\"look\",\"iteration\":1}",
                "{\"kind\":\"skipped\",\"iteration\":1,\"loss\":1}",
                "{\"kind\":\"skipped\",\"iteration\":1,\"loss\":null,\"gradientNorm\":1}",
                "{\"kind\":\"skipped\",\"iteration\":1,\"loss\":\"\",\"gradientNorm\":1}",
                "{\"kind\":\"skipped\",\"iteration\":1.5,\"loss\":1,\"gradientNorm\":1}",
                "{\"kind\":\"finding\",\"iteration\":1}",
                "{\"kind\":\"finding\",\"iteration\":1,\"finding\":null}",
                "{\"kind\":\"finding\",\"iteration\":1,\"finding\":[]}",
                "{\"kind\":\"finding\",\"iteration\":1,\"finding\":{\"id\":\"dead-units\",\"severity\":\"ERROR\",\"firstIteration\":1,"
                        + "\"count\":1,\"message\":\"m\",\"evidence\":{},\"prescriptions\":[]}}",
                "{\"kind\":\"finding\",\"iteration\":1,\"finding\":{\"id\":\"dead-units\",\"severity\":1,\"layer\":\"a\",\"firstIteration\":1,"
                        + "\"count\":1,\"message\":\"m\",\"evidence\":{},\"prescriptions\":[]}}",
                "{\"kind\":\"finding\",\"iteration\":1,\"finding\":{\"id\":\"dead-units\",\"severity\":\"ERROR\",\"layer\":\"a\","
                        + "\"firstIteration\":1,\"count\":1,\"message\":\"m\",\"evidence\":{},\"prescriptions\":[null]}}",
                "{\"kind\":\"finding\",\"iteration\":1,\"finding\":{\"id\":\"dead-units\",\"severity\":\"ERROR\",\"layer\":\"a\","
                        + "\"firstIteration\":1,\"count\":1,\"message\":\"m\",\"evidence\":{\"x\":null},\"prescriptions\":[]}}",
                "{\"kind\":\"distributions\",\"iteration\":1}",
                "{\"kind\":\"distributions\",\"iteration\":1,\"tensors\":[null]}",
                "{\"kind\":\"distributions\",\"iteration\":1,\"tensors\":[{\"name\":\"a\",\"kind\":\"WEIGHT\"}]}",
                "{\"kind\":\"distributions\",\"iteration\":1,\"tensors\":[{\"name\":\"a\",\"kind\":\"WEIGHT\",\"values\":{\"low\":0,\"high\":1,"
                        + "\"counts\":[],\"sum\":0,\"squares\":0,\"nonFinite\":0}}]}",
                "{\"kind\":\"distributions\",\"iteration\":1,\"tensors\":[{\"name\":\"a\",\"kind\":\"WEIGHT\",\"values\":{\"low\":\"NaN\",\"high\":1,"
                        + "\"counts\":[1],\"sum\":0,\"squares\":0,\"nonFinite\":0}}]}",
                "{\"kind\":\"look\",\"iteration\":1,\"loss\":1,\"gradientNorm\":1,\"clipScale\":1,\"applied\":true,\"parameters\":[],\"gates\":[],"
                        + "\"layers\":[{\"depth\":1}],\"profiles\":[],\"nonFinite\":null}",
                "{\"kind\":\"look\",\"iteration\":1,\"loss\":1,\"gradientNorm\":1,\"clipScale\":1,\"applied\":true,\"parameters\":[],\"gates\":[],"
                        + "\"layers\":[null],\"profiles\":[],\"nonFinite\":null}",
                "{\"kind\":\"look\",\"iteration\":1,\"loss\":1,\"gradientNorm\":1,\"clipScale\":1,\"applied\":true,\"parameters\":[],\"gates\":[],"
                        + "\"layers\":[],\"profiles\":[{\"layer\":\"a\",\"direction\":\"forward\",\"horizon\":1,\"steps\":[0],\"norms\":[null]}],"
                        + "\"nonFinite\":null}",
                "{\"kind\":\"look\",\"iteration\":1,\"loss\":1,\"gradientNorm\":1,\"clipScale\":1,\"applied\":true,\"parameters\":[],\"gates\":[],"
                        + "\"layers\":[],\"profiles\":[{\"layer\":\"a\",\"direction\":\"forward\",\"horizon\":1,\"steps\":[0,1],\"norms\":[1.0]}],"
                        + "\"nonFinite\":null}"
            })
    void aRowOfHealthThatLacksSomethingIsRefused(String row) throws IOException {
        health("\n" + row + "\n");
        assertTrue(refused().contains("health.jsonl, line 2: expected a row of a run's records, got "), refused());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "7",
                "[]",
                "\"text\"",
                "{} {}",
                "{\"iteration\":1}{\"iteration\":2}",
                "{\"iteration\":",
                "nul"
            })
    void whatIsNoRowIsRefused(String line) throws IOException {
        metrics(STEP + line + "\n" + STEP);
        assertTrue(refused().contains("metrics.jsonl, line 2"), refused());
    }

    @Test
    void nestingWithoutEndIsRefused() throws IOException {
        metrics(STEP + "{\"a\":".repeat(500_000) + "\n");
        assertTrue(refused().contains("metrics.jsonl, line 2"), refused());
    }

    /** Such lines are never held in memory. */
    @Test
    @Tag("slow")
    void aLineLongerThanAnyArrayIsPassedOver() throws IOException {
        metrics(STEP);
        Path file = root.resolve("metrics.jsonl");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(Integer.MAX_VALUE + 7L);
        }
        assertEquals(1, read().size(), "a last line without an end is one that was cut short");
        new JsonLines(file, "a row").truncateAfter(1);
        assertEquals(STEP, Files.readString(file));
    }

    @Test
    void aLongLineAmongOthersIsNamed() throws IOException {
        metrics(STEP + "x".repeat(JsonLines.MOST_BYTES + 1) + "\n" + STEP);
        assertTrue(refused().contains("metrics.jsonl, line 2"), refused());
        assertTrue(refused().contains("a line of 16777217 bytes"), refused());
    }

    /** A line may be cut within a character. */
    @Test
    void aLastLineThatWasCutShortIsPassedOver() throws IOException {
        byte[] row = "{\"iteration\":2,\"event\":\"STOPPED\",\"message\":\"ä".getBytes(StandardCharsets.UTF_8);
        metrics(STEP);
        try (OutputStream out = Files.newOutputStream(root.resolve("metrics.jsonl"), StandardOpenOption.APPEND)) {
            out.write(row, 0, row.length - 1);
        }
        assertEquals(1, read().size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{\"name\":null}",
                "{\"name\":\"a\",\"engine\":\"cpu\"}",
                "{\"name\": \"a\", x}"
            })
    void aDamagedResultIsRefused(String text) throws IOException {
        metrics(STEP);
        Files.writeString(root.resolve("run.json"), text);
        assertTrue(refused().contains("run.json, line "), refused());
        assertTrue(refused().contains("expected a run's result, got"), refused());
    }

    /** As the first versions wrote it. */
    @Test
    void aResultWithoutWhatCameLaterIsRead() throws IOException {
        metrics(STEP);
        Files.writeString(
                root.resolve("run.json"),
                """
                {"name": "a", "engine": "dl4j", "device": "nd4j-native", "parameters": 3, "seed": 7, "iterations": 1, "epochs": 1,
                 "seconds": 0.5, "secondsPerIteration": 0.25, "trainLoss": 2.0, "validation": {"loss": 1.5}, "modelIteration": 1,
                 "stopReason": "all epochs done", "completed": true, "skippedSteps": 0, "clippedSteps": 0, "rollbacks": 0,
                 "findings": []}
                """);
        RunResult result = ((RunEvent.Finished) read().get(1)).result();
        assertEquals("dl4j", result.engine());
        assertEquals("", result.precision());
        assertEquals(List.of(), result.cures());
        assertEquals(HealthSummary.NONE, result.health());
    }
}
