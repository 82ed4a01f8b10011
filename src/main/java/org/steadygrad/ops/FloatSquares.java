package org.steadygrad.ops;

import java.util.Arrays;

/**
 * Sums of squares of floats, right to 4e-7 for every magnitude: a sum of {@value #LENGTH} at most passes four additions in float
 * before it goes on in double, and is taken in double from the start where floats would overflow or underflow. One instance
 * belongs to one thread.
 */
public final class FloatSquares {
    /** Most elements that are added up at once. */
    public static final int LENGTH = 1024;

    private static final int HALF = LENGTH / 2;
    private static final int QUARTER = LENGTH / 4;
    private static final int SIXTEENTH = QUARTER / 4;

    /** Fewer elements than this are added one by one. */
    private static final int FEW = 96;

    /** Between these, float sums of at most {@value #LENGTH} squares have lost nothing that matters. */
    private static final float SAFE_LOW = 1e-22f;

    private static final float SAFE_HIGH = 1e37f;

    private final float[] half = new float[HALF];
    private final float[] quarter = new float[QUARTER];
    private final float[] sixteenth = new float[SIXTEENTH];

    /**
     * Sum of the squares of the first elements; not finite if and only if one of them isn't.
     *
     * @param values of {@link #LENGTH}; what lies beyond the first {@code n} is overwritten
     */
    public double of(float[] values, int n) {
        if (n < FEW) {
            return exactSum(values, n);
        }
        if (n < LENGTH) {
            Arrays.fill(values, n, LENGTH, 0);
        }
        foldSquares(values, half);
        foldHalf(half, quarter);
        foldQuarter(quarter, sixteenth);
        double sum = sum(sixteenth);
        return sum > SAFE_LOW && sum < SAFE_HIGH ? sum : exactSum(values, n);
    }

    // The distances between the terms are constants, and the terms few: C2 makes vector instructions of such loops
    // only.
    private static void foldSquares(float[] x, float[] target) {
        for (int i = 0; i < HALF; i++) {
            float a = x[i];
            float b = x[i + HALF];
            target[i] = a * a + b * b;
        }
    }

    private static void foldHalf(float[] x, float[] target) {
        for (int i = 0; i < QUARTER; i++) {
            target[i] = x[i] + x[i + QUARTER];
        }
    }

    private static void foldQuarter(float[] x, float[] target) {
        for (int i = 0; i < SIXTEENTH; i++) {
            target[i] = (x[i] + x[i + SIXTEENTH]) + (x[i + 2 * SIXTEENTH] + x[i + 3 * SIXTEENTH]);
        }
    }

    private static double sum(float[] x) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        for (int i = 0; i < SIXTEENTH; i += 4) {
            a += x[i];
            b += x[i + 1];
            c += x[i + 2];
            d += x[i + 3];
        }
        return (a + b) + (c + d);
    }

    private static double exactSum(float[] x, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += (double) x[i] * x[i];
        }
        return sum;
    }
}
