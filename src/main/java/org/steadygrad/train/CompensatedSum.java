package org.steadygrad.train;

/**
 * A sum in double whose error doesn't grow with the number of summands (Neumaier 1974), so that it is the same for every
 * order and grouping of them to within rounding.
 */
final class CompensatedSum {
    private double sum;
    private double lost;

    void add(double value) {
        double next = sum + value;
        lost += Math.abs(sum) >= Math.abs(value) ? (sum - next) + value : (value - next) + sum;
        sum = next;
    }

    double value() {
        return sum + lost;
    }
}
