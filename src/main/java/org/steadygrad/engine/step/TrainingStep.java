package org.steadygrad.engine.step;

import java.util.List;
import org.steadygrad.check.Check;
import org.steadygrad.engine.PassOptions.Trace;

/**
 * What a training step is to do: a value, so that it can be done again, by another engine or with another update. How its
 * gradient becomes new parameters isn't part of it, since that depends on what the steps before it came to.
 *
 * @param position where the step stands in its run
 * @param leadIn passes before it in which nothing is scored; they only lead the recurrent state to where the step begins
 * @param passes whose gradients are averaged, weighted by their examples
 * @param state what becomes of recurrent state
 * @param trace what is looked at in the first pass
 * @param waited seconds that it took to get the batches
 */
public record TrainingStep(
        Position position, List<Pass> leadIn, List<Pass> passes, State state, Trace trace, double waited) {

    /**
     * @param iteration number of the step in its run, from 1
     * @param epoch of the run, from 0
     * @param batch number of the step's first batch in the epoch, from 0
     * @param firstTimeStep where the step begins in the sequences of its batch; 0 for whole sequences
     */
    public record Position(int iteration, int epoch, int batch, int firstTimeStep) {
        private static final String WHO = "position of a step";

        public Position {
            Check.positive(iteration, WHO, "iteration");
            Check.nonNegative(epoch, WHO, "epoch");
            Check.nonNegative(batch, WHO, "batch");
            Check.nonNegative(firstTimeStep, WHO, "firstTimeStep");
        }
    }

    /** What becomes of the state of recurrent layers. */
    public enum State {
        /** Every pass begins with none, and none is kept. */
        NOT_CARRIED,
        /** The step begins with none; what it ends with is kept for the next. */
        NEW,
        /** The step goes on with the sequences of the step before. */
        CONTINUED
    }

    public TrainingStep {
        Check.notNull(position, "TrainingStep", "position");
        leadIn = List.copyOf(leadIn);
        passes = List.copyOf(passes);
        Check.positive(passes.size(), "TrainingStep", "number of passes");
        Check.notNull(state, "TrainingStep", "state");
        Check.notNull(trace, "TrainingStep", "trace");
    }

    /** Whether recurrent state is kept between steps at all. */
    public boolean carriesState() {
        return state != State.NOT_CARRIED;
    }

    /** Whether the step goes on with the sequences of the step before. */
    public boolean continued() {
        return state == State.CONTINUED;
    }
}
