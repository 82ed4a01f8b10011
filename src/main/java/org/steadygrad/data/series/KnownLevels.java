package org.steadygrad.data.series;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.steadygrad.data.DataArtifact.Column;
import org.steadygrad.data.series.SeriesTable.Segment;

/**
 * What references are made of: the inputs of a file without gaps, a missing value being taken for the last one before it in its
 * sequence, and at the beginning for the column's mean.
 */
final class KnownLevels {
    private final SeriesTable rows;
    private final int[] begins;
    private final Map<String, double[]> levels = new HashMap<>();

    KnownLevels(SeriesTable rows) {
        this.rows = rows;
        begins = new int[rows.count()];
        for (Segment sequence : rows.sequences()) {
            for (int row = sequence.begin(); row < sequence.end(); row++) {
                begins[row] = sequence.begin();
            }
        }
    }

    /** Levels of all rows of the input that a column is called after. @param input its name */
    double[] of(Column column, String input) {
        return levels.computeIfAbsent(
                input + column.log(),
                key -> levels(rows.inputs(), rows.inputNames().indexOf(input), rows.sequences(), column));
    }

    private static double[] levels(double[][] inputs, int position, List<Segment> sequences, Column column) {
        double[] filled = new double[inputs.length];
        for (Segment sequence : sequences) {
            double last = column.mean();
            for (int row = sequence.begin(); row < sequence.end(); row++) {
                double raw = inputs[row][position];
                last = Double.isNaN(raw) ? last : raw;
                filled[row] = column.level(last);
            }
        }
        return filled;
    }

    /**
     * The reference of a row's value: 0 for columns without one; NaN where too little is known before it.
     *
     * @param input name of the input that it is made of
     */
    double reference(Column column, String input, int row) {
        if (column.reference() == null) {
            return 0;
        }
        int last = row - column.ahead();
        int first = begins[row];
        if (last - first + 1 < column.reference().history()) {
            return Double.NaN;
        }
        double[] known = of(column, input);
        return column.reference().of(at -> known[at], first, last, column.ahead());
    }
}
