package org.steadygrad.engine.step;

import java.util.List;
import org.steadygrad.engine.UpdateRule;

/** Decides about steps, and is told of them in their order. */
public interface StepPolicy {

    /**
     * How the next update is made.
     *
     * @param ahead steps that are under way, counted as updates
     */
    UpdateRule rule(int ahead);

    /**
     * Whether nothing but a step before it that goes wrong could make a difference to a step, so that it may be asked for before
     * the results of those are known.
     */
    default boolean mayBeAhead(TrainingStep step) {
        return true;
    }

    /**
     * Between gradient and update: whether the update is to be made. An engine that is ahead may have made it already where the
     * loss is finite; a policy that doesn't want it then goes back to a state from before.
     *
     * @param soFar without update
     */
    default boolean wantsUpdate(StepOutcome soFar) {
        return Double.isFinite(soFar.loss());
    }

    /**
     * The step is over. To ask something of the engine, wait for {@link StepPipeline#idle} before.
     *
     * @return whether to go on; if not, steps that were asked for already and weren't run stay undone
     */
    boolean done(StepOutcome outcome, StepPipeline pipeline);

    /** Told of steps that stay undone since {@link #done} ended it. */
    default void undone(List<TrainingStep> steps) {}
}
