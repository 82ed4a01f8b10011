package org.steadygrad.cli;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.steadygrad.bench.BenchResult;
import org.steadygrad.bench.EngineResult;

/** Draws a {@link BenchResult} as SVG: time per step and throughput. It brings its own background, light or dark. */
final class BenchChart {
    private static final int WIDTH = 760;
    private static final int LEFT = 110;
    private static final int BARS = 480;
    private static final int ROW = 30;
    private static final int BAR = 18;
    private static final int HEAD = 76;
    private static final int GAP = 44;

    private static final String STYLE =
            """
            <style>
            .back { fill: #ffffff; } text { fill: #24292f; font: 13px system-ui, sans-serif; }
            .title { font-weight: 600; } .small { fill: #57606a; font-size: 11px; }
            .time { fill: #1f77b4; } .rate { fill: #2e8b57; } .spread { stroke: #24292f; stroke-width: 1.5; }
            @media (prefers-color-scheme: dark) {
            .back { fill: #161b22; } text { fill: #e6edf3; } .small { fill: #9da7b3; }
            .time { fill: #58a6ff; } .rate { fill: #56d364; } .spread { stroke: #e6edf3; }
            }
            </style>
            """;

    private final BenchResult result;
    private final StringBuilder svg = new StringBuilder();

    private BenchChart(BenchResult result) {
        this.result = result;
    }

    static String of(BenchReport report) {
        return new BenchChart(report.result()).draw(report);
    }

    private String draw(BenchReport report) {
        int part = result.engines().size() * ROW;
        int height = HEAD + part + GAP + part + GAP;
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">%n",
                WIDTH,
                height,
                WIDTH,
                height));
        svg.append(STYLE);
        svg.append("<rect class=\"back\" width=\"100%\" height=\"100%\" rx=\"6\"/>\n");
        text(16, 26, "title", result.run() + ": training steps, batches of " + result.batch());
        text(16, 44, "small", report.processor() + ", " + report.threads() + " threads, " + report.date());
        text(16, HEAD - 8, "small", "milliseconds per step: median, and where 80 % of the steps lie");
        bars(HEAD, "time", e -> e.step().median(), result.engines());
        spreads();
        boolean sequences = result.engines().stream().allMatch(engine -> engine.timeStepsPerSecond() != null);
        int second = HEAD + part + GAP;
        text(16, second - 8, "small", sequences ? "time steps per second" : "examples per second");
        bars(second, "rate", e -> sequences ? e.timeStepsPerSecond() : e.examplesPerSecond(), result.engines());
        return svg.append("</svg>\n").toString();
    }

    private void bars(int top, String kind, ToDoubleFunction<EngineResult> value, List<EngineResult> engines) {
        double most = engines.stream().mapToDouble(value).max().orElse(1);
        for (int i = 0; i < engines.size(); i++) {
            double number = value.applyAsDouble(engines.get(i));
            int y = top + i * ROW;
            double length = Math.max(1, number / most * BARS);
            text(16, y + 18, "", engines.get(i).engine());
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>%n",
                    kind,
                    LEFT,
                    y + 5,
                    length,
                    BAR));
            text(WIDTH - 16, y + 18, "end", BenchText.number(number));
        }
    }

    /** Lines from the fast steps to the slow ones; what is longer than the longest bar ends at the edge. */
    private void spreads() {
        double most = result.engines().stream()
                .mapToDouble(e -> e.step().median())
                .max()
                .orElse(1);
        for (int i = 0; i < result.engines().size(); i++) {
            EngineResult engine = result.engines().get(i);
            double middle = HEAD + i * ROW + 5 + BAR / 2.0;
            svg.append(String.format(
                    Locale.ROOT,
                    "<line class=\"spread\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>%n",
                    LEFT + engine.step().low() / most * BARS,
                    LEFT + Math.min(BARS * 1.12, engine.step().high() / most * BARS),
                    middle,
                    middle));
        }
    }

    private void text(int x, int y, String kind, String words) {
        String place = kind.equals("end") ? "text-anchor=\"end\"" : "class=\"" + kind + "\"";
        svg.append(String.format(Locale.ROOT, "<text x=\"%d\" y=\"%d\" %s>%s</text>%n", x, y, place, escape(words)));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
