package org.steadygrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.steadygrad.runlog.Baselines;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Gain;
import org.steadygrad.runlog.HealthSummary;
import org.steadygrad.runlog.Prescription;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.runlog.Severity;

/** What people and programs see of the same run. */
class ProgressTest {
    private static final Screen LOG = new Screen(false, false, 100);
    private static final Screen TERMINAL = new Screen(true, true, 90);

    private final StringWriter text = new StringWriter();
    private final PrintWriter out = new PrintWriter(text);
    private long nanos;

    private static Finding finding(Severity severity, String... changes) {
        Prescription cure = new Prescription("a cure", List.of(changes), "it helps", "");
        return new Finding("vanishing-gradient", severity, "a", 1, 3, "It vanishes.", Map.of("x", 1.0), List.of(cure));
    }

    /** 12 steps of 1.5 s with all that may happen. */
    private void run(RunListener observer) {
        observer.happened(new RunEvent.EnginePassedOver("engine cuda not used"));
        observer.happened(new RunEvent.Started("cpu", "two cores", 12345, 12, 0));
        for (int i = 1; i <= 12; i++) {
            nanos += 1_500_000_000L;
            observer.happened(new RunEvent.Step(
                    i, 0, i == 5 ? Double.NaN : 2.0, i == 5 ? Double.NaN : 2.0, 3, 0.5, i != 5, 1, 1));
            if (i == 5) {
                observer.happened(new RunEvent.Skipped(
                        i, "step skipped", Optional.of("overflow"), Optional.of(Path.of("bundle.zip"))));
                observer.happened(new RunEvent.RolledBack(i, "back to iteration 3", 3, 0.5));
            }
            if (i == 7) {
                observer.happened(new RunEvent.Found(
                        i, finding(Severity.ERROR, "model.layers[0].stack.batchNorm=true", "warmup=7")));
                observer.happened(new RunEvent.Found(i, finding(Severity.WARNING)));
            }
        }
        observer.happened(new RunEvent.Validated(12, 0, Map.of("loss", 0.25), true, Gain.UNKNOWN));
        observer.happened(new RunEvent.Stopped(12, "all epochs done"));
    }

    private String console(Screen screen) {
        nanos = 0;
        text.getBuffer().setLength(0);
        try (ConsoleProgress progress = new ConsoleProgress(out, screen, () -> nanos)) {
            run(progress);
        }
        return text.toString();
    }

    @Test
    void logsGetPlainLines() {
        assertEquals(
                """
                engine cuda not used
                engine cpu (two cores), 12,345 parameters
                iteration 5  replay the step with: steadygrad replay bundle.zip
                iteration 5  rolled back: back to iteration 3
                iteration 7 of 12  loss 2  |g| 3  clipped 100%  0.7 steps/s  8 s left
                iteration 7  error: It vanishes.
                             try: --set 'model.layers[0].stack.batchNorm=true' --set warmup=7  (a cure)
                iteration 7  warning: It vanishes.
                             try: a cure
                iteration 12  validation: loss 0.25  (best)
                """,
                console(LOG)
                        .replace("loss 2.000", "loss 2")
                        .replace("3.00", "3")
                        .replace("0.2500", "0.25"));
    }

    private static Finding dead(int layer, String change) {
        Prescription cure = new Prescription("a cure", List.of(change), "it helps", "");
        String message = "Units of l" + layer + " are dead.";
        return new Finding("dead-units", Severity.WARNING, "l" + layer, 1, 3, message, Map.of(), List.of(cure));
    }

    private void findInManyLayers(RunListener observer) {
        for (int layer = 1; layer <= 7; layer++) {
            observer.happened(new RunEvent.Found(3, dead(layer, layer == 5 ? "b=1" : "a=1")));
        }
        observer.happened(new RunEvent.RolledBack(3, "back to iteration 1", 1, 0.5));
        for (int layer = 8; layer <= 10; layer++) {
            observer.happened(new RunEvent.Found(layer < 10 ? 7 : 17, dead(layer, layer < 10 ? "a=1" : "c=1")));
        }
    }

    @Test
    void whatManyLayersHaveInCommonIsToldOnce() {
        try (ConsoleProgress progress = new ConsoleProgress(out, LOG, () -> nanos)) {
            findInManyLayers(progress);
        }
        assertEquals(
                """
                iteration 3  warning: Units of l1 are dead. Also in l2, l3, l4, l5 and 2 more.
                             try: --set a=1  (a cure)
                             in l5 try: --set b=1  (a cure)
                iteration 3  rolled back: back to iteration 1
                iteration 7  warning: dead-units also in l8, l9.
                iteration 17  warning: dead-units also in l10.
                              try: --set c=1  (a cure)
                """,
                text.toString());
        text.getBuffer().setLength(0);
        findInManyLayers(new JsonProgress(out, () -> nanos));
        assertEquals(
                10,
                text.toString()
                        .lines()
                        .filter(line -> line.contains("\"finding\""))
                        .count());
    }

    @Test
    void theResultTellsOnceWhatLayersHaveInCommon() {
        List<Finding> findings = new ArrayList<>();
        for (int layer = 1; layer <= 17; layer++) {
            findings.add(dead(layer, layer % 3 == 0 ? "layers[" + layer + "]=1" : "a=1"));
        }
        HealthSummary health = new HealthSummary(1, 1, 0, 1, OptionalDouble.empty(), List.of(), Map.of(), findings);
        ResultText.print(
                out,
                new RunResult(
                        "run",
                        "cpu",
                        "",
                        "",
                        7,
                        1,
                        3,
                        1,
                        1,
                        1,
                        1,
                        Map.of(),
                        3,
                        Baselines.NONE,
                        Gain.UNKNOWN,
                        "done",
                        true,
                        0,
                        0,
                        0,
                        List.of(),
                        findings,
                        health),
                Path.of("runs"));
        List<String> lines = text.toString()
                .lines()
                .dropWhile(line -> !line.contains("warning"))
                .toList();
        assertEquals(
                List.of(
                        "  warning        Units of l1 are dead. Also in l2, l3, l4, l5 and 12 more.",
                        "                 try: --set a=1  (a cure)",
                        "                 in l3 try: --set 'layers[3]=1'  (a cure)",
                        "                 in l6 try: --set 'layers[6]=1'  (a cure)",
                        "                 in l9 try: --set 'layers[9]=1'  (a cure)",
                        "                 other advice for 2 more",
                        "  written to     runs"),
                lines);
    }

    @Test
    void terminalsShowOneLineDrawnOverAndOver() {
        List<String> screen = drawn(console(TERMINAL));
        List<String> beginnings = List.of(
                "engine cuda",
                "engine cpu",
                "iteration 5  replay",
                "iteration 5  rolled back",
                "iteration 7  ",
                "             try: --set",
                "iteration 7  ",
                "             try: a cure",
                "iteration 12  validation",
                "[====");
        assertEquals(beginnings.size(), screen.size(), screen.toString());
        for (int i = 0; i < screen.size(); i++) {
            assertTrue(screen.get(i).startsWith(beginnings.get(i)), screen.get(i));
        }
        assertTrue(screen.get(9).contains("100%  12/12  loss 2.000"), screen.get(9));
    }

    @Test
    void severitiesAreColouredOnlyWhereColoursAreWanted() {
        String coloured = console(TERMINAL);
        assertTrue(coloured.contains("\033[1m\033[31merror"), coloured);
        assertTrue(coloured.contains("\033[33mwarning"), coloured);
        String plain = console(new Screen(true, false, 90));
        assertFalse(plain.replace("\033[K", "").contains("\033"), plain);
    }

    /** What is on a terminal after a text with carriage returns and erasures of the line. */
    private static List<String> drawn(String output) {
        List<String> lines = new ArrayList<>();
        for (String line : output.split("\n", -1)) {
            int erased = line.lastIndexOf("\r\033[K");
            lines.add(erased < 0 ? line : line.substring(erased + 4));
        }
        lines.removeIf(String::isEmpty);
        return lines;
    }

    @Test
    void programsGetJsonLines() throws IOException {
        run(new JsonProgress(out, () -> nanos));
        List<JsonNode> events = new ArrayList<>();
        for (String line : text.toString().lines().toList()) {
            events.add(new ObjectMapper().readTree(line));
        }
        List<String> names =
                events.stream().map(e -> e.get("event").asText()).distinct().toList();
        assertEquals(
                List.of(
                        "passed-over",
                        "started",
                        "progress",
                        "skipped",
                        "filed",
                        "rolled-back",
                        "finding",
                        "validation",
                        "stopped"),
                names);
        JsonNode progress = events.get(2);
        assertEquals(1, progress.get("iteration").asInt());
        assertEquals(11 * 1.5, progress.get("secondsLeft").asDouble(), 1e-9);
        JsonNode finding = events.stream()
                .filter(e -> e.get("event").asText().equals("finding"))
                .findFirst()
                .orElseThrow();
        assertEquals("ERROR", finding.at("/finding/severity").asText());
        assertEquals(
                "warmup=7", finding.at("/finding/prescriptions/0/changes/1").asText());
    }

    @Test
    void runThatNeverBeganLeavesNothingBehind() {
        ConsoleProgress progress = new ConsoleProgress(out, TERMINAL, () -> nanos);
        progress.close();
        assertEquals("", text.toString());
    }
}
