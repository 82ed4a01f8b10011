package org.steadygrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.bench.BenchResult;
import org.steadygrad.bench.BenchSettings;
import org.steadygrad.bench.EngineResult;
import org.steadygrad.bench.StepTimes;
import org.w3c.dom.Document;

class BenchTest {
    private static final StepTimes FAST = new StepTimes(1.25, 1, 2, 60);
    private static final StepTimes SLOW = new StepTimes(1234.5, 1000, 9000, 60);

    private static BenchResult result(String run) {
        EngineResult first = new EngineResult("cpu", "a CPU", FAST, 800, null, null, null, List.of(1.0), null);
        EngineResult second = new EngineResult(
                "cuda:1",
                "a GPU",
                SLOW,
                0.81,
                567.0,
                3L << 30,
                5L << 20,
                List.of(1.5),
                new EngineResult.Agreement(1, 0.5, 0.5, 1));
        return new BenchResult(
                run,
                12345,
                8,
                BenchSettings.DEFAULT,
                List.of(first, second),
                List.of(new BenchResult.Unused("dl4j", "nothing here", false)));
    }

    @Test
    void tableTellsEveryEngine() {
        StringWriter text = new StringWriter();
        new BenchText(new PrintWriter(text), 100).print(result("mine"));
        List<String> lines = text.toString().lines().toList();
        assertTrue(lines.get(0).contains("12,345 parameters"), lines.get(0));
        assertEquals(
                "cpu          1.25    1.00 - 2.00           800               -        -       -        -",
                lines.get(3));
        assertEquals(
                "cuda:1      1,235  1,000 - 9,000         0.810             567  3.0 GiB   5 MiB  5.0e-01",
                lines.get(4));
        assertEquals(lines.get(2).length(), lines.get(4).length());
        assertTrue(text.toString().contains("dl4j not measured: nothing here"), text.toString());
        assertTrue(text.toString().contains("over the first 1 steps its loss differs from cpu's by at most 5.0e-01"));
    }

    @Test
    void chartIsWellFormedWhateverTheNames() throws Exception {
        String chart = BenchChart.of(BenchReport.of(result("a<b&\"c\""), 2));
        Document svg = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(chart.getBytes(StandardCharsets.UTF_8)));
        assertEquals(
                4 + 1, svg.getElementsByTagName("rect").getLength(), "a bar each for time and rate, and the ground");
        assertTrue(svg.getDocumentElement().getTextContent().contains("a<b&\"c\""));
        assertTrue(chart.contains("prefers-color-scheme: dark"));
        assertFalse(chart.contains("http://") && !chart.contains("http://www.w3.org/2000/svg"), "nothing from outside");
    }

    @Test
    void commandWritesJsonAndChart(@TempDir Path folder) throws IOException {
        Path run = Files.writeString(
                folder.resolve("small.yaml"),
                """
                name: small
                data: {kind: adding, length: 4, examples: 24, validationExamples: 9}
                model: {layers: [gru: {units: 5}]}
                training: {batch: 8}
                engine: dl4j
                """);
        Path out = folder.resolve("a/b");
        int code = Main.execute(
                "bench",
                run.toString(),
                "--engines",
                "cpu,dl4j",
                "--steps",
                "4",
                "--warm-up",
                "1",
                "--quiet",
                "--json",
                "--threads",
                "1",
                "--out",
                out.toString());
        assertEquals(0, code);
        JsonNode json = new ObjectMapper().readTree(out.resolve("bench.json").toFile());
        assertEquals("cpu", json.at("/result/engines/0/engine").asText());
        assertEquals(5, json.at("/result/engines/1/losses").size());
        assertTrue(json.at("/result/engines/1/agreement/largest").asDouble() < 1e-4);
        assertEquals(1, json.at("/threads").asInt());
        assertTrue(Files.readString(out.resolve("bench.svg")).startsWith("<svg"));
        assertEquals(1, Main.execute("bench", run.toString(), "--engines", "cpu,wrap", "--quiet"));
        // no machine has that many devices
        assertEquals(1, Main.execute("bench", run.toString(), "--engines", "cuda:99,cpu", "--steps", "2", "--quiet"));
    }
}
