package org.steadygrad.bench;

import java.util.Arrays;
import org.steadygrad.check.Check;

/**
 * Times of single training steps, in milliseconds.
 *
 * @param low a tenth of the steps took less
 * @param high a tenth of the steps took more
 */
public record StepTimes(double median, double low, double high, int steps) {

    /** @param millis one per step, at least one; left as it is */
    static StepTimes of(double[] millis) {
        Check.positive(millis.length, "step times", "number of steps");
        double[] sorted = millis.clone();
        Arrays.sort(sorted);
        return new StepTimes(quantile(sorted, 0.5), quantile(sorted, 0.1), quantile(sorted, 0.9), sorted.length);
    }

    /** Linear between the two neighbours. */
    static double quantile(double[] sorted, double share) {
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
