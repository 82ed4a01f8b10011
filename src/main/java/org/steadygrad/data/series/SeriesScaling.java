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

    /**
     * @param training rows of the training part
     * @param choices what is learnt in place of values
     */
    static Columns fit(
            SeriesTable rows, SeriesSettings settings, List<Segment> training, TransformChoice.Choices choices) {
        int scaled = rows.inputNames().size() - rows.unscaled();
        requirePositive(rows, rows.inputNames(), rows.inputs(), choices);
        requirePositive(rows, rows.targetNames(), rows.targets(), choices);
        ColumnFit fit = new ColumnFit(rows, settings, training, choices);
        List<Column> inputs =
                new ArrayList<>(IntStream.range(0, scaled).mapToObj(fit::input).toList());
        rows.inputNames().stream()
                .skip(scaled)
                .map(name -> new Column(name, 0, 1, 0))
                .forEach(inputs::add);
        List<Column> targets = rows.classes()
                ? List.of()
                : IntStream.range(0, rows.targetNames().size())
                        .boxed()
                        .flatMap(i -> fit.targets(i).stream())
                        .toList();
        return new Columns(
                inputs,
                targets,
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
                "a number above 0, since its logarithm is taken (data.log, data.transform)",
                raw,
                "Take the column out of data.log (log: [] takes no logarithms), or the row out of the file.");
    }

    private static void requirePositive(
            SeriesTable rows, List<String> names, double[][] values, TransformChoice.Choices choices) {
        for (int i = 0; i < names.size(); i++) {
            for (int row = 0; row < values.length && choices.of(names.get(i)).log(); row++) {
                if (values[row][i] <= 0) {
                    throw notPositive(rows, row, names.get(i), values[row][i]);
                }
            }
        }
    }

    /**
     * Scales, after missing inputs are filled in. Missing targets stay NaN, as do inputs and targets before which too little is known for
     * their references.
     */
    static SeriesValues apply(SeriesTable rows, Columns columns, SeriesSettings settings) {
        requireSameColumns(rows, columns, settings);
        KnownLevels known = new KnownLevels(rows);
        float[][] inputs = new float[rows.inputs().length][columns.inputs().size()];
        for (Segment sequence : rows.sequences()) {
            for (int i = 0; i < columns.inputs().size(); i++) {
                scaleInput(rows, sequence, columns.inputs().get(i), i, settings.missing(), known, inputs);
            }
        }
        TargetValues targets = new TargetValues(rows, columns.targets(), settings, known);
        targets.check();
        return new SeriesValues(inputs, targets, classes(rows, columns.classes()));
    }

    private static void scaleInput(
            SeriesTable rows,
            Segment sequence,
            Column column,
            int position,
            Missing missing,
            KnownLevels known,
            float[][] into) {
        boolean carried = missing == Missing.PREVIOUS || column.reference() != null;
        double previous = column.mean();
        for (int row = sequence.begin(); row < sequence.end(); row++) {
            double raw = rows.inputs()[row][position];
            double filled = !Double.isNaN(raw) ? raw : carried ? previous : column.mean();
            previous = filled;
            into[row][position] =
                    scaled(rows, row, column, column.name(), filled, known.reference(column, column.name(), row));
        }
    }

    /**
     * @param name of the column of the file
     * @param from the value's reference
     */
    static float scaled(SeriesTable rows, int row, Column column, String name, double raw, double from) {
        double value = column.scaled(raw, from);
        if (column.log() && raw <= 0) {
            throw notPositive(rows, row, name, raw);
        }
        if (Math.abs(value) > FLOAT_RANGE) {
            throw rows.error(row, name, "a number that a 32-bit float can hold after scaling", raw, "Mend the cell.");
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
        boolean sameTargets = rows.classes()
                ? targets.isEmpty() && !columns.classes().isEmpty()
                : targets.equals(ColumnFit.targetNames(rows, settings));
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
