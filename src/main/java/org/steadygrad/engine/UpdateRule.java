package org.steadygrad.engine;

import org.steadygrad.check.Check;
import org.steadygrad.ops.ClipPolicy;

/**
 * How the gradient becomes new parameters. Updaters, schedules and penalties are those of the model's configuration.
 *
 * @param clip decides how this step's gradient is clipped
 * @param iteration number of updates so far, for schedules and bias corrections
 * @param epoch number of full passes over the data so far
 * @param learningRateScale factor on the whole update (weight decay included); 1 leaves it as configured
 */
public record UpdateRule(ClipPolicy clip, int iteration, int epoch, double learningRateScale) {
    public UpdateRule {
        Check.notNull(clip, "UpdateRule", "clip");
        Check.nonNegative(iteration, "UpdateRule", "iteration");
        Check.nonNegative(epoch, "UpdateRule", "epoch");
        Check.positive(learningRateScale, "UpdateRule", "learningRateScale");
    }
}
