package org.steadygrad.data.csv;

import java.util.List;
import java.util.stream.IntStream;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataArtifact.Column;
import org.steadygrad.data.DataArtifact.Columns;
import org.steadygrad.data.csv.CsvRows.Segment;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.DataSpec.CsvTask;
import org.steadygrad.spec.DataSpec.Missing;

/** Fits the scaling of all columns, and applies it. */
final class CsvScaling {
    private static final double FLOAT_RANGE = Float.MAX_VALUE;

    private CsvScaling() {}

    /** @param training rows of the training part */
    static Columns fit(CsvRows rows, DataSpec.Csv spec, List<Segment> training) {
        CsvColumns columns = rows.columns();
        boolean classes = spec.task() == CsvTask.CLASSIFICATION;
        return new Columns(
                fit(rows, columns.inputNames(), rows.inputs(), training, spec),
                classes ? List.of() : fit(rows, columns.targetNames(), rows.targets(), training, spec),
                rows.labels().stream().distinct().sorted().toList());
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
            throw rows.cell(row, column.name(), String.valueOf(raw))
                    .error("a number that a 32-bit float can hold after scaling", "Mend the cell.");
        }
        return (float) value;
    }

    private static int[] classes(CsvRows rows, List<String> classes) {
        int[] numbers = new int[rows.labels().size()];
        for (int row = 0; row < numbers.length; row++) {
            numbers[row] = classes.indexOf(rows.labels().get(row));
            if (numbers[row] < 0) {
                String target = rows.columns().targetNames().get(0);
                throw rows.cell(row, target, rows.labels().get(row))
                        .error("a class the model knows", "It knows " + classes + ".");
            }
        }
        return numbers;
    }

    private static void requireSameColumns(CsvRows rows, Columns columns) {
        List<String> inputs = columns.inputs().stream().map(Column::name).toList();
        List<String> targets = columns.targets().stream().map(Column::name).toList();
        CsvColumns here = rows.columns();
        boolean sameTargets = rows.targets().length == 0
                ? targets.isEmpty() && !columns.classes().isEmpty()
                : targets.equals(here.targetNames());
        if (!inputs.equals(here.inputNames()) || !sameTargets) {
            throw InvalidInputException.of(
                    rows.file(),
                    "the columns the model was trained on, inputs " + inputs + " and targets "
                            + (targets.isEmpty() ? "of classes " + columns.classes() : targets),
                    "inputs " + here.inputNames() + " and targets " + here.targetNames(),
                    "Check data.inputs, data.target and data.header.");
        }
    }
}
