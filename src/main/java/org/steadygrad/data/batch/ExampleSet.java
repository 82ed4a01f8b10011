package org.steadygrad.data.batch;

import org.steadygrad.data.BatchCell;
import org.steadygrad.data.DataDescription;

/** Numbered examples from which batches are made. Must be safe for use by several threads: epochs may overlap. */
public interface ExampleSet {
    DataDescription description();

    /** Number of examples in an epoch, at least 1. */
    int size();

    /** Steps of one example, by which examples are put into batches; the batch is padded to its longest. */
    default int steps(int example) {
        return description().maxSteps();
    }

    /** Writes an example into its place in a batch; what isn't written stays 0. */
    void fill(int epoch, int example, BatchBuilder.Slot slot);

    /**
     * Says where a number of an example comes from.
     *
     * @param cell whose example counts within a batch and is of no concern here
     */
    default String origin(int epoch, int example, BatchCell cell) {
        return "example " + example + " of the data" + cell.rowAndStep();
    }
}
