package org.steadygrad.data.csv;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataArtifact.Column;
import org.steadygrad.data.DataArtifact.Columns;
import org.steadygrad.data.csv.CsvRows.Segment;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.DataSpec.Missing;

/** Fits the scaling of all columns, and applies it. */
final class CsvScaling {
    private static final double FLOAT_RANGE = Float.MAX_VALUE;

    private CsvScaling() {}

    /** @param training rows of the training part */
    static Columns fit(CsvRows rows, DataSpec.Csv spec, List<Segment> training) {
        int scaled = rows.inputNames().size() - rows.unscaled();
        List<Column> inputs =
                new ArrayList<>(fit(rows, rows.inputNames().subList(0, scaled), rows.inputs(), training, spec));
        rows.inputNames().stream()
                .skip(scaled)
                .map(name -> new Column(name, 0, 1, 0))
                .forEach(inputs::add);
        boolean classes = rows.targets().length == 0;
        return new Columns(
                inputs,
                classes ? List.of() : fit(rows, rows.targetNames(), rows.targets(), training, spec),
                rows.labels().stream()
                        .filter(Objects::nonNull)
                        .distinct()
                        .sorted()
                        .toList());
    }

    private static List<Column> fit(
            CsvRows rows, List<String> names, double[][] values, List<Segment> training, DataSpec.Csv spec) {
        return IntStream.range(0, names.size())
                .mapToObj(i -> ColumnFit.fit(rows, names.get(i), values, i, training, spec.normalization()))
                .toList();
    }

    /** Scales, after missing inputs are filled in: (value - shift) / scale. Missing targets stay NaN. */
    static CsvValues apply(CsvRows rows, Columns columns, Missing missing) {
        requireSameColumns(rows, columns);
        float[][] inputs = new float[rows.inputs().length][columns.inputs().size()];
        float[][] targets = new float[rows.targets().length][columns.targets().size()];
        for (Segment sequence : rows.sequences()) {
            for (int i = 0; i < columns.inputs().size(); i++) {
                scaleInput(rows, sequence, columns.inputs().get(i), i, missing, inputs);
            }
        }
        for (int row = 0; row < targets.length; row++) {
            for (int i = 0; i < columns.targets().size(); i++) {
                targets[row][i] = scaled(rows, row, columns.targets().get(i), rows.targets()[row][i]);
            }
        }
        return new CsvValues(inputs, targets, classes(rows, columns.classes()));
    }

    private static void scaleInput(
            CsvRows rows, Segment sequence, Column column, int position, Missing missing, float[][] into) {
        double previous = column.mean();
        for (int row = sequence.begin(); row < sequence.end(); row++) {
            double raw = rows.inputs()[row][position];
            double filled = !Double.isNaN(raw) ? raw : missing == Missing.PREVIOUS ? previous : column.mean();
            previous = filled;
            into[row][position] = scaled(rows, row, column, filled);
        }
    }

    private static float scaled(CsvRows rows, int row, Column column, double raw) {
        double value = (raw - column.shift()) / column.scale();
        if (Math.abs(value) > FLOAT_RANGE) {
            throw rows.error(
                    row, column.name(), "a number that a 32-bit float can hold after scaling", raw, "Mend the cell.");
        }
        return (float) value;
    }

    private static int[] classes(CsvRows rows, List<String> classes) {
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

    private static void requireSameColumns(CsvRows rows, Columns columns) {
        List<String> inputs = columns.inputs().stream().map(Column::name).toList();
        List<String> targets = columns.targets().stream().map(Column::name).toList();
        boolean sameTargets = rows.targets().length == 0
                ? targets.isEmpty() && !columns.classes().isEmpty()
                : targets.equals(rows.targetNames());
        if (!inputs.equals(rows.inputNames()) || !sameTargets) {
            throw InvalidInputException.of(
                    rows.file(),
                    "the columns the model was trained on, inputs " + inputs + " and targets "
                            + (targets.isEmpty() ? "of classes " + columns.classes() : targets),
                    "inputs " + rows.inputNames() + " and targets " + rows.targetNames(),
                    "Check data.inputs, data.target and data.header.");
        }
    }
}
