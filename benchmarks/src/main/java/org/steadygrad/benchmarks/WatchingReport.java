package org.steadygrad.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What watching costs, as a part of a report. */
final class WatchingReport implements Report.Part {
    private static final String[] TABLE = {
        "case",
        "steps",
        "step, ms",
        "a look adds, ms",
        "with histograms, ms",
        "health, medians",
        "health",
        "live page",
        "together"
    };

    private static final String WORDS =
            """
            Full looks and histograms: what they add to their step and the next, against the steps around them; "health" is their share of
            the time as it was, before it the same with each as the median. Live page: time of the training thread and, after the plus, of a
            processor for the page's own threads, over all steps.

            """;

    private final List<WatchedRun> runs;

    WatchingReport(List<WatchedRun> runs) {
        this.runs = List.copyOf(runs);
    }

    @Override
    public String name() {
        return "watching";
    }

    @Override
    public List<Map<String, Object>> json() {
        return runs.stream().map(WatchedRun::json).toList();
    }

    @Override
    public String markdown() {
        StringBuilder text = new StringBuilder(WORDS);
        text.append("| ").append(String.join(" | ", TABLE)).append(" |\n");
        text.append("|---".repeat(TABLE.length)).append("|\n");
        runs.forEach(run -> {
            run.stretches().forEach(stretch -> text.append(row(run, stretch)).append(" | | |\n"));
            text.append(row(run, run.whole()))
                    .append(String.format(
                            Locale.ROOT,
                            " | %.2f + %.2f %% | %.2f %% |%n",
                            100 * run.page().onThread(),
                            100 * run.page().processor(),
                            100 * run.together()));
        });
        return text.toString();
    }

    private static String row(WatchedRun run, WatchingCost cost) {
        return String.format(
                Locale.ROOT,
                "| %s | %d - %d | %s | %s | %s | %.2f %% | %.2f %%",
                run.benchmark().name(),
                cost.from(),
                cost.to(),
                CaseResult.number(cost.stepMillis()),
                CaseResult.number(cost.lookMillis()),
                CaseResult.number(cost.histogramMillis()),
                100 * cost.share(),
                100 * cost.taken());
    }
}
