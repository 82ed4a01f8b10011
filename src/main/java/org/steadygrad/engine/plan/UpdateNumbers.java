package org.steadygrad.engine.plan;

/**
 * What one parameter's update is made with in one step, schedules already evaluated. The roles of rate, decays and
 * epsilon are those in {@link UpdaterKind}.
 *
 * @param rate learning rate, times the bias corrections where the updater has some
 * @param gradientRate what the gradient itself is multiplied by beside its mean; 0 for updaters but Nadam
 * @param firstDecay momentum, beta1, or the decay of the mean square
 * @param secondDecay beta2
 * @param epsilon keeps divisors away from zero
 * @param l1 times the parameter's sign, is added to the gradient
 * @param l2 times the parameter, is added to the gradient
 * @param weightDecay times the parameter, is added to what the updater wants subtracted; learning rate included
 */
public record UpdateNumbers(
        double rate,
        double gradientRate,
        double firstDecay,
        double secondDecay,
        double epsilon,
        double l1,
        double l2,
        double weightDecay) {

    public boolean isFinite() {
        double sum = rate + gradientRate + firstDecay + secondDecay + epsilon + l1 + l2 + weightDecay;
        return Double.isFinite(sum);
    }
}
