package org.steadygrad.engine.plan;

import org.steadygrad.check.Check;

/**
 * A tensor that passes from one operation of a plan to others.
 *
 * @param id position in the plan's list of values
 * @param producer name of the DL4J vertex it comes from
 * @param size number of elements in a row
 * @param rows what there is one row of
 */
public record Value(int id, String producer, int size, Rows rows) {

    /** What a tensor has one row of. */
    public enum Rows {
        /** An example. */
        EXAMPLES,
        /** An example at a time step; time-major, so that the row is {@code time step * examples + example}. */
        TIME_STEPS
    }

    public Value {
        Check.nonNegative(id, "Value", "id");
        Check.notNull(producer, "Value", "producer");
        Check.positive(size, "Value", "size");
        Check.notNull(rows, "Value", "rows");
    }

    public boolean perTimeStep() {
        return rows == Rows.TIME_STEPS;
    }
}
