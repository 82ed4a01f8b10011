package org.steadygrad.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.runlog.Distributions;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.Severity;

class ReportPicturesTest {
    private static final List<String> FINDINGS = List.of(
            "bad-input",
            "constant-input",
            "poor-initialisation",
            "all-zero",
            "repeated-batch",
            "mask-ignored",
            "leaking-target",
            "unmasked-padding",
            "stalled-input",
            "vanishing-gradient",
            "exploding-gradient",
            "dead-units",
            "saturation",
            "non-finite",
            "gradient-underflow",
            "vanishing-through-time",
            "exploding-through-time",
            "short-truncation",
            "gradient-spikes",
            "updates-too-small",
            "updates-too-large",
            "unchanging-parameter",
            "oscillating-loss",
            "loss-spikes",
            "loss-plateau",
            "diverging-loss",
            "learning-rate-too-high",
            "learning-rate-too-low",
            "clip-always",
            "clip-never",
            "overfitting");

    @Test
    void everyChartOfARunIsDrawnWithItsWords() throws Exception {
        try (ReportPictures pictures = new ReportPictures(List.of(SampleRun.view("sample", 60)))) {
            Set<String> names = new HashSet<>();
            for (ReportPictures.Chart chart : pictures.charts()) {
                names.add(chart.name());
                assertDrawn(pictures, chart);
            }
            assertTrue(
                    names.containsAll(Set.of(
                            "loss",
                            "metric-1",
                            "gradient-norm",
                            "gates",
                            "layer-gradients",
                            "updates",
                            "time-1",
                            "time-2",
                            "horizon",
                            "signal",
                            "dead",
                            "saturated",
                            "deviation",
                            "activation-1",
                            "weight-3",
                            "gradient-2",
                            "seconds")),
                    names.toString());
            assertEquals(names.size(), pictures.charts().size());
        }
    }

    @Test
    void chartsAreChosenInTheirOrderAndEachOnce() {
        try (ReportPictures pictures = new ReportPictures(List.of(SampleRun.view("sample", 40)))) {
            assertEquals(
                    List.of("loss", "time-1", "time-2"), names(pictures.charts(List.of("time-*", "loss", "*ime-2"))));
            assertEquals(names(pictures.charts()), names(pictures.charts(List.of("*"))));
            assertEquals(List.of(), pictures.charts(List.of()));
            InvalidInputException e =
                    assertThrows(InvalidInputException.class, () -> pictures.charts(List.of("loss", "weight")));
            assertTrue(e.getMessage().contains("loss, metric-1, gradient-norm"), e.getMessage());
            assertTrue(e.getMessage().contains("time-1 to time-2, horizon"), e.getMessage());
        }
        try (ReportPictures none = new ReportPictures(List.of(new RunView("none")))) {
            assertThrows(InvalidInputException.class, () -> none.charts(List.of("*")));
        }
    }

    private static List<String> names(List<ReportPictures.Chart> charts) {
        return charts.stream().map(ReportPictures.Chart::name).toList();
    }

    private static void assertDrawn(ReportPictures pictures, ReportPictures.Chart chart) throws Exception {
        String svg = pictures.svg(chart);
        var document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes("UTF-8")));
        assertTrue(document.getElementsByTagName("text").getLength() >= 3, chart.name());
        assertFalse(svg.contains("NaN") || svg.contains("undefined"), chart.name());
        BufferedImage with = image(pictures.png(svg));
        BufferedImage without = image(pictures.png(svg.replaceAll("<text[^>]*>[^<]*</text>", "")));
        assertEquals(0xffffffff, with.getRGB(0, 0), "white around " + chart.name());
        assertTrue(different(with, without) > 200, "words of " + chart.name());
        assertTrue(coloured(without) > 500, "marks of " + chart.name());
    }

    @Test
    void runsThatAreComparedShareOneScale() {
        RunView strong = SampleRun.view("strong", 40);
        strong.happened(SampleRun.look(41, 40, 0));
        try (ReportPictures pictures = new ReportPictures(List.of(SampleRun.view("weak", 40), strong))) {
            List<String> names = names(pictures.charts());
            assertTrue(names.containsAll(List.of("loss", "layer-gradients-1", "layer-gradients-2")), names.toString());
            String one = scale(pictures, "layer-gradients-1");
            assertEquals(one, scale(pictures, "layer-gradients-2"));
        }
    }

    /** Words at the ends of a heat map's colour bar. */
    private static String scale(ReportPictures pictures, String name) {
        String svg = pictures.svg(pictures.charts().stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow());
        List<String> words = java.util.regex.Pattern.compile("<text[^>]*>([^<]*)</text>")
                .matcher(svg)
                .results()
                .map(r -> r.group(1))
                .toList();
        return String.join(" ", words.subList(words.size() - 2, words.size()));
    }

    @Test
    void runsWithNextToNothingAreDrawnToo() {
        RunView one = new RunView("one");
        one.happened(SampleRun.step(1, 2));
        RunView lost = new RunView("lost");
        lost.happened(SampleRun.step(1, Double.NaN));
        lost.happened(SampleRun.look(1, 1, 1));
        for (List<RunView> runs : List.of(
                List.of(new RunView("none")), List.of(one), List.of(lost), List.of(new RunView("none"), one, lost))) {
            try (ReportPictures pictures = new ReportPictures(runs)) {
                for (ReportPictures.Chart chart : pictures.charts()) {
                    assertFalse(pictures.svg(chart).contains("NaN"), chart.name());
                }
                assertEquals(
                        runs.size() == 1 && runs.get(0).iteration() == 0,
                        pictures.charts().isEmpty());
            }
        }
    }

    @Test
    void everyFindingIsExplainedAndShownByAChart() {
        try (ChartScript script = new ChartScript()) {
            script.evaluate("function charts() { return steadygrad.charts(["
                    + SampleRun.view("sample", 60).text() + "]); }");
            for (String id : FINDINGS) {
                RunView view = new RunView("x");
                view.happened(new RunEvent.Found(1, SampleRun.finding(id, Severity.WARNING, "layer1")));
                String group = "steadygrad.findings.grouped(" + view.json().get("findings") + ")[0]";
                assertTrue(script.evaluate(group + ".meaning").length() > 20, id + " has no explanation");
                String chart = script.evaluate("steadygrad.findings.chartOf(" + group + ", charts())");
                assertNotEquals("null", chart, id);
                String named =
                        script.evaluate("charts().filter(function (c) { return c.id === '" + chart + "'; }).length");
                assertEquals("1", named, id);
            }
            assertEquals("time-1", chartOf(script, "vanishing-through-time", "layer1"));
            assertEquals("layer-gradients", chartOf(script, "vanishing-gradient", "layer1"));
            assertEquals("loss", chartOf(script, "something-new", ""));
        }
    }

    private static String chartOf(ChartScript script, String id, String layer) {
        RunView view = new RunView("x");
        view.happened(new RunEvent.Found(1, SampleRun.finding(id, Severity.WARNING, layer)));
        return script.evaluate("steadygrad.findings.chartOf(steadygrad.findings.grouped("
                + view.json().get("findings") + ")[0], charts())");
    }

    @Test
    void histogramsKeepTheirMassOnCommonBins() {
        RunView view = new RunView("x");
        for (int i = 1; i <= 33; i++) {
            view.happened(SampleRun.distributions(i, 1));
        }
        view.happened(new Distributions(
                34, List.of(SampleRun.tensor("layer1", Distributions.Kind.ACTIVATION, 0.5f, 0.5f, 0.5f))));
        try (ChartScript script = new ChartScript()) {
            script.evaluate("var rows = steadygrad.rebinned(" + view.json().at("/histograms/0") + ").rows;");
            String masses = script.evaluate(
                    "rows[0].map(function (x, c) { return rows.reduce(function (sum, row) { return sum + row[c]; },"
                            + " 0); }).join()");
            String[] columns = masses.split(",");
            assertEquals(34, columns.length);
            for (String mass : columns) {
                assertEquals(1, Double.parseDouble(mass), 0.03, "thin tails may be cut, no more");
            }
            assertEquals(
                    "1",
                    script.evaluate("rows.filter(function (row) { return row[33] > 0; }).length"),
                    "one value, one bin");
        }
    }

    @Test
    void looksFurtherApartAreWiderInHeatMaps() {
        try (ChartScript script = new ChartScript()) {
            assertEquals("1:0 10:1 20:2 30:3", places(script, "[1, 10, 20, 30]", 5));
            assertEquals("1:0 10:1 20:2 30:2 40:2 50:3 60:4", places(script, "[1, 10, 20, 50, 60]", 5));
            assertEquals("110:0 130:1 150:2", places(script, "[110, 130, 150]", 5));
            assertEquals("1:0 7:1", places(script, "[1, 7]", 5));
            assertEquals("4:0", places(script, "[4]", 5));
            assertEquals("1:0 5:1 5:2 9:3", places(script, "[1, 5, 5, 9]", 5), "columns as they are");
        }
    }

    @Test
    void heatMapsOfLongRunsStaySmall() {
        try (ChartScript script = new ChartScript()) {
            String columns = "(function () { var all = [1]; for (var i = 10; i <= 1000; i += 10) { all.push(i); }"
                    + " for (i = 1050; i <= 5000; i += 50) { all.push(i); } return all; }())";
            String[] places = places(script, columns, 10).split(" ");
            assertTrue(places.length > 200 && places.length <= 300, places.length + " places");
            assertEquals("5000:180", places[places.length - 1]);
            List<Integer> shown = Stream.of(places)
                    .map(place -> Integer.valueOf(place.substring(place.indexOf(':') + 1)))
                    .distinct()
                    .toList();
            assertEquals(IntStream.rangeClosed(0, 180).boxed().toList(), shown, "every look, in their order");
            assertTrue(places(script, columns, 400).split(" ").length <= 240);
        }
    }

    /** Step and column of each place. */
    private static String places(ChartScript script, String columns, int rows) {
        return script.evaluate("steadygrad.heatmaps.places(" + columns + ", " + rows
                + ").map(function (place) { return place.step + ':' + place.column; }).join(' ')");
    }

    @Test
    void prescriptionsAreQuotedForAShell() {
        try (ChartScript script = new ChartScript()) {
            assertEquals("--set 'a[0].b=it'\\''s'", script.call("findings.assignment", "a[0].b=it's"));
        }
    }

    @Test
    void scriptsReachNoJavaClasses() {
        try (ChartScript script = new ChartScript()) {
            assertEquals(
                    "undefined",
                    script.evaluate("typeof java + (typeof Packages === 'undefined' ? '' : ' and Packages')"));
        }
    }

    private static BufferedImage image(byte[] png) throws Exception {
        return ImageIO.read(new ByteArrayInputStream(png));
    }

    private static int different(BufferedImage a, BufferedImage b) {
        int count = 0;
        for (int y = 0; y < a.getHeight(); y++) {
            for (int x = 0; x < a.getWidth(); x++) {
                count += a.getRGB(x, y) == b.getRGB(x, y) ? 0 : 1;
            }
        }
        return count;
    }

    private static int coloured(BufferedImage image) {
        int count = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int rgb = image.getRGB(x, y);
                int red = rgb >> 16 & 255;
                int green = rgb >> 8 & 255;
                int blue = rgb & 255;
                int spread = Math.max(red, Math.max(green, blue)) - Math.min(red, Math.min(green, blue));
                count += spread > 40 ? 1 : 0;
            }
        }
        return count;
    }
}
