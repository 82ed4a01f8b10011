package org.steadygrad.engine.cpu.update;

import java.util.Arrays;
import org.steadygrad.ops.FloatSquares;

/** One thread's working arrays: a piece of each flat vector, and what sums are folded into. */
final class UpdateChunk {
    static final int LENGTH = FloatSquares.LENGTH;

    private static final int QUARTER = LENGTH / 4;
    private static final int SIXTEENTH = QUARTER / 4;

    private static final int MAGNITUDE = 0x7fffffff;
    private static final int INFINITY = 0x7f800000;

    final float[] gradient = new float[LENGTH];
    final float[] parameter = new float[LENGTH];

    /** As many as the updater with most states has. */
    final float[][] state = new float[3][LENGTH];

    final int[] bits = new int[LENGTH];

    private final FloatSquares squares = new FloatSquares();
    private final int[] marks = new int[LENGTH];
    private final int[] quarterBits = new int[QUARTER];
    private final int[] sixteenthBits = new int[SIXTEENTH];

    private int maxBits;
    private int zeros;
    private int nonFinite;

    /**
     * Sum of the squares of the first elements, right for all magnitudes; not finite if an element isn't.
     *
     * @param values of {@link #LENGTH}; what lies beyond the first {@code n} is overwritten
     */
    double sumOfSquares(float[] values, int n) {
        return squares.of(values, n);
    }

    /** Looks through the first {@code n} of {@link #bits} for the largest magnitude, zeros and non-finite elements. */
    void scanBits(int n) {
        if (n < LENGTH) {
            Arrays.fill(bits, n, LENGTH, 0);
        }
        foldLargest(bits, quarterBits);
        foldLargestQuarter(quarterBits, sixteenthBits);
        int max = 0;
        for (int bit : sixteenthBits) {
            max = Math.max(max, bit);
        }
        markNonZeros(bits, marks);
        foldMarks(marks, quarterBits);
        foldMarksQuarter(quarterBits, sixteenthBits);
        int sum = 0;
        for (int mark : sixteenthBits) {
            sum += mark;
        }
        maxBits = max;
        zeros = n + sum;
        nonFinite = max < INFINITY ? 0 : countNonFinite(n);
    }

    // Without their sign, a float's bits are ordered as its magnitude is, and beyond those of infinity lie the NaNs. C2
    // makes no vector instructions of Math.max for int, but does of a - ((a - b) & ((a - b) >> 31)), which is the same.
    private static void foldLargest(int[] x, int[] target) {
        for (int i = 0; i < QUARTER; i++) {
            int a = x[i] & MAGNITUDE;
            int b = x[i + QUARTER] & MAGNITUDE;
            int c = x[i + 2 * QUARTER] & MAGNITUDE;
            int d = x[i + 3 * QUARTER] & MAGNITUDE;
            int ab = a - b;
            int cd = c - d;
            int first = a - (ab & (ab >> 31));
            int second = c - (cd & (cd >> 31));
            int both = first - second;
            target[i] = first - (both & (both >> 31));
        }
    }

    private static void foldLargestQuarter(int[] x, int[] target) {
        for (int i = 0; i < SIXTEENTH; i++) {
            int a = x[i];
            int b = x[i + SIXTEENTH];
            int c = x[i + 2 * SIXTEENTH];
            int d = x[i + 3 * SIXTEENTH];
            int ab = a - b;
            int cd = c - d;
            int first = a - (ab & (ab >> 31));
            int second = c - (cd & (cd >> 31));
            int both = first - second;
            target[i] = first - (both & (both >> 31));
        }
    }

    /** -1 for each element that isn't 0. Added up in the same loop, C2 would do it one by one. */
    private static void markNonZeros(int[] x, int[] target) {
        for (int i = 0; i < LENGTH; i++) {
            target[i] = -(x[i] & MAGNITUDE) >> 31;
        }
    }

    private static void foldMarks(int[] x, int[] target) {
        for (int i = 0; i < QUARTER; i++) {
            target[i] = (x[i] + x[i + QUARTER]) + (x[i + 2 * QUARTER] + x[i + 3 * QUARTER]);
        }
    }

    private static void foldMarksQuarter(int[] x, int[] target) {
        for (int i = 0; i < SIXTEENTH; i++) {
            target[i] = (x[i] + x[i + SIXTEENTH]) + (x[i + 2 * SIXTEENTH] + x[i + 3 * SIXTEENTH]);
        }
    }

    private int countNonFinite(int n) {
        int count = 0;
        for (int i = 0; i < n; i++) {
            count += (bits[i] & MAGNITUDE) < INFINITY ? 0 : 1;
        }
        return count;
    }

    /** Largest magnitude found by {@link #scanBits}; NaN counts as the largest. */
    float maxAbs() {
        return Float.intBitsToFloat(maxBits);
    }

    int zeros() {
        return zeros;
    }

    int nonFinite() {
        return nonFinite;
    }
}
