package org.steadygrad.data.series;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataArtifact.Column;
import org.steadygrad.data.Reference;
import org.steadygrad.data.series.SeriesTable.Segment;
import org.steadygrad.spec.DataSpec.Normalization;

/**
 * Fits the scaling of columns to training rows. Missing cells don't count; the deviation is the population's (divided by the number of
 * cells); a column that holds one value only has the scale 1. Differences from a reference aren't shifted, so that 0 stays the
 * reference, and are divided by the root of their mean square.
 */
final class ColumnFit {
    private final SeriesTable rows;
    private final SeriesSettings settings;
    private final List<Segment> training;
    private final TransformChoice.Choices choices;
    private final KnownLevels known;

    ColumnFit(SeriesTable rows, SeriesSettings settings, List<Segment> training, TransformChoice.Choices choices) {
        this.rows = rows;
        this.settings = settings;
        this.training = training;
        this.choices = choices;
        known = new KnownLevels(rows);
    }

    Column input(int input) {
        String name = rows.inputNames().get(input);
        Column plain = plain(name, rows.inputs(), input);
        Reference reference = choices.of(name).reference();
        return reference == null ? plain : referred(plain, name, rows.inputs(), input, 1);
    }

    /** A column for a target; for a path one for every step ahead, all of one scaling if they have no reference. */
    List<Column> targets(int target) {
        String name = rows.targetNames().get(target);
        Column plain = plain(name, rows.targets(), target);
        boolean refers = choices.of(name).reference() != null;
        if (!settings.path()) {
            return List.of(refers ? referred(plain, name, rows.targets(), target, settings.horizon()) : plain);
        }
        return IntStream.rangeClosed(1, settings.horizon())
                .mapToObj(ahead ->
                        named(refers ? referred(plain, name, rows.targets(), target, ahead) : plain, step(name, ahead)))
                .toList();
    }

    /** Names of all targets' columns. */
    static List<String> targetNames(SeriesTable rows, SeriesSettings settings) {
        return rows.targetNames().stream()
                .flatMap(name -> settings.path()
                        ? IntStream.rangeClosed(1, settings.horizon()).mapToObj(ahead -> step(name, ahead))
                        : List.of(name).stream())
                .collect(Collectors.toList());
    }

    private static String step(String name, int ahead) {
        return name + " (+" + ahead + ")";
    }

    private static Column named(Column column, String name) {
        return new Column(
                name, column.shift(), column.scale(), column.mean(), column.log(), column.reference(), column.ahead());
    }

    private Column plain(String name, double[][] values, int position) {
        Moments raw = new Moments();
        Moments levels = new Moments();
        boolean log = choices.of(name).log();
        for (Segment segment : training) {
            for (int row = segment.begin(); row < segment.end(); row++) {
                double value = values[row][position];
                if (!Double.isNaN(value)) {
                    raw.add(value);
                    levels.add(log ? Math.log(value) : value);
                }
            }
        }
        if (levels.count == 0) {
            throw InvalidInputException.of(
                    rows.file() + ", column \"" + name + "\"",
                    "a number in some training row",
                    "missing cells only",
                    "Leave it out.");
        }
        double filled = log ? raw.mean : levels.mean();
        return switch (settings.normalization()) {
            case STANDARD -> new Column(name, levels.mean(), levels.deviation(), filled, log);
            case MIN_MAX -> new Column(name, levels.least, levels.range(), filled, log);
            case NONE -> new Column(name, 0, 1, filled, log);
        };
    }

    private Column referred(Column plain, String name, double[][] values, int position, int ahead) {
        Reference reference = choices.of(name).reference();
        Column column = new Column(name, 0, 1, plain.mean(), plain.log(), reference, ahead);
        Moments differences = new Moments();
        for (Segment segment : training) {
            for (int row = segment.begin() + reference.history() - 1 + ahead; row < segment.end(); row++) {
                double value = values[row][position];
                if (!Double.isNaN(value)) {
                    differences.add(column.scaled(value, known.reference(column, name, row)));
                }
            }
        }
        if (differences.count == 0) {
            throw InvalidInputException.of(
                    rows.file() + ", column \"" + name + "\"",
                    "at least " + (reference.history() + ahead) + " training rows in a sequence, for "
                            + reference.words(),
                    "fewer",
                    "Set data.transform to none, or keep fewer rows for validation.");
        }
        double shift = settings.normalization() == Normalization.MIN_MAX ? differences.least : 0;
        double scale =
                switch (settings.normalization()) {
                    case STANDARD -> differences.root();
                    case MIN_MAX -> differences.range();
                    case NONE -> 1;
                };
        return new Column(name, shift, scale, plain.mean(), plain.log(), reference, ahead);
    }

    /** Welford's update, which neither overflows nor cancels where the plain sums do. */
    private static final class Moments {
        private long count;
        private double mean;
        private double squares;
        private double least = Double.POSITIVE_INFINITY;
        private double largest = Double.NEGATIVE_INFINITY;

        void add(double value) {
            count++;
            double distance = value - mean;
            mean += distance / count;
            squares += distance * (value - mean);
            least = Math.min(least, value);
            largest = Math.max(largest, value);
        }

        double mean() {
            return largest == least ? least : mean;
        }

        /** 1 where there is none. */
        double range() {
            return largest > least ? largest - least : 1;
        }

        /** The range where it underflows; 1 where there is none. */
        double deviation() {
            double deviation = Math.sqrt(squares / count);
            return deviation > 0 && largest > least ? deviation : range();
        }

        /** Root of the mean square; 1 where it is 0. */
        double root() {
            double root = Math.hypot(Math.sqrt(squares / count), mean);
            return root > 0 ? root : 1;
        }
    }
}
