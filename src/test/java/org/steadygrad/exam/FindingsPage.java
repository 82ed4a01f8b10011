package org.steadygrad.exam;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.steadygrad.data.DataDescription;
import org.steadygrad.health.prescribe.RunFilePrescriber;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Prescription;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.yaml.RunFiles;

/**
 * The page of all findings: what each means (the report's words), when it is told (the page on health), how often that is right (the results
 * of the exam, a resource), what is advised first (the page on cures) and where that comes from (the prescriptions themselves).
 */
final class FindingsPage {
    private static final Path HEALTH = Path.of("src/docs/health.md");
    private static final Path CURES = Path.of("src/docs/cures.md");
    private static final Path WORDS = Path.of("src/main/resources/org/steadygrad/report/findings.js");
    private static final String RESULTS = "/exam/results.csv";

    /** Charts of the report, by the names that its script has for them. */
    private static final Map<String, String> CHARTS = Map.of(
            "loss", "loss",
            "gradient-norm", "norm of the gradient",
            "layer-gradients", "gradient by layer",
            "signal", "signal by layer",
            "updates", "updates against weights",
            "dead", "dead units",
            "saturated", "saturated outputs",
            "time", "gradient through time",
            "seconds", "seconds per step");

    /** Runs for which something is prescribed. */
    private static final List<String> RUNS = List.of(
            "{data: spirals, model: {layers: [stack: {depth: 9, units: 9, activation: sigmoid}]}, training: {clip: none}}",
            "{data: adding, model: {layers: [rnn: 9, pool: last]}, training: {updater: sgd, truncatedBptt: 9}}",
            "{data: {kind: csv, path: x.csv, task: regression, target: [y], sequence: id, normalization: none},"
                    + " model: {layers: [pool: last, dense: 9]}}",
            "{data: spirals, precision: fp16, model: {layers: [dense: 9]}}");

    private static final List<Map<String, Double>> EVIDENCE = List.of(
            Map.of(), Map.of("scale", 500.0), Map.of("medianRatio", 1e-6, "largestRatio", 1e-6), Map.of("ratio", 0.5));

    private final List<Result> results;

    /** @param told kinds */
    private record Result(String mode, ExamCase truth, List<String> told) {}

    private record Rule(String severity, String when, String keys) {}

    private record Words(String title, String meaning, List<String> charts) {}

    FindingsPage() {
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(FindingsPage.class.getResourceAsStream(RESULTS), StandardCharsets.UTF_8))) {
            results = reader.lines().skip(1).map(FindingsPage::result).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Result result(String line) {
        String[] cells = line.split(",", -1);
        int dash = cells[1].lastIndexOf('-');
        ExamCase truth = Examination.draw(cells[1].substring(0, dash), Integer.parseInt(cells[1].substring(dash + 1)));
        return new Result(
                cells[0],
                truth,
                Arrays.stream(cells[2].split(" ")).filter(k -> !k.isEmpty()).toList());
    }

    /** A line of the results, without the end of the line. */
    static String line(String mode, Answer answer) {
        return mode + "," + answer.name() + "," + String.join(" ", answer.told());
    }

    String markdown() throws IOException {
        Map<String, Rule> rules = rules();
        Map<String, Words> words = words();
        Map<String, String> cures = cures();
        StringBuilder table = new StringBuilder();
        StringBuilder sections = new StringBuilder();
        table.append("| finding | is | severity | told where it is so | told where it isn't | first advice |\n");
        table.append("|---|---|---|---|---|---|\n");
        for (FindingKind kind : FindingKind.values()) {
            Rule rule = rules.get(kind.id());
            String advice = cures.getOrDefault(kind.id(), "-").split("; ")[0];
            table.append("| [`%s`](#%s) | %s | %s | %s | %s | %s |\n"
                    .formatted(
                            kind.id(),
                            kind.id(),
                            kind.meaning(),
                            rule.severity(),
                            sensitivity(kind).words(),
                            falseAlarms(kind).words(),
                            advice));
            sections.append(section(kind, rule, words.get(kind.id()), advice));
        }
        return "\n" + table + "\n" + sections;
    }

    private String section(FindingKind kind, Rule rule, Words words, String advice) {
        StringBuilder text = new StringBuilder("### " + kind.id() + "\n\n");
        text.append(
                words == null
                        ? kind.meaning() + "\n\n"
                        : "**" + words.title() + ".** " + words.meaning() + " Look at the report's chart of the "
                                + String.join(
                                        ", or of the ",
                                        words.charts().stream().map(CHARTS::get).toList())
                                + ".\n\n");
        text.append("- Told (")
                .append(rule.severity())
                .append("): ")
                .append(rule.when())
                .append('\n');
        if (!rule.keys().isEmpty()) {
            text.append("- Limits: ").append(rule.keys()).append('\n');
        }
        text.append("- To be tried first: ").append(advice).append('\n');
        source(kind).ifPresent(paper -> text.append("- Paper: ").append(paper).append('\n'));
        return text.append('\n').toString();
    }

    private Score sensitivity(FindingKind kind) {
        List<Result> sick = results.stream()
                .filter(r -> r.mode().equals("train") && r.truth().expected().contains(kind.id()))
                .toList();
        return told(kind, sick);
    }

    private Score falseAlarms(FindingKind kind) {
        List<Result> others = results.stream()
                .filter(r -> r.mode().equals("train")
                        && !r.truth().expected().contains(kind.id())
                        && !r.truth().allowed().contains(kind.id()))
                .toList();
        return told(kind, others);
    }

    private static Score told(FindingKind kind, List<Result> of) {
        return new Score(
                (int) of.stream().filter(r -> r.told().contains(kind.id())).count(), of.size());
    }

    /** Where the first prescription that has a source comes from. */
    private static Optional<String> source(FindingKind kind) {
        DataDescription vectors =
                new DataDescription(DataDescription.InputKind.VECTOR, 3, DataDescription.TargetKind.NUMBERS, 1, 1);
        DataDescription sequences =
                new DataDescription(DataDescription.InputKind.SEQUENCE, 3, DataDescription.TargetKind.NUMBERS, 1, 40);
        for (String run : RUNS) {
            for (Map<String, Double> evidence : EVIDENCE) {
                Finding finding = Finding.seen(kind, Severity.WARNING, "", "x", evidence);
                Optional<String> source = new RunFilePrescriber(
                                RunFiles.parse(run, "page"), run.contains("rnn") ? sequences : vectors)
                        .prescribe(finding, new double[] {1, 2, 3, 9}).stream()
                                .map(Prescription::source)
                                .filter(paper -> !paper.isEmpty())
                                .findFirst();
                if (source.isPresent()) {
                    return source;
                }
            }
        }
        return Optional.empty();
    }

    /** Of the page on health, by kind; what is told of columns apart goes with the first. */
    private static Map<String, Rule> rules() throws IOException {
        Map<String, Rule> rules = new LinkedHashMap<>();
        for (String line : Files.readAllLines(HEALTH)) {
            String[] cells = line.split(" ?\\| ?");
            if (!line.startsWith("| `") || cells.length < 4 || !cells[2].matches("(info|warning|error).*")) {
                continue;
            }
            Matcher names = Pattern.compile("`([a-z-]+)`").matcher(cells[1]);
            while (names.find()) {
                Rule rule = new Rule(cells[2], cells[3], cells.length > 4 ? cells[4].strip() : "");
                rules.merge(
                        names.group(1), rule, (a, b) -> new Rule(a.severity(), a.when() + " " + b.when(), a.keys()));
            }
        }
        return rules;
    }

    private static Map<String, Words> words() throws IOException {
        Map<String, Words> words = new LinkedHashMap<>();
        Pattern entry = Pattern.compile("^ +'([a-z-]+)': \\['(.*?)', '(.*)', (\\[.*?\\]|FLOW|TIME|UPDATES)\\],?$");
        for (String line : Files.readAllLines(WORDS)) {
            Matcher m = entry.matcher(line);
            if (m.matches()) {
                words.put(m.group(1), new Words(m.group(2), m.group(3), charts(m.group(4))));
            }
        }
        return words;
    }

    private static List<String> charts(String names) {
        List<String> charts = new ArrayList<>();
        switch (names) {
            case "FLOW" -> charts.add("layer-gradients");
            case "TIME" -> charts.add("time");
            case "UPDATES" -> charts.add("updates");
            default -> {
                Matcher m = Pattern.compile("'([a-z-]+)'").matcher(names);
                while (m.find()) {
                    charts.add(m.group(1));
                }
            }
        }
        return charts;
    }

    /** Of the page on cures, by kind. */
    private static Map<String, String> cures() throws IOException {
        Map<String, String> cures = new LinkedHashMap<>();
        for (String line : Files.readAllLines(CURES)) {
            String[] cells = line.split(" ?\\| ?");
            if (line.startsWith("| `") && cells.length == 3) {
                Matcher names = Pattern.compile("`([a-z-]+)`").matcher(cells[1]);
                while (names.find()) {
                    cures.putIfAbsent(names.group(1), cells[2]);
                }
            }
        }
        return cures;
    }
}
