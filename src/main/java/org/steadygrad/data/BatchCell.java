package org.steadygrad.data;

import org.steadygrad.check.Check;

/**
 * One number of a batch. All are counted from 0.
 *
 * @param label whether it is a label, not a feature
 * @param example number of the example in the batch
 * @param row number of the feature or label; -1 for the example as a whole
 * @param step time step; -1 without a time axis, or for the example as a whole
 */
public record BatchCell(boolean label, int example, int row, int step) {
    public BatchCell {
        Check.nonNegative(example, "BatchCell", "example");
        Check.that(row >= -1, "BatchCell", "a row from 0, or -1", row);
        Check.that(step >= -1, "BatchCell", "a time step from 0, or -1", step);
    }

    /** An example as a whole. */
    public static BatchCell example(int number) {
        return new BatchCell(false, number, -1, -1);
    }

    /** Whether it stands for the example as a whole. */
    public boolean whole() {
        return row < 0;
    }

    /** Row and time step in words, as far as there are any: {@code ", feature 2, time step 5"}. */
    public String rowAndStep() {
        return (whole() ? "" : (label ? ", label " : ", feature ") + row) + (step < 0 ? "" : ", time step " + step);
    }
}
