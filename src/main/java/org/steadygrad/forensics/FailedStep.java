package org.steadygrad.forensics;

import java.util.List;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.check.Check;

/**
 * A training step that wasn't applied, and what it ran from beside the model.
 *
 * @param iteration number of the step, from 1
 * @param epoch from 0
 * @param batch number of the step's first batch in the epoch, from 0
 * @param firstTimeStep where the step's window begins in its sequences; 0 for whole sequences
 * @param before the passes that the recurrent state comes from, oldest first; empty unless state is carried
 * @param passes whose gradients make up the step
 * @param carriesState whether recurrent state is carried from pass to pass
 */
public record FailedStep(
        int iteration,
        int epoch,
        int batch,
        int firstTimeStep,
        List<Pass> before,
        List<Pass> passes,
        boolean carriesState) {
    private static final String WHO = "failed step";

    /**
     * A forward and backward pass.
     *
     * @param batch one features and one labels array; masks as DL4J takes them
     * @param seed decides the dropout masks
     */
    public record Pass(MultiDataSet batch, long seed) {}

    public FailedStep {
        Check.nonNegative(iteration, WHO, "iteration");
        Check.nonNegative(epoch, WHO, "epoch");
        Check.nonNegative(batch, WHO, "batch");
        Check.nonNegative(firstTimeStep, WHO, "firstTimeStep");
        before = List.copyOf(before);
        passes = List.copyOf(passes);
        Check.positive(passes.size(), WHO, "number of passes");
    }

    /** The same step with another batch in one of its passes, which is its only one. */
    FailedStep only(int pass, MultiDataSet other) {
        List<Pass> changed = List.of(new Pass(other, passes.get(pass).seed()));
        return new FailedStep(iteration, epoch, batch, firstTimeStep, before, changed, carriesState);
    }
}
