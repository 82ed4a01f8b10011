package org.steadygrad.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.steadygrad.train.Evaluation;

/** An evaluation in words and numbers. */
final class EvaluationText {
    private static final int MOST_CLASSES = 40;
    private static final int MOST_COLUMNS = 12;

    private EvaluationText() {}

    static void print(PrintWriter out, Evaluation evaluation) {
        out.println(counted(evaluation) + ".");
        evaluation.metrics().forEach((name, value) -> out.printf(Locale.ROOT, "%-18s %.6g%n", name, value));
        errors(out, evaluation.numbers());
        coverage(out, evaluation.quantiles());
        evaluation.classes().ifPresent(classes -> {
            scores(out, classes);
            confusion(out, classes);
        });
    }

    private static String counted(Evaluation evaluation) {
        String examples = String.format(
                Locale.ROOT, "%,d %s", evaluation.examples(), evaluation.examples() == 1 ? "example" : "examples");
        String what = evaluation.perStep() ? "time steps" : "of them";
        return examples + String.format(Locale.ROOT, ", %,d %s scored", evaluation.scored(), what);
    }

    private static void errors(PrintWriter out, List<Evaluation.NumberErrors> errors) {
        if (errors.isEmpty()) {
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("in its own units", "rmse", "mae", "bias", "r2"));
        for (Evaluation.NumberErrors target : errors) {
            rows.add(List.of(
                    target.target(),
                    number(target.rmse()),
                    number(target.mae()),
                    number(target.bias()),
                    Double.isNaN(target.r2()) ? "-" : number(target.r2())));
        }
        out.println();
        TextTable.print(out, 0, "lrrrr", rows);
    }

    /** Of each target the quantiles, and what lies between the outermost. */
    private static void coverage(PrintWriter out, List<Evaluation.QuantileShare> shares) {
        if (shares.isEmpty()) {
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("at or below its quantile", "quantile", "share"));
        for (Evaluation.QuantileShare one : shares) {
            rows.add(List.of(one.target(), String.valueOf(one.quantile()), share(one.below())));
        }
        out.println();
        TextTable.print(out, 0, "lrr", rows);
        int of = (int) shares.stream()
                .filter(one -> one.target().equals(shares.get(0).target()))
                .count();
        for (int first = 0; of > 1 && first < shares.size(); first += of) {
            Evaluation.QuantileShare low = shares.get(first);
            Evaluation.QuantileShare high = shares.get(first + of - 1);
            out.printf(
                    Locale.ROOT,
                    "%s: %.1f %% of what came lies between the quantiles %s and %s, where it should be %.1f %%.%n",
                    low.target(),
                    100 * (high.below() - low.below()),
                    low.quantile(),
                    high.quantile(),
                    100 * (high.quantile() - low.quantile()));
        }
    }

    private static void scores(PrintWriter out, Evaluation.Confusion classes) {
        List<Evaluation.Confusion.ClassScores> scores = classes.scores();
        out.println();
        if (scores.size() > MOST_CLASSES) {
            out.println("Scores of the " + scores.size() + " classes, and what was taken for what: with --json.");
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("class", "precision", "recall", "f1", "rows"));
        for (Evaluation.Confusion.ClassScores own : scores) {
            rows.add(List.of(
                    own.name(), share(own.precision()), share(own.recall()), share(own.f1()), weight(own.support())));
        }
        TextTable.print(out, 0, "lrrrr", rows);
    }

    private static void confusion(PrintWriter out, Evaluation.Confusion classes) {
        List<String> names = classes.names();
        if (names.size() > MOST_COLUMNS) {
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("actual, taken for"));
        head.addAll(names);
        rows.add(head);
        for (int actual = 0; actual < names.size(); actual++) {
            List<String> row = new ArrayList<>(List.of(names.get(actual)));
            for (double count : classes.counts()[actual]) {
                row.add(weight(count));
            }
            rows.add(row);
        }
        out.println();
        TextTable.print(out, 0, "l" + "r".repeat(names.size()), rows);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.6g", value);
    }

    private static String share(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    /** Rows without weights of their own count 1. */
    private static String weight(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%d", (long) value)
                : String.format(Locale.ROOT, "%.4g", value);
    }

    /** What pictures are drawn of. */
    static Map<String, Object> points(Evaluation evaluation) {
        Map<String, Object> points = new LinkedHashMap<>();
        points.put("series", evaluation.points().series());
        points.put("reliability", evaluation.points().reliability());
        evaluation.classes().ifPresent(classes -> points.put("classes", classes));
        return points;
    }

    /** For other programs: the metrics by name, and what else there is beside them. */
    static Map<String, Object> json(Evaluation evaluation) {
        Map<String, Object> all = new LinkedHashMap<>(evaluation.metrics());
        all.put("examples", evaluation.examples());
        all.put("scored", evaluation.scored());
        if (!evaluation.numbers().isEmpty()) {
            all.put("targets", evaluation.numbers());
        }
        if (!evaluation.quantiles().isEmpty()) {
            all.put("quantiles", evaluation.quantiles());
        }
        evaluation.classes().ifPresent(classes -> {
            all.put("classes", classes.scores());
            all.put("confusion", classes);
        });
        if (!evaluation.points().reliability().isEmpty()) {
            all.put("reliability", evaluation.points().reliability());
        }
        return all;
    }
}
