package org.steadygrad.forensics;

import org.steadygrad.data.BatchCell;

/** Says in words where the numbers of a step's batches come from. */
@FunctionalInterface
public interface CellSources {

    /**
     * @param pass number of the pass within the step
     * @param cell of the whole batch, not of a window
     */
    String of(int pass, BatchCell cell);

    /** For batches of which nothing more is known. */
    static CellSources unknown(FailedStep step) {
        return (pass, cell) ->
                "example " + cell.example() + " of batch " + (step.position().batch() + pass) + cell.rowAndStep();
    }
}
