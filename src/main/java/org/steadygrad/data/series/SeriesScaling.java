package org.steadygrad.data.series;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataArtifact.Column;
import org.steadygrad.data.DataArtifact.Columns;
import org.steadygrad.data.series.SeriesTable.Segment;
import org.steadygrad.spec.DataSpec.Missing;

/** Fits the scaling of all columns, and applies it. */
final class SeriesScaling {
    private static final double FLOAT_RANGE = Float.MAX_VALUE;

    private SeriesScaling() {}

    /** @param training rows of the training part */
    static Columns fit(SeriesTable rows, SeriesSettings settings, List<Segment> training) {
        int scaled = rows.inputNames().size() - rows.unscaled();
        requirePositive(rows, rows.inputNames(), rows.inputs());
        requirePositive(rows, rows.targetNames(), rows.targets());
        List<Column> inputs =
                new ArrayList<>(fit(rows, rows.inputNames().subList(0, scaled), rows.inputs(), training, settings));
        rows.inputNames().stream()
                .skip(scaled)
                .map(name -> new Column(name, 0, 1, 0))
                .forEach(inputs::add);
        boolean classes = rows.classes();
        return new Columns(
                inputs,
                classes ? List.of() : path(fit(rows, rows.targetNames(), rows.targets(), training, settings), settings),
                rows.labels().stream()
                        .filter(Objects::nonNull)
                        .distinct()
                        .sorted()
                        .toList());
    }

    private static InvalidInputException notPositive(SeriesTable rows, int row, String column, double raw) {
        return rows.error(
                row,
                column,
                "a number above 0, since its logarithm is taken (data.log)",
                raw,
                "Take the column out of data.log, or the row out of the file.");
    }

    private static void requirePositive(SeriesTable rows, List<String> names, double[][] values) {
        for (int i = 0; i < names.size(); i++) {
            for (int row = 0; row < values.length && rows.logarithms().contains(names.get(i)); row++) {
                if (values[row][i] <= 0) {
                    throw notPositive(rows, row, names.get(i), values[row][i]);
                }
            }
        }
    }

    private static List<Column> fit(
            SeriesTable rows, List<String> names, double[][] values, List<Segment> training, SeriesSettings settings) {
        return IntStream.range(0, names.size())
                .mapToObj(i -> ColumnFit.fit(rows, names.get(i), values, i, training, settings.normalization()))
                .toList();
    }

    /** Scales, after missing inputs are filled in: (value - shift) / scale. Missing targets stay NaN. */
    static SeriesValues apply(SeriesTable rows, Columns columns, SeriesSettings settings) {
        requireSameColumns(rows, columns, settings);
        float[][] inputs = new float[rows.inputs().length][columns.inputs().size()];
        List<Column> targetColumns = step(columns.targets(), settings);
        float[][] targets = new float[rows.targets().length][targetColumns.size()];
        for (Segment sequence : rows.sequences()) {
            for (int i = 0; i < columns.inputs().size(); i++) {
                scaleInput(rows, sequence, columns.inputs().get(i), i, settings.missing(), inputs);
            }
        }
        for (int row = 0; row < targets.length; row++) {
            for (int i = 0; i < targetColumns.size(); i++) {
                targets[row][i] = scaled(rows, row, targetColumns.get(i), rows.targets()[row][i]);
            }
        }
        return new SeriesValues(inputs, targets, classes(rows, columns.classes()));
    }

    /** For a path each target has a column for every step ahead, all of one scaling. */
    private static List<Column> path(List<Column> targets, SeriesSettings settings) {
        if (!settings.path()) {
            return targets;
        }
        return targets.stream()
                .flatMap(column -> IntStream.rangeClosed(1, settings.horizon())
                        .mapToObj(ahead -> new Column(
                                column.name() + " (+" + ahead + ")",
                                column.shift(),
                                column.scale(),
                                column.mean(),
                                column.log())))
                .toList();
    }

    /** The column of each target, back from {@link #path}. */
    static List<Column> step(List<Column> targets, SeriesSettings settings) {
        if (!settings.path()) {
            return targets;
        }
        return IntStream.range(0, targets.size() / settings.horizon())
                .mapToObj(i -> targets.get(i * settings.horizon()))
                .toList();
    }

    private static void scaleInput(
            SeriesTable rows, Segment sequence, Column column, int position, Missing missing, float[][] into) {
        double previous = column.mean();
        for (int row = sequence.begin(); row < sequence.end(); row++) {
            double raw = rows.inputs()[row][position];
            double filled = !Double.isNaN(raw) ? raw : missing == Missing.PREVIOUS ? previous : column.mean();
            previous = filled;
            into[row][position] = scaled(rows, row, column, filled);
        }
    }

    private static float scaled(SeriesTable rows, int row, Column column, double raw) {
        double value = column.scaled(raw);
        if (column.log() && raw <= 0) {
            throw notPositive(rows, row, column.name(), raw);
        }
        if (Math.abs(value) > FLOAT_RANGE) {
            throw rows.error(
                    row, column.name(), "a number that a 32-bit float can hold after scaling", raw, "Mend the cell.");
        }
        return (float) value;
    }

    private static int[] classes(SeriesTable rows, List<String> classes) {
        int[] numbers = new int[rows.labels().size()];
        for (int row = 0; row < numbers.length; row++) {
            String label = rows.labels().get(row);
            numbers[row] = label == null ? -1 : classes.indexOf(label);
            if (numbers[row] < 0 && label != null) {
                String target = rows.targetNames().get(0);
                throw rows.error(row, target, "a class the model knows", label, "It knows " + classes + ".");
            }
        }
        return numbers;
    }

    private static void requireSameColumns(SeriesTable rows, Columns columns, SeriesSettings settings) {
        List<String> inputs = names(columns.inputs());
        List<String> targets = names(columns.targets());
        List<Column> here = rows.targetNames().stream()
                .map(name -> new Column(name, 0, 1, 0))
                .toList();
        boolean sameTargets = rows.classes()
                ? targets.isEmpty() && !columns.classes().isEmpty()
                : targets.equals(names(path(here, settings)));
        if (!inputs.equals(rows.inputNames()) || !sameTargets) {
            throw InvalidInputException.of(
                    rows.file(),
                    "the columns the model was trained on, inputs " + inputs + " and targets "
                            + (targets.isEmpty() ? "of classes " + columns.classes() : targets),
                    "inputs " + rows.inputNames() + " and targets " + rows.targetNames(),
                    "Check data.inputs, data.target and data.header.");
        }
    }

    private static List<String> names(List<Column> columns) {
        return columns.stream().map(Column::name).toList();
    }
}
