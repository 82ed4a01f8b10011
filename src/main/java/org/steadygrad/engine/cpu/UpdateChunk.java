package org.steadygrad.engine.cpu;

import java.util.Arrays;

/** One thread's working arrays: a piece of each flat vector, and what sums are folded into. */
final class UpdateChunk {
    static final int LENGTH = 2048;

    private static final int QUARTER = LENGTH / 4;
    private static final int SIXTEENTH = QUARTER / 4;

    /** Fewer elements than this are added one by one. */
    private static final int FEW = 96;

    /** Between these, float sums of at most {@value #LENGTH} squares have lost nothing that matters. */
    private static final float SAFE_LOW = 1e-22f;

    private static final float SAFE_HIGH = 1e37f;

    private static final int MAGNITUDE = 0x7fffffff;
    private static final int INFINITY = 0x7f800000;
    private static final int NON_FINITE = 1 << 16;

    final float[] gradient = new float[LENGTH];
    final float[] parameter = new float[LENGTH];

    /** As many as the updater with most states has. */
    final float[][] state = new float[3][LENGTH];

    final int[] bits = new int[LENGTH];

    private final float[] quarter = new float[QUARTER];
    private final float[] sixteenth = new float[SIXTEENTH];
    private final int[] largest = new int[QUARTER];
    private final int[] marks = new int[QUARTER];

    private int maxBits;
    private int count;

    /**
     * Sum of the squares of the first elements, right for all magnitudes; not finite if an element isn't.
     *
     * @param values of {@link #LENGTH}; what lies beyond the first {@code n} is overwritten
     */
    double sumOfSquares(float[] values, int n) {
        if (n < FEW) {
            return exactSum(values, n);
        }
        Arrays.fill(values, n, LENGTH, 0);
        foldSquares(values, quarter);
        foldQuarter(quarter, sixteenth);
        double sum = sum(sixteenth);
        return sum > SAFE_LOW && sum < SAFE_HIGH ? sum : exactSum(values, n);
    }

    // The distances between the terms are constants: C2 makes vector instructions of such loops only.
    private static void foldSquares(float[] x, float[] target) {
        for (int i = 0; i < QUARTER; i++) {
            float a = x[i];
            float b = x[i + QUARTER];
            float c = x[i + 2 * QUARTER];
            float d = x[i + 3 * QUARTER];
            target[i] = (a * a + b * b) + (c * c + d * d);
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

    /** Looks through the first {@code n} of {@link #bits} for the largest magnitude, zeros and non-finite elements. */
    void scanBits(int n) {
        Arrays.fill(bits, n, LENGTH, 0);
        foldBits(bits, largest, marks);
        int max = 0;
        int sum = 0;
        for (int i = 0; i < QUARTER; i++) {
            max = Math.max(max, largest[i]);
            sum += marks[i];
        }
        maxBits = max;
        count = sum - (LENGTH - n);
    }

    /**
     * Without their sign, a float's bits are ordered as its magnitude is, and beyond those of infinity lie the NaNs. So
     * signs of differences of bits tell zeros and non-finite elements without a branch.
     */
    private static void foldBits(int[] x, int[] largest, int[] marks) {
        for (int i = 0; i < QUARTER; i++) {
            int a = x[i] & MAGNITUDE;
            int b = x[i + QUARTER] & MAGNITUDE;
            int c = x[i + 2 * QUARTER] & MAGNITUDE;
            int d = x[i + 3 * QUARTER] & MAGNITUDE;
            largest[i] = Math.max(Math.max(a, b), Math.max(c, d));
            int zeros = ((a - 1) >>> 31) + ((b - 1) >>> 31) + ((c - 1) >>> 31) + ((d - 1) >>> 31);
            int wild = ((INFINITY - 1 - a) >>> 31)
                    + ((INFINITY - 1 - b) >>> 31)
                    + ((INFINITY - 1 - c) >>> 31)
                    + ((INFINITY - 1 - d) >>> 31);
            marks[i] = zeros + wild * NON_FINITE;
        }
    }

    /** Largest magnitude found by {@link #scanBits}; NaN counts as the largest. */
    float maxAbs() {
        return Float.intBitsToFloat(maxBits);
    }

    int zeros() {
        return count % NON_FINITE;
    }

    int nonFinite() {
        return count / NON_FINITE;
    }
}
