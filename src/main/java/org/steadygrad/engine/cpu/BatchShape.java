package org.steadygrad.engine.cpu;

import org.steadygrad.engine.plan.Value;

/**
 * What a program is compiled for.
 *
 * @param examples number of examples
 * @param steps number of time steps; 1 in networks without sequences
 * @param featureMask whether there is a mask of the features
 * @param labelMask what the mask of the labels has a number for
 * @param training whether there is a backward pass
 */
record BatchShape(int examples, int steps, boolean featureMask, LabelMask labelMask, boolean training) {

    /** What a mask of the labels has a number for. */
    enum LabelMask {
        NONE,
        /** Every row of the output. */
        ROWS,
        /** Every element of the output. */
        ELEMENTS
    }

    int rows(Value value) {
        return rows(value.rows());
    }

    int rows(Value.Rows rows) {
        return rows == Value.Rows.STEPS ? Math.multiplyExact(examples, steps) : examples;
    }

    long elements(Value value) {
        return (long) rows(value) * value.size();
    }
}
