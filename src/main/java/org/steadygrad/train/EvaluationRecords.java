package org.steadygrad.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataArtifact.Column;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.TargetKind;

/** Collects what an {@link Evaluation} says beside the metrics, row by row. */
final class EvaluationRecords {
    private static final int BINS = 10;

    private final TargetKind target;
    private final List<String> names;
    private final List<Column> scaling;
    private final double[][] confusion;
    private final double[][] bins = new double[BINS][3];
    private final List<Target> targets = new ArrayList<>();
    private long rows;

    /** Null where outputs aren't quantiles. */
    private QuantileCoverage coverage;

    /** @param artifact what the model was trained with */
    EvaluationRecords(DataDescription description, DataArtifact artifact) {
        target = description.target();
        names = names(description, artifact);
        scaling = artifact instanceof DataArtifact.Columns columns ? columns.targets() : List.of();
        boolean classes = target == TargetKind.CLASS || target == TargetKind.CLASS_PER_STEP;
        confusion = classes ? new double[names.size()][names.size()] : null;
        if (target == TargetKind.NUMBERS || target == TargetKind.NUMBERS_PER_STEP) {
            names.forEach(name -> targets.add(new Target(name)));
        }
    }

    private static List<String> names(DataDescription description, DataArtifact artifact) {
        if (artifact instanceof DataArtifact.Columns columns) {
            return columns.classes().isEmpty()
                    ? columns.targets().stream().map(Column::name).toList()
                    : columns.classes();
        }
        if (artifact instanceof DataArtifact.Vocabulary vocabulary) {
            return vocabulary.symbols();
        }
        List<String> numbers = new ArrayList<>();
        boolean fromOne =
                description.target() == TargetKind.NUMBERS || description.target() == TargetKind.NUMBERS_PER_STEP;
        for (int i = 0; i < description.targetSize(); i++) {
            numbers.add(String.valueOf(fromOne ? i + 1 : i));
        }
        return numbers;
    }

    /**
     * @param outputs what the model gave, with the labels
     * @param ranked the same in an order in which outputs that are equal but for rounding still differ
     */
    void add(ScoredRows outputs, ScoredRows ranked) {
        rows += outputs.count();
        for (int row = 0; row < outputs.count(); row++) {
            if (confusion != null) {
                addClass(outputs, ranked, row);
            } else if (target == TargetKind.KEYS_PER_STEP) {
                addKeys(outputs, row);
            } else {
                addNumbers(outputs, row);
            }
        }
    }

    /**
     * @param quantiles that the outputs are, in turns; empty where they are none
     * @param outputs in ascending order
     */
    void addQuantiles(List<Double> quantiles, ScoredRows outputs) {
        if (!quantiles.isEmpty()) {
            coverage = coverage == null ? new QuantileCoverage(names, quantiles) : coverage;
            coverage.add(outputs);
        }
    }

    private void addClass(ScoredRows outputs, ScoredRows ranked, int row) {
        int actual = outputs.largestLabel(row);
        if (outputs.label(row, actual) > 0) {
            int predicted = ranked.largestValue(row);
            double weight = outputs.weight(row);
            confusion[actual][predicted] += weight;
            addToBin(outputs.value(row, predicted), actual == predicted, weight);
        }
    }

    private void addKeys(ScoredRows outputs, int row) {
        for (int i = 0; i < outputs.size(); i++) {
            if (outputs.weight(row, i) > 0) {
                addToBin(outputs.value(row, i), outputs.label(row, i) > 0.5, outputs.weight(row, i));
            }
        }
    }

    private void addToBin(double probability, boolean cameTrue, double weight) {
        int number = (int) Math.min(BINS - 1, Math.max(0, Math.floor(probability * BINS)));
        bins[number][0] += weight * probability;
        bins[number][1] += cameTrue ? weight : 0;
        bins[number][2] += weight;
    }

    private void addNumbers(ScoredRows outputs, int row) {
        for (int i = 0; i < targets.size(); i++) {
            double weight = outputs.weight(row, i);
            if (weight > 0) {
                double from = outputs.reference(row, i);
                targets.get(i)
                        .add(
                                original(i, outputs.label(row, i), from),
                                original(i, outputs.value(row, i), from),
                                weight);
            }
        }
    }

    private double original(int number, double scaled, double from) {
        return scaling.isEmpty() ? scaled : scaling.get(number).raw(scaled, from);
    }

    Evaluation of(Map<String, Double> metrics, long examples) {
        Optional<Evaluation.Confusion> classes =
                confusion == null ? Optional.empty() : Optional.of(new Evaluation.Confusion(names, confusion));
        List<EvaluationPoints.Bin> reliability = Arrays.stream(bins)
                .filter(bin -> bin[2] > 0)
                .map(bin -> new EvaluationPoints.Bin(bin[0] / bin[2], bin[1] / bin[2], bin[2]))
                .toList();
        return new Evaluation(
                metrics,
                examples,
                rows,
                target.perStep(),
                classes,
                targets.stream().map(Target::errors).toList(),
                coverage == null ? List.of() : coverage.shares(),
                new EvaluationPoints(targets.stream().map(Target::series).toList(), reliability));
    }

    /** Numbers of one target. */
    private static final class Target {
        private static final int MOST_POINTS = 4096;

        private final String name;
        private final CompensatedSum weights = new CompensatedSum();
        private final CompensatedSum squares = new CompensatedSum();
        private final CompensatedSum magnitudes = new CompensatedSum();
        private final CompensatedSum errors = new CompensatedSum();
        private double mean;
        private double deviations;
        private final double[] actual = new double[MOST_POINTS];
        private final double[] predicted = new double[MOST_POINTS];
        private int points;
        private long every = 1;
        private long seen;

        Target(String name) {
            this.name = name;
        }

        void add(double label, double output, double weight) {
            double error = output - label;
            weights.add(weight);
            squares.add(weight * error * error);
            magnitudes.add(weight * Math.abs(error));
            errors.add(weight * error);
            // West's update (1979) of mean and squared deviations, by weights
            double distance = label - mean;
            mean += distance * weight / weights.value();
            deviations += weight * distance * (label - mean);
            keep(label, output);
        }

        /** Keeps every row while there are few, then every second, and so on. */
        private void keep(double label, double output) {
            if (seen++ % every != 0) {
                return;
            }
            if (points == MOST_POINTS) {
                points = MOST_POINTS / 2;
                for (int i = 0; i < points; i++) {
                    actual[i] = actual[2 * i];
                    predicted[i] = predicted[2 * i];
                }
                every *= 2;
                if ((seen - 1) % every != 0) {
                    return;
                }
            }
            actual[points] = label;
            predicted[points++] = output;
        }

        Evaluation.NumberErrors errors() {
            double all = weights.value();
            return new Evaluation.NumberErrors(
                    name,
                    Math.sqrt(squares.value() / all),
                    magnitudes.value() / all,
                    errors.value() / all,
                    deviations > 0 ? 1 - squares.value() / deviations : Double.NaN);
        }

        EvaluationPoints.Series series() {
            return new EvaluationPoints.Series(
                    name, Arrays.copyOf(actual, points), Arrays.copyOf(predicted, points), every);
        }
    }
}
