package org.steadygrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DiagnoseCommandTest {
    private static final String YAML =
            """
            name: small
            data: {kind: copyMemory, delay: 9, symbols: 2, examples: 24, validationExamples: 3}
            model:
              layers:
                - rnn: {units: 5, direction: forward}
                - stack: {depth: 3, units: 5, activation: tanh}
            training: {batch: 8, truncatedBptt: 4}
            """;

    @TempDir
    Path folder;

    private record Ended(int code, String out) {}

    private Ended diagnose(String... arguments) throws IOException {
        Path file = Files.writeString(folder.resolve("small.yaml"), YAML);
        StringWriter out = new StringWriter();
        CommandLine line = new CommandLine(new DiagnoseCommand());
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(new StringWriter()));
        String[] all = new String[arguments.length + 1];
        all[0] = file.toString();
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return new Ended(line.execute(all), out.toString());
    }

    @Test
    void everyPartIsToldAndFindingsAreNoFailure() throws IOException {
        Ended ended = diagnose("--set", "training.updater={sgd: {learningRate: 1.0e-12}}", "--batches", "1");
        assertEquals(0, ended.code());
        for (String section : new String[] {
            "Data", "Layer by layer", "Stacks", "Recurrent matrices", "Memory", "Truncated back-propagation", "Findings"
        }) {
            assertTrue(ended.out().lines().anyMatch(section::equals), section + "\n" + ended.out());
        }
        assertTrue(ended.out().contains("1 batches (8 examples)"), ended.out());
        assertTrue(ended.out().contains("learning-rate-too-low"), ended.out());
        String last = ended.out().substring(ended.out().lastIndexOf("Next:")).replaceAll("\\s+", " ");
        assertTrue(last.contains("small.yaml --set 'training.updater={sgd: {learningRate: 1.0e-12}}' --cure"), last);
        assertFalse(ended.out().contains("NaN"), ended.out());
    }

    @Test
    void jsonHoldsAllOfIt() throws IOException {
        Ended ended = diagnose("--json");
        assertEquals(0, ended.code());
        JsonNode json = new ObjectMapper().readTree(ended.out());
        assertEquals("small", json.get("subject").get("run").asText());
        assertEquals(3, json.get("subject").get("batches").asInt());
        assertEquals(3, json.get("stacks").get(0).get("layers").asInt());
        assertEquals("state", json.get("recurrent").get(0).get("gate").asText());
        assertEquals(11, json.get("memory").get(0).get("lag").asInt());
        assertEquals(4, json.get("truncation").get("steps").asInt());
        assertEquals("short-truncation", json.get("findings").get(0).get("id").asText());
    }

    @Test
    void aWrongNumberOfBatchesIsCode2() throws IOException {
        assertEquals(2, diagnose("--batches", "0").code());
        assertEquals(2, diagnose("--batches", "many").code());
    }
}
