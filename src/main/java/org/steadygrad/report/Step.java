package org.steadygrad.report;

/**
 * One training step.
 *
 * @param iteration number of the step, from 1
 * @param epoch number of the epoch, from 0
 * @param loss averaged over the minibatch; may be non-finite
 * @param gradientNorm before clipping; NaN when there was no update
 * @param clipScale smallest factor that clipping multiplied an element by; 1 when nothing was clipped
 * @param applied false when the step was skipped
 * @param learningRateScale the guard's factor on the update
 * @param seconds wall-clock time of the step
 */
public record Step(
        int iteration,
        int epoch,
        double loss,
        double gradientNorm,
        double clipScale,
        boolean applied,
        double learningRateScale,
        double seconds) {}
