package org.steadygrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.steadygrad.cli.DoctorReport.EngineState;
import org.steadygrad.cli.DoctorReport.GpuState;
import org.steadygrad.cli.DoctorReport.Memory;
import org.steadygrad.cli.DoctorReport.Nd4jState;
import org.steadygrad.cli.DoctorReport.Processor;
import org.steadygrad.cli.DoctorReport.Software;

class DoctorTest {
    @Test
    void theReportOfThisMachineIsComplete() throws IOException {
        JsonNode json = new ObjectMapper().readTree(DoctorCommand.toJson(DoctorReport.collect()));
        assertTrue(json.at("/cpu/logicalCores").asInt() > 0);
        assertTrue(json.at("/memory/total").asLong() > 0);
        assertTrue(json.at("/memory/heapLimit").asLong() > 0);
        assertEquals("1.0.0-M2.1", json.at("/nd4j/version").asText());
        assertEquals("CpuBackend", json.at("/nd4j/loaded").asText());
        assertEquals("CpuBackend", json.at("/nd4j/backends/0").asText());
        assertEquals(1, json.at("/nd4j/backends").size(), "the chooser of the build is not a back end");
        assertEquals("OPENBLAS", json.at("/nd4j/blas").asText());
        assertTrue(json.at("/gpus").isArray());
        assertTrue(json.at("/engines").findValuesAsText("name").contains("dl4j"));
        assertFalse(json.at("/auto").asText().isEmpty());
    }

    @Test
    void saysWhyEnginesAndGpusAreNotUsable() {
        EngineState cuda = new EngineState("cuda", false, "no driver is installed");
        EngineState dl4j = new EngineState("dl4j", true, "ND4J on CpuBackend");
        GpuState gpu = new GpuState("NVIDIA H200", "9.0", "", "", List.of(cuda));
        String text = print(report(List.of(cuda, dl4j), List.of(gpu), "dl4j"));
        assertTrue(text.contains("missing cuda          no driver is installed"), text);
        assertTrue(text.contains("ok      dl4j          ND4J on CpuBackend"), text);
        assertTrue(text.contains("NVIDIA H200: compute capability 9.0"), text);
        String verdict = text.stripTrailing().lines().reduce((a, b) -> b).orElse("");
        assertEquals("--engine auto takes dl4j here, for every model that it supports. Not usable: cuda.", verdict);
        assertFalse(text.contains("\u001b"), "no colours where there is no terminal");
    }

    @Test
    void saysSoWhenNothingCanBeUsed() {
        String text = print(report(List.of(new EngineState("dl4j", false, "no back end")), List.of(), ""));
        assertTrue(text.contains("No engine can be used here"), text);
    }

    private static DoctorReport report(List<EngineState> engines, List<GpuState> gpus, String auto) {
        return new DoctorReport(
                "1.0",
                new Processor("some", List.of(), 0, 2),
                new Memory(1L << 34, 1L << 33, 1L << 32, 1L << 32, 1L << 20),
                new Software("Linux", "amd64", "17", "/jdk"),
                new Nd4jState("1", List.of(), "", "", "base", "it is", "", "none found"),
                engines,
                gpus,
                auto);
    }

    private static String print(DoctorReport report) {
        StringWriter text = new StringWriter();
        new DoctorText(new PrintWriter(text), false, 120).print(report);
        return text.toString();
    }
}
