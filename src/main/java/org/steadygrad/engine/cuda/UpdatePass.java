package org.steadygrad.engine.cuda;

import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.engine.plan.UpdatePlan;

/** Turns a flat gradient into new parameters. */
final class UpdatePass {
    private final UpdatePlan plan;
    private final CudaModel model;

    UpdatePass(UpdatePlan plan, CudaModel model) {
        this.plan = plan;
        this.model = model;
    }

    /** Enqueues the sum of the penalties, for the loss. */
    void penalties() {
        model.runtime().stream().zero(model.numbers().penalty());
    }

    /** Parameters and states may hold anything from now on. */
    void parametersReplaced() {}

    /**
     * One update. If the gradient isn't finite, or the updaters' own arithmetic would overflow, nothing is changed.
     *
     * @param divisor trained blocks of the flat gradient are divided by it: the number of examples, usually
     * @param passes the changes of running statistics are divided by it: the number of accumulated passes
     */
    UpdateOutcome apply(UpdateRule rule, double divisor, int passes) {
        throw new IllegalStateException("engine cuda: " + plan + rule + divisor + passes);
    }
}
