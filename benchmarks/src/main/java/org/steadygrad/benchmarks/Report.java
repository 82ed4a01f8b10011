package org.steadygrad.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes results as JSON and as a Markdown table; their names hold date and time. */
final class Report {
    private static final String[] TABLE = {"case", "ms", "GFLOP/s", "peer", "peer ms", "ratio", "spread ours / peer"};

    private final Map<String, String> machine;
    private final LocalDateTime date = LocalDateTime.now().truncatedTo(ChronoUnit.SECONDS);
    private final boolean quick;

    Report(Map<String, String> machine, boolean quick) {
        this.machine = machine;
        this.quick = quick;
    }

    /** @return the two files, JSON first */
    List<Path> write(Path folder, List<CaseResult> results) throws IOException {
        Files.createDirectories(folder);
        String name = date.format(DateTimeFormatter.ofPattern("yyyy-MM-dd-HHmmss")) + (quick ? "-quick" : "");
        Path json = folder.resolve(name + ".json");
        Path table = folder.resolve(name + ".md");
        new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(json.toFile(), json(results));
        Files.writeString(table, markdown(results));
        return List.of(json, table);
    }

    private Map<String, Object> json(List<CaseResult> results) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("date", date.toString());
        all.put("quick", quick);
        all.put("machine", machine);
        all.put("cases", results.stream().map(Report::json).toList());
        return all;
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

    private String markdown(List<CaseResult> results) {
        StringBuilder text = new StringBuilder("# Benchmarks of " + date + (quick ? " (quick)" : "") + "\n\n");
        machine.forEach((name, value) ->
                text.append("- ").append(name).append(": ").append(value).append('\n'));
        text.append("\nMilliseconds per step, medians; ratio = ours / peer, below 1 we are faster;")
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
