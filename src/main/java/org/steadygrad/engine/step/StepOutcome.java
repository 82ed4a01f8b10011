package org.steadygrad.engine.step;

import java.util.List;
import java.util.Optional;
import org.steadygrad.check.Check;
import org.steadygrad.engine.ParameterDistributions;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.UpdateOutcome;

/**
 * What came of a training step.
 *
 * @param losses of its passes; each the sum over its batch divided by the number of examples, penalties included
 * @param loss their mean; where gradients are exchanged, what the exchange says
 * @param trace of the first pass, if one was asked for
 * @param distributions of parameters and gradient, if the trace has histograms
 * @param update empty when there was none: the loss isn't finite, or the policy didn't want it
 * @param seconds that the step took; for an engine that is ahead, since the result before was there
 */
public record StepOutcome(
        TrainingStep step,
        List<Double> losses,
        double loss,
        Optional<StepTrace> trace,
        Optional<ParameterDistributions> distributions,
        Optional<UpdateOutcome> update,
        double seconds) {

    public StepOutcome {
        Check.notNull(step, "StepOutcome", "step");
        losses = List.copyOf(losses);
        Check.notNull(update, "StepOutcome", "update");
    }

    /** Whether the parameters changed. */
    public boolean applied() {
        return update.isPresent() && update.get().applied();
    }

    /** Whether nothing was changed because a scaled loss had to be scaled by less; see {@link UpdateOutcome#rescaled}. */
    public boolean rescaled() {
        return update.isPresent() && update.get().rescaled();
    }

    /** Whether loss, gradient or update weren't finite, so that nothing was changed. */
    public boolean failed() {
        return !rescaled() && (update.isPresent() ? !applied() : !Double.isFinite(loss));
    }

    StepOutcome with(double otherLoss) {
        return new StepOutcome(step, losses, otherLoss, trace, distributions, update, seconds);
    }

    StepOutcome with(ParameterDistributions taken) {
        return new StepOutcome(step, losses, loss, trace, Optional.of(taken), update, seconds);
    }

    StepOutcome with(Optional<UpdateOutcome> made, double taken) {
        return new StepOutcome(step, losses, loss, trace, distributions, made, taken);
    }
}
