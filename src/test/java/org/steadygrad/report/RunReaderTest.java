package org.steadygrad.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunLogWriter;
import org.steadygrad.runlog.Severity;

class RunReaderTest {
    private static final String STEP =
            """
            {"iteration":%d,"epoch":0,"loss":%s,"gradientNorm":1.5,"clipScale":0.5,"applied":true,"learningRateScale":1.0,"seconds":0.01}
            """;
    private static final String RESULT =
            """
            {"name": "tiny", "engine": "cpu", "device": "two threads", "precision": "float32", "parameters": 33, "seed": 7,
             "iterations": %d, "epochs": 1, "seconds": 1.5, "secondsPerIteration": 0.01, "trainLoss": 0.5, "validation": {"loss": "NaN"},
             "modelIteration": 3, "stopReason": "all done", "completed": %s, "skippedSteps": 0, "clippedSteps": 3, "rollbacks": 0,
             "cures": [], "findings": [], "health": {"steps": 3, "tracedSteps": 1, "skippedSteps": 0, "medianGradientNorm": "NaN",
             "layers": [], "horizons": {}}}
            """;

    @TempDir
    Path folder;

    @BeforeEach
    void metrics() throws IOException {
        append("metrics.jsonl", STEP.formatted(1, "2.0") + STEP.formatted(2, "\"NaN\"") + STEP.formatted(3, "1.0"));
    }

    @Test
    void readsWhatARunWrites() throws IOException {
        append(
                "metrics.jsonl",
                "{\"iteration\":3,\"epoch\":0,\"validation\":{\"loss\":0.7,\"accuracy\":\"NaN\"},\"best\":true}\n");
        append(
                "metrics.jsonl",
                "{\"iteration\":3,\"event\":\"ROLLED_BACK\",\"message\":\"to step"
                        + " 1\",\"snapshotIteration\":1,\"learningRateScale\":0.5}\n");
        append("run.yaml", "name: tiny\nmodel: {layers: [{gru: {units: 7}}]}\n");
        append("run.json", RESULT.formatted(3, true));
        try (RunLogWriter log = RunLogWriter.ofHealth(folder.resolve("health.jsonl"))) {
            log.happened(SampleRun.look(1, 3, 7));
            log.happened(SampleRun.distributions(1, 3));
            log.happened(new RunEvent.Found(1, SampleRun.finding("dead-units", Severity.WARNING, "layer1")));
        }
        JsonNode json = RunReader.read(folder).json();
        assertEquals("tiny", json.get("name").asText());
        assertEquals("finished", json.get("state").asText());
        assertEquals(3, json.at("/progress/iteration").asInt());
        assertEquals(3, json.at("/progress/clipped").asInt());
        assertTrue(json.at("/steps/loss/mean/1").isNull());
        assertEquals(0.7, json.at("/validation/loss/mean/0").asDouble());
        assertTrue(json.at("/validation/accuracy/mean/0").isNull());
        assertEquals("to step 1", json.at("/events/rolled_back/marks/0/text").asText());
        assertEquals(
                "7",
                json.at("/configuration/values")
                        .get("model.layers[0].gru.units")
                        .asText());
        assertEquals(
                "[\"layer1\",\"layer2\",\"layer3\"]", json.at("/layers/rows").toString());
        assertEquals(2, json.get("time").size());
        assertEquals(9, json.get("histograms").size());
        assertEquals("relu", json.at("/activations/layer1").asText());
        assertTrue(json.at("/outcome/validation/loss").isNull());
    }

    @Test
    void metricsAloneAreAnUnfinishedRunNamedAfterItsFolder() {
        RunView view = RunReader.read(folder);
        assertEquals(folder.getFileName().toString(), view.name());
        assertEquals("unfinished", view.json().get("state").asText());
        assertTrue(view.json().get("outcome").isNull());
    }

    @Test
    void findingsOfAnUnfinishedRunComeFromItsLog() {
        try (RunLogWriter log = RunLogWriter.ofHealth(folder.resolve("health.jsonl"))) {
            log.happened(new RunEvent.Found(20, SampleRun.finding("dead-units", Severity.WARNING, "layer1")));
        }
        assertEquals(
                "dead-units", RunReader.read(folder).json().at("/findings/0/id").asText());
    }

    @Test
    void aStoppedRunAndAResultOlderThanTheMetrics() throws IOException {
        append("run.json", RESULT.formatted(3, false));
        assertEquals("stopped", RunReader.read(folder).json().get("state").asText());
        append("metrics.jsonl", STEP.formatted(4, "0.5"));
        assertEquals("unfinished", RunReader.read(folder).json().get("state").asText());
    }

    @Test
    void aLastLineWithoutItsEndIsLeftOut() throws IOException {
        append("metrics.jsonl", STEP.formatted(4, "0.5").substring(0, 40));
        append("health.jsonl", "{\"kind\":\"look\",\"iter");
        assertEquals(3, RunReader.read(folder).iteration());
    }

    @Test
    void aLastLineThatIsWholeCountsWithoutItsEnd() throws IOException {
        append("metrics.jsonl", STEP.formatted(4, "0.5").strip());
        assertEquals(4, RunReader.read(folder).iteration());
    }

    @Test
    void damagedLinesAreNamedByFileAndLine() throws IOException {
        append("metrics.jsonl", STEP.formatted(4, "0.5").substring(0, 40) + "\n" + STEP.formatted(5, "0.5"));
        assertRefused("metrics.jsonl, line 4: expected a row of a run's records, got \"{\"iteration\":4");
    }

    @Test
    void rowsOfTheWrongKindAreNamedByFileAndLine() throws IOException {
        append("metrics.jsonl", "[1, 2]\n");
        assertRefused("metrics.jsonl, line 4");
        Files.writeString(folder.resolve("metrics.jsonl"), STEP.formatted(1, "\"much\""));
        assertRefused("metrics.jsonl, line 1");
        Files.writeString(folder.resolve("metrics.jsonl"), STEP.formatted(1, "1"));
        append("health.jsonl", "\n{\"kind\":\"look\",\"iteration\":1}\n");
        assertRefused("health.jsonl, line 2");
        Files.writeString(
                folder.resolve("health.jsonl"),
                "{\"kind\":\"finding\",\"iteration\":1,\"finding\":{\"id\":7,\"severity\":\"DIRE\"}}\n");
        assertRefused("health.jsonl, line 1");
    }

    @Test
    void bytesThatAreNoTextAreNamedByFile() throws IOException {
        Files.write(
                folder.resolve("metrics.jsonl"),
                new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1, '\n'},
                StandardOpenOption.APPEND);
        assertRefused("metrics.jsonl, line 4");
    }

    @Test
    void damagedResultsAndRunFilesAreNamedByFileAndLine() throws IOException {
        append("run.json", "{\n\"name\": \"tiny\",\n\"seconds\": oops}");
        assertRefused("run.json, line 3: expected a run's result");
        Files.delete(folder.resolve("run.json"));
        append("run.yaml", "name: tiny\nmodel: [1, 2\n");
        assertRefused("run.yaml, line 3: expected a run file");
    }

    @Test
    void rowsOfKindsThatLaterVersionsMayAddAreLeftOut() throws IOException {
        append("health.jsonl", "{\"kind\":\"weather\",\"iteration\":1}\n");
        append("metrics.jsonl", "{\"iteration\":3,\"weather\":\"fine\"}\n");
        assertEquals(3, RunReader.read(folder).iteration());
    }

    @Test
    void whatIsNoRunIsSaid() throws IOException {
        Path nowhere = folder.resolve("nowhere");
        assertRefused(nowhere, "got nothing of that name");
        assertRefused(folder.resolve("metrics.jsonl"), "got a file");
        assertRefused(Files.createDirectory(folder.resolve("empty")), "got a folder without metrics.jsonl");
    }

    private void append(String file, String text) throws IOException {
        Files.writeString(folder.resolve(file), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private void assertRefused(String words) {
        assertRefused(folder, words);
    }

    private static void assertRefused(Path run, String words) {
        InvalidInputException refusal = assertThrows(InvalidInputException.class, () -> RunReader.read(run));
        assertTrue(refusal.getMessage().contains(words), refusal.getMessage());
        assertFalse(refusal.getMessage().contains("Exception"), refusal.getMessage());
    }
}
