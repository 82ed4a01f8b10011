package org.steadygrad.ops;

import java.util.Arrays;

/** Medians. */
public final class Median {
    private Median() {}

    /** The upper one of two in the middle, so that it is one of the values; NaN of none. @param values aren't changed */
    public static double upper(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
    }

    /** The mean of two in the middle; NaN of none. @param values aren't changed */
    public static double between(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 0 && sorted.length > 0 ? (sorted[middle - 1] + sorted[middle]) / 2 : upper(sorted);
    }
}
