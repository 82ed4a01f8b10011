package org.steadygrad.engine.cpu.look;

import java.util.Arrays;

/**
 * Sums over a few thousand floats, in float and in many lanes: loops that C2 turns into vector instructions, as it doesn't those
 * that convert to double. So few are added up in a lane that rounding doesn't matter, and what a float can't hold is seen
 * in the sum of the squares: whoever asks takes the numbers in double then.
 */
final class LaneSums {
    /** Rows of lanes that are added up before a sum is loaded and stored. */
    private static final int AT_ONCE = 4;
    /** Sums of squares between these have neither lost small ones to 0, as far as they count, nor become infinite. */
    private static final double SMALLEST = 1e-20;

    private static final double LARGEST = 1e30;

    private final float[] sums;
    private final float[] squares;

    /** @param most lanes */
    LaneSums(int most) {
        sums = new float[most];
        squares = new float[most];
    }

    /** Whether sums with this sum of squares can be relied on. */
    static boolean reliable(double squares) {
        return squares >= SMALLEST && squares <= LARGEST;
    }

    void clear(int lanes) {
        Arrays.fill(sums, 0, lanes, 0);
        Arrays.fill(squares, 0, lanes, 0);
    }

    /**
     * Adds differences from a number near the mean, and their squares, which don't cancel out as those of the values do.
     *
     * @param values the first goes to the first lane
     * @param count number of values
     */
    void add(float[] values, int count, int lanes, float middle) {
        int at = 0;
        for (; at + AT_ONCE * lanes <= count; at += AT_ONCE * lanes) {
            for (int i = 0; i < lanes; i++) {
                float a = values[at + i] - middle;
                float b = values[at + lanes + i] - middle;
                float c = values[at + 2 * lanes + i] - middle;
                float d = values[at + 3 * lanes + i] - middle;
                sums[i] += (a + b) + (c + d);
                squares[i] += (a * a + b * b) + (c * c + d * d);
            }
        }
        for (; at < count; at += lanes) {
            int rest = Math.min(lanes, count - at);
            for (int i = 0; i < rest; i++) {
                float a = values[at + i] - middle;
                sums[i] += a;
                squares[i] += a * a;
            }
        }
    }

    /** The sum of all lanes' squares. */
    double squares(int lanes) {
        double even = 0;
        double odd = 0;
        for (int i = 0; i + 1 < lanes; i += 2) {
            even += squares[i];
            odd += squares[i + 1];
        }
        return lanes % 2 == 0 ? even + odd : even + odd + squares[lanes - 1];
    }

    /**
     * Adds sums and squares of the values themselves to others.
     *
     * @param count number of values that were added
     * @param middle that was taken from each of them
     */
    void giveTo(double[] allSums, double[] allSquares, int count, int lanes, double middle) {
        for (int i = 0; i < lanes; i++) {
            double values = (count - i + lanes - 1) / lanes;
            allSums[i] += sums[i] + values * middle;
            allSquares[i] += squares[i] + 2 * middle * sums[i] + values * middle * middle;
        }
    }
}
