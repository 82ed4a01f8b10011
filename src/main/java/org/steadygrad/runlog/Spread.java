package org.steadygrad.runlog;

import org.steadygrad.check.Check;

/**
 * What a quantity was over some steps.
 *
 * @param values number of values, at least 1
 * @param finite number of those that are finite, from which the rest is
 * @param mean their mean; NaN when there are none
 * @param low the smallest; NaN when there are none
 * @param high the largest; NaN when there are none
 */
public record Spread(int values, int finite, double mean, double low, double high) {
    public Spread {
        Check.positive(values, "Spread", "values");
        Check.nonNegative(finite, "Spread", "finite");
    }

    /** Of one value, which may be NaN or infinite. */
    public static Spread of(double value) {
        return Double.isFinite(value)
                ? new Spread(1, 1, value, value, value)
                : new Spread(1, 0, Double.NaN, Double.NaN, Double.NaN);
    }

    /** Of this one's values and the other's. */
    public Spread and(Spread other) {
        int all = values + other.values;
        if (finite == 0 || other.finite == 0) {
            Spread known = finite == 0 ? other : this;
            return new Spread(all, known.finite, known.mean, known.low, known.high);
        }
        int both = finite + other.finite;
        return new Spread(
                all,
                both,
                mean * ((double) finite / both) + other.mean * ((double) other.finite / both),
                Math.min(low, other.low),
                Math.max(high, other.high));
    }
}
