package org.steadygrad.health;

import java.util.Map;
import java.util.Optional;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;

/**
 * {@code bad-input} of whole columns: more than half of the numbers of a feature, or of a number that is to be predicted, are beyond
 * {@value #LARGE}; beyond {@value #GRAVE} it is an error. Initialisers and learning rates reckon with numbers around 1 (LeCun, Bottou, Orr
 * and Müller 1998). Single values of another size are another matter.
 */
final class ScaleRule {
    static final double LARGE = 20;
    static final double GRAVE = 1000;
    /** Multiple of a column's typical magnitude up to which a value is one of its own. */
    private static final double USUAL = 30;

    private static final int ENOUGH = 30;

    private final String what;
    private long[] large = {};
    private long[] grave;
    /** Sums of the logarithms of magnitudes beyond {@value #LARGE}. */
    private double[] logarithms;

    private long rows;

    /** @param what its columns are, in the singular */
    ScaleRule(String what) {
        this.what = what;
    }

    private interface Numbers {
        double at(int column);
    }

    void takeFeatures(LabelledBatch batch) {
        for (int example = 0; example < batch.examples(); example++) {
            int number = example;
            for (int step = 0; step < batch.steps(); step++) {
                if (batch.there(example, step)) {
                    int time = step;
                    take(batch.width(), column -> batch.feature(number, column, time));
                }
            }
        }
    }

    void takeLabels(LabelledBatch batch) {
        batch.each(
                (example, step, labelStep) -> take(batch.targets(), column -> batch.label(example, column, labelStep)));
    }

    private void take(int columns, Numbers numbers) {
        if (large.length != columns) {
            large = new long[columns];
            grave = new long[columns];
            logarithms = new double[columns];
            rows = 0;
        }
        for (int column = 0; column < columns; column++) {
            double magnitude = Math.abs(numbers.at(column));
            if (magnitude > LARGE && magnitude < Double.POSITIVE_INFINITY) {
                large[column]++;
                grave[column] += magnitude > GRAVE ? 1 : 0;
                logarithms[column] += Math.log(magnitude);
            }
        }
        rows++;
    }

    private boolean unscaled(int column) {
        return rows >= ENOUGH && 2 * large[column] > rows;
    }

    private double size(int column) {
        return large[column] == 0 ? 0 : Math.exp(logarithms[column] / large[column]);
    }

    /** Whether a value is as large as others of its column, so that it is the column that is too large. */
    boolean usual(int column, double value) {
        return column < large.length && unscaled(column) && Math.abs(value) <= USUAL * size(column);
    }

    Optional<Finding> look() {
        int worst = -1;
        int count = 0;
        for (int column = 0; column < large.length; column++) {
            if (unscaled(column)) {
                worst = worst < 0 || size(column) > size(worst) ? column : worst;
                count++;
            }
        }
        if (count == 0) {
            return Optional.empty();
        }
        return Optional.of(Finding.seen(
                FindingKind.BAD_INPUT,
                2 * grave[worst] > rows ? Severity.ERROR : Severity.WARNING,
                "",
                "The numbers of " + what + " " + worst + " (counted from 0) are around " + Finding.number(size(worst))
                        + (count > 1 ? ", and " + (count - 1) + " more aren't scaled either" : "")
                        + "; weights and learning rates reckon with numbers around 1.",
                Map.of("column", (double) worst, "scale", size(worst), "columns", (double) count)));
    }
}
