package org.steadygrad.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.steadygrad.runlog.Baseline;
import org.steadygrad.train.Backtest.Fold;
import org.steadygrad.train.Evaluation.NumberErrors;

/** Forecasts from several cut-offs in words and numbers. */
final class BacktestText {
    private BacktestText() {}

    static void print(PrintWriter out, List<Fold> folds) {
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("rows before", "scored", "loss", "guessing"));
        List<String> targets = folds.get(0).evaluation().numbers().stream()
                .map(NumberErrors::target)
                .toList();
        targets.forEach(target -> head.addAll(List.of("rmse " + target, "mae " + target)));
        rows.add(head);
        for (Fold fold : folds) {
            List<String> row = new ArrayList<>(List.of(
                    Integer.toString(fold.rows()),
                    Long.toString(fold.evaluation().scored()),
                    number(loss(fold)),
                    fold.guess().map(best -> number(loss(best))).orElse("-")));
            for (NumberErrors errors : fold.evaluation().numbers()) {
                row.addAll(List.of(number(errors.rmse()), number(errors.mae())));
            }
            rows.add(row);
        }
        List<String> mean = new ArrayList<>(List.of("mean", ""));
        List<String> deviation = new ArrayList<>(List.of("deviation", ""));
        add(mean, deviation, folds, BacktestText::loss);
        add(mean, deviation, folds, fold -> fold.guess().map(BacktestText::loss).orElse(Double.NaN));
        for (int i = 0; i < targets.size(); i++) {
            int number = i;
            add(mean, deviation, folds, fold -> fold.evaluation()
                    .numbers()
                    .get(number)
                    .rmse());
            add(mean, deviation, folds, fold -> fold.evaluation()
                    .numbers()
                    .get(number)
                    .mae());
        }
        rows.add(mean);
        rows.add(deviation);
        TextTable.print(out, 0, "r".repeat(head.size()), rows);
        long beaten = folds.stream().filter(Fold::beatsGuessing).count();
        out.println();
        out.println("Guessing is beaten after " + beaten + " of " + folds.size()
                + " cut-offs; a model was trained anew at each, on the rows before it alone.");
    }

    private static double loss(Fold fold) {
        return fold.evaluation().metrics().getOrDefault("loss", Double.NaN);
    }

    private static double loss(Baseline guess) {
        return guess.validation().getOrDefault("loss", Double.NaN);
    }

    private static void add(List<String> mean, List<String> deviation, List<Fold> folds, ToDoubleFunction<Fold> value) {
        double average = folds.stream().mapToDouble(value).average().orElse(Double.NaN);
        double squares = folds.stream()
                .mapToDouble(value)
                .map(one -> (one - average) * (one - average))
                .sum();
        mean.add(number(average));
        deviation.add(number(Math.sqrt(squares / (folds.size() - 1))));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.6g", value);
    }

    /** For other programs. */
    static List<Map<String, Object>> json(List<Fold> folds) {
        List<Map<String, Object>> all = new ArrayList<>();
        for (Fold fold : folds) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("rowsBefore", fold.rows());
            one.putAll(EvaluationText.json(fold.evaluation()));
            fold.guess().ifPresent(best -> {
                one.put("guess", best.name());
                one.put("guessLoss", loss(best));
            });
            all.add(one);
        }
        return all;
    }
}
