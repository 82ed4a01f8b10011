package org.steadygrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportCommandTest {
    private static final String STEP =
            """
            {"iteration":%d,"epoch":0,"loss":%d.5,"gradientNorm":1.5,"clipScale":1,"applied":true,"learningRateScale":1,"seconds":0.01}
            """;

    @TempDir
    Path folder;

    private Path one;
    private Path two;

    @BeforeEach
    void runs() throws IOException {
        one = run("one");
        two = run("two");
    }

    private Path run(String name) throws IOException {
        Path run = Files.createDirectory(folder.resolve(name));
        Files.writeString(
                run.resolve("metrics.jsonl"), STEP.formatted(1, 7) + STEP.formatted(2, 3) + STEP.formatted(3, 1));
        return run;
    }

    private record Ended(int code, String out, String err) {}

    private static Ended report(Object... args) {
        PrintStream oldOut = System.out;
        PrintStream oldErr = System.err;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        try {
            Stream<String> words =
                    Stream.concat(Stream.of("report"), Arrays.stream(args).map(Object::toString));
            int code = Main.execute(words.toArray(String[]::new));
            return new Ended(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(oldOut);
            System.setErr(oldErr);
        }
    }

    @Test
    void aRunsPageIsWrittenToItsFolderAndItsPathIsTold() throws IOException {
        Ended ended = report(one);
        assertEquals(0, ended.code(), ended.err());
        Path page = one.resolve("report.html");
        assertEquals("Report: " + page + System.lineSeparator(), ended.out());
        assertTrue(Files.readString(page).contains("<title>one"));
    }

    @Test
    void severalRunsAreComparedWhereOutSays() throws IOException {
        Path page = folder.resolve("pages/both.html");
        Ended ended = report(one, two, "--out", page);
        assertEquals(0, ended.code(), ended.err());
        assertTrue(Files.readString(page).contains("<title>one and two"));
        assertFalse(Files.exists(one.resolve("report.html")));
    }

    @Test
    void picturesOfEveryChartAreWrittenTwice() throws IOException {
        Path pictures = folder.resolve("pictures");
        Ended ended = report(one, "--png", pictures);
        assertEquals(0, ended.code(), ended.err());
        assertEquals(
                List.of("gradient-norm.png", "gradient-norm.svg", "loss.png", "loss.svg", "seconds.png", "seconds.svg"),
                names(pictures));
        assertTrue(ended.out().contains("3 charts, each as PNG and SVG: " + pictures), ended.out());
        assertTrue(Files.readString(pictures.resolve("loss.svg")).startsWith("<svg"));
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void chartsAreChosenByNameOrPattern() throws IOException {
        Path pictures = folder.resolve("pictures");
        Ended ended = report(one, "--png", pictures, "--chart", "seconds", "--chart", "*-norm", "--chart", "grad*");
        assertEquals(0, ended.code(), ended.err());
        assertEquals(List.of("gradient-norm.png", "gradient-norm.svg", "seconds.png", "seconds.svg"), names(pictures));
        assertTrue(ended.out().contains("2 charts, each as PNG and SVG: " + pictures), ended.out());
        Ended single = report(one, "--png", folder.resolve("single"), "--chart", "loss");
        assertTrue(single.out().contains("1 chart, as PNG and SVG: "), single.out());
        assertEquals(List.of("loss.png", "loss.svg"), names(folder.resolve("single")));
    }

    @Test
    void unknownChartIsToldWithThoseThereAreAndNothingIsWritten() {
        Path pictures = folder.resolve("pictures");
        Ended ended = report(one, "--png", pictures, "--chart", "loss", "--chart", "gradient.norm");
        assertEquals(1, ended.code());
        String error = ended.err().replaceAll("\\s+", " ");
        assertTrue(error.contains("expected one of loss, gradient-norm, seconds"), error);
        assertTrue(error.contains("got \"gradient.norm\". Did you mean gradient-norm?"), error);
        assertEquals("", ended.out());
        assertFalse(Files.exists(one.resolve("report.html")) || Files.exists(pictures));
    }

    @Test
    void chartsAreListedWithTheirTitles() {
        Ended all = report(one, "--list-charts");
        assertEquals(0, all.code(), all.err());
        List<String> lines = all.out().lines().toList();
        assertEquals(3, lines.size(), all.out());
        assertTrue(lines.get(0).matches("loss {2,}\\S.+"), all.out());
        Ended some = report(one, "--list-charts", "--chart", "sec*");
        assertTrue(some.out().matches("seconds  \\S.+\\R"), some.out());
        assertFalse(Files.exists(one.resolve("report.html")));
    }

    @Test
    void optionsThatMeanNothingTogetherAreRefused() {
        assertEquals(2, report(one, "--chart", "loss").code());
        assertEquals(2, report(one, "--list-charts", "--png", folder).code());
        assertEquals(
                2,
                report(one, "--list-charts", "--out", folder.resolve("x.html")).code());
        assertFalse(Files.exists(one.resolve("report.html")));
    }

    @Test
    void whatIsNoRunIsToldInOneParagraph() {
        Ended ended = report(folder.resolve("nowhere"));
        assertEquals(2, ended.code());
        assertEquals("", ended.out());
        assertTrue(
                ended.err().replaceAll("\\s+", " ").contains("RUN: expected a file or folder that exists, got"),
                ended.err());
        assertEquals(2, report().code());
    }
}
