package org.steadygrad.firstlight;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Nsight Compute on the case that is farthest from its target: first how long each kernel takes, then what bounds the two that take
 * most.
 */
record ProfilePart(Bundle bundle) implements Part {
    /** Fact: nanoseconds by kernel, the longest first. */
    static final String KERNELS = "kernels";

    private static final String PROGRAM = "ncu";
    private static final String TIMES = "times";
    private static final String BOUNDS = "bounds";
    private static final String UNTIL_MEASURED = "lstm_T256_B32_I64_H512";
    private static final int SLOWEST = 2;
    private static final int LAUNCHES = 300;
    private static final Pattern CELL = Pattern.compile("\"((?:[^\"]|\"\")*)\"");

    @Override
    public String name() {
        return "ncu";
    }

    @Override
    public String title() {
        return "The two slowest kernels under Nsight Compute";
    }

    @Override
    public Duration share() {
        return Duration.ofSeconds(30);
    }

    @Override
    public void work(Workplace workplace) throws IOException, InterruptedException {
        String watched = farthest(workplace.earlier()).orElse(UNTIL_MEASURED);
        workplace.fact("case", watched);
        List<String> times = List.of(
                PROGRAM,
                "--target-processes",
                "all",
                "--metrics",
                "gpu__time_duration.sum",
                "--launch-count",
                "" + LAUNCHES,
                "--csv",
                "--page",
                "raw",
                "--print-units",
                "base",
                "--log-file",
                file(workplace, TIMES));
        int code;
        try {
            code = steps(workplace, TIMES, times, watched);
        } catch (IOException e) {
            workplace.impossible(PROGRAM + " can't be run: " + e.getMessage());
            return;
        }
        List<String> slowest = List.copyOf(times(log(workplace, TIMES)).keySet());
        if (slowest.isEmpty()) {
            workplace.impossible("ncu saw no kernel and ended with " + code + ": " + refusal(workplace));
            return;
        }
        String names = String.join("|", slowest.subList(0, Math.min(SLOWEST, slowest.size())));
        steps(
                workplace,
                BOUNDS,
                List.of(
                        PROGRAM,
                        "--target-processes",
                        "all",
                        "--set",
                        "basic",
                        "--kernel-name",
                        "regex:^(" + names + ")$",
                        "--launch-count",
                        "4",
                        "--log-file",
                        file(workplace, BOUNDS)),
                watched);
    }

    private int steps(Workplace workplace, String name, List<String> watching, String watched)
            throws IOException, InterruptedException {
        return workplace.execute(
                name, bundle.command(watching, "gpu-bench", "--only-steps", "3", "--case", watched, "--python", ""));
    }

    private static String file(Workplace workplace, String name) {
        return workplace.folder().resolve("ncu-" + name + ".txt").toString();
    }

    private static List<String> log(Workplace workplace, String name) throws IOException {
        return Workplace.lines(workplace.folder().resolve("ncu-" + name + ".txt"));
    }

    /** Why ncu doesn't profile stands in its log, for example that counters are for administrators only. */
    private static String refusal(Workplace workplace) throws IOException {
        List<String> said = log(workplace, TIMES).stream()
                .filter(line -> line.contains("==ERROR=="))
                .toList();
        return said.isEmpty() ? workplace.lastWords(TIMES) : said.get(0);
    }

    /** The case whose ratio exceeds its target by the largest factor. */
    static Optional<String> farthest(Earlier earlier) {
        List<Map<String, Object>> tables = List.of(earlier.facts("table"), earlier.facts("table-compile"));
        Map<String, Double> factors = new LinkedHashMap<>();
        Targets.ALL.forEach((name, target) -> TablePart.ratios(tables, name).values().stream()
                .max(Comparator.naturalOrder())
                .ifPresent(ratio -> factors.put(name, ratio / target)));
        return factors.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey);
    }

    @Override
    public void read(Workplace workplace) throws IOException {
        Map<String, Double> times = times(log(workplace, TIMES));
        if (!times.isEmpty()) {
            workplace.fact(KERNELS, times);
        }
        List<String> bounds = log(workplace, BOUNDS);
        if (!bounds.isEmpty()) {
            workplace.fact(
                    "bounds",
                    bounds.stream()
                            .filter(line -> line.contains("Throughput"))
                            .map(String::strip)
                            .toList());
        }
    }

    /** Sums by kernel of ncu's table, which has a line of names and one of units; the longest first. */
    static Map<String, Double> times(List<String> csv) {
        Map<String, Double> sums = new LinkedHashMap<>();
        int name = -1;
        int time = -1;
        for (String line : csv) {
            List<String> cells = cells(line);
            if (cells.contains("Kernel Name")) {
                name = cells.indexOf("Kernel Name");
                time = cells.indexOf("gpu__time_duration.sum");
            } else if (name >= 0 && time >= 0 && cells.size() > Math.max(name, time)) {
                String number = cells.get(time).replace(",", "");
                if (number.matches("[0-9.]+")) {
                    sums.merge(cells.get(name).replaceAll("\\(.*", ""), Double.valueOf(number), Double::sum);
                }
            }
        }
        Map<String, Double> sorted = new LinkedHashMap<>();
        sums.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
        return sorted;
    }

    private static List<String> cells(String line) {
        List<String> cells = new ArrayList<>();
        Matcher matcher = CELL.matcher(line);
        while (matcher.find()) {
            cells.add(matcher.group(1));
        }
        return cells;
    }
}
