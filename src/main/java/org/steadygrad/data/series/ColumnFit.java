package org.steadygrad.data.series;

import java.util.List;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataArtifact.Column;
import org.steadygrad.data.series.SeriesTable.Segment;
import org.steadygrad.spec.DataSpec.Normalization;

/**
 * Fits the scaling of one column. Missing cells don't count; the deviation is the population's (divided by the number of
 * cells); a column that holds one value only has the scale 1.
 */
final class ColumnFit {
    private final String who;
    private final String name;
    private final boolean log;
    private double rawMean;
    private long count;
    private double mean;
    private double squares;
    private double least = Double.POSITIVE_INFINITY;
    private double largest = Double.NEGATIVE_INFINITY;

    private ColumnFit(String file, String name, boolean log) {
        this.who = file + ", column \"" + name + "\"";
        this.name = name;
        this.log = log;
    }

    /**
     * @param values [row][column]
     * @param rows the training rows
     */
    static Column fit(
            SeriesTable file,
            String name,
            double[][] values,
            int column,
            List<Segment> rows,
            Normalization normalization) {
        ColumnFit fit = new ColumnFit(file.file(), name, file.logarithms().contains(name));
        for (Segment segment : rows) {
            for (int row = segment.begin(); row < segment.end(); row++) {
                fit.add(values[row][column]);
            }
        }
        return fit.column(normalization);
    }

    /** Welford's update, which neither overflows nor cancels where the plain sums do. */
    private void add(double raw) {
        if (Double.isNaN(raw)) {
            return;
        }
        double value = log ? Math.log(raw) : raw;
        count++;
        rawMean += (raw - rawMean) / count;
        double distance = value - mean;
        mean += distance / count;
        squares += distance * (value - mean);
        least = Math.min(least, value);
        largest = Math.max(largest, value);
    }

    private Column column(Normalization normalization) {
        if (count == 0) {
            throw InvalidInputException.of(who, "a number in some training row", "missing cells only", "Leave it out.");
        }
        double range = largest - least;
        double deviation = Math.sqrt(squares / count);
        if (range == 0) {
            mean = least;
        }
        double filled = log ? rawMean : mean;
        return switch (normalization) {
            case STANDARD -> new Column(name, mean, deviation > 0 && range > 0 ? deviation : scale(range), filled, log);
            case MIN_MAX -> new Column(name, least, scale(range), filled, log);
            case NONE -> new Column(name, 0, 1, filled, log);
        };
    }

    private static double scale(double range) {
        return range > 0 ? range : 1;
    }
}
