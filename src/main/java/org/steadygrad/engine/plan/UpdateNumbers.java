package org.steadygrad.engine.plan;

/**
 * What one parameter's update is made with in one step, schedules already evaluated. The roles of rate, decays and
 * epsilon are those in {@link UpdaterKind}.
 *
 * @param rate learning rate, times the bias correction where the updater has one
 * @param firstDecay momentum, beta1, or the decay of the mean square
 * @param secondDecay beta2
 * @param epsilon keeps divisors away from zero
 * @param l1 times the parameter's sign, is added to the gradient
 * @param l2 times the parameter, is added to the gradient
 * @param weightDecay times the parameter, is added to what the updater wants subtracted; learning rate included
 */
public record UpdateNumbers(
        double rate, double firstDecay, double secondDecay, double epsilon, double l1, double l2, double weightDecay) {

    public boolean isFinite() {
        double sum = rate + firstDecay + secondDecay + epsilon + l1 + l2 + weightDecay;
        return Double.isFinite(sum);
    }
}
