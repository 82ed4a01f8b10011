package org.steadygrad.engine.step;

import org.steadygrad.check.Check;

/**
 * Stands between a step's gradient and its update, where the gradient can be looked at and replaced: by the average over several
 * engines, for example, each of which had a part of the batch. Engines whose exchanges give the same gradient and loss to all of
 * them stay equal, without anything else being exchanged; running statistics of batch norm are each engine's own.
 *
 * <p>Steps that are exchanged are done one after the other, and their gradients take the way through the host's memory.
 */
@FunctionalInterface
public interface GradientExchange {

    /**
     * Called once for each step that is run, on the thread that runs it, in the order of the steps: also where loss or
     * gradient isn't finite, so that nobody waits in vain.
     *
     * @return what takes its place; may be the same. Numbers that aren't finite refuse the step, as the engine's own do
     */
    StepGradient exchange(StepGradient own);

    /**
     * @param gradient averaged over the examples, before clipping, without penalties, in the order of the engine's layout; what it
     *     holds for blocks that aren't trained means nothing. May be changed
     * @param loss averaged over the passes, penalties included
     * @param examples of all passes
     */
    record StepGradient(float[] gradient, double loss, long examples) {
        public StepGradient {
            Check.notNull(gradient, "StepGradient", "gradient");
            Check.positive(examples, "StepGradient", "examples");
        }
    }
}
