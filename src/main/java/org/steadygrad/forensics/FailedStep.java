package org.steadygrad.forensics;

import java.util.List;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.check.Check;
import org.steadygrad.engine.step.Pass;
import org.steadygrad.engine.step.TrainingStep.Position;

/**
 * A training step that wasn't applied, and what it ran from beside the model.
 *
 * @param position where it stands in its run
 * @param before the passes that the recurrent state comes from, oldest first; empty unless state is carried
 * @param passes whose gradients make up the step
 * @param carriesState whether recurrent state is carried from pass to pass
 */
public record FailedStep(Position position, List<Pass> before, List<Pass> passes, boolean carriesState) {
    private static final String WHO = "failed step";

    public FailedStep {
        Check.notNull(position, WHO, "position");
        before = List.copyOf(before);
        passes = List.copyOf(passes);
        Check.positive(passes.size(), WHO, "number of passes");
    }

    /** Number of the step, from 1. */
    public int iteration() {
        return position.iteration();
    }

    /** The same step with another batch in one of its passes, which is its only one. */
    FailedStep only(int pass, MultiDataSet other) {
        return new FailedStep(
                position, before, List.of(new Pass(other, passes.get(pass).seed())), carriesState);
    }
}
