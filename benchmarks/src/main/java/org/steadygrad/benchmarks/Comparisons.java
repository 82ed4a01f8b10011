package org.steadygrad.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Sides of cases against each other, as a part of a report. */
record Comparisons(List<CaseResult> results) implements Report.Part {
    private static final String[] TABLE = {"case", "ms", "GFLOP/s", "peer", "peer ms", "ratio", "spread ours / peer"};

    @Override
    public String name() {
        return "cases";
    }

    @Override
    public List<Map<String, Object>> json() {
        return results.stream().map(Comparisons::json).toList();
    }

    private static Map<String, Object> json(CaseResult result) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("case", result.benchmark().name());
        all.put("operationsPerStep", result.benchmark().workload().stepOperations());
        List<Object> sides = new ArrayList<>();
        for (CaseResult.SideResult side : result.sides()) {
            Map<String, Object> one = new LinkedHashMap<>();
            boolean ours = side == result.ours();
            one.put(ours ? "engine" : "peer", side.name());
            one.put("ms", side.timing().median());
            one.put("minMs", side.timing().min());
            one.put("maxMs", side.timing().max());
            one.put("rounds", side.timing().rounds());
            one.put("stepsPerRound", side.timing().stepsPerRound());
            one.put("warmUpSteps", side.timing().warmUpSteps());
            one.put("gflops", result.gflops(side));
            one.put("firstLoss", side.firstLoss());
            if (!ours) {
                one.put("ratio", result.ratio(side));
            }
            sides.add(one);
        }
        all.put("sides", sides);
        all.put("absent", result.absent());
        return all;
    }

    @Override
    public String markdown() {
        StringBuilder text = new StringBuilder(
                        "Milliseconds per step, medians; ratio = ours / peer, below 1 we are faster;")
                .append(" spread = (longest - shortest) / median.\n\n");
        text.append("| ").append(String.join(" | ", TABLE)).append(" |\n");
        text.append("|---".repeat(TABLE.length)).append("|\n");
        results.forEach(result -> result.peers().forEach(peer -> text.append(row(result, peer))));
        return text.toString();
    }

    private static String row(CaseResult result, CaseResult.SideResult peer) {
        return String.format(
                Locale.ROOT,
                "| %s | %s | %.1f | %s | %s | %.3f | %.0f %% / %.0f %% |%n",
                result.benchmark().name(),
                CaseResult.number(result.ours().timing().median()),
                result.gflops(result.ours()),
                peer.name(),
                CaseResult.number(peer.timing().median()),
                result.ratio(peer),
                spread(result.ours().timing()),
                spread(peer.timing()));
    }

    private static double spread(Timing timing) {
        return 100 * (timing.max() - timing.min()) / timing.median();
    }
}
