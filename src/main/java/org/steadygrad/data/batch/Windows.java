package org.steadygrad.data.batch;

import org.steadygrad.check.Check;

/**
 * Cuts a range of positions into windows that don't overlap.
 *
 * @param begin first position
 * @param end position after the last
 * @param length positions per window
 * @param seed seed of the offsets
 * @param moving whether the windows start at another random offset in every epoch, and whole windows only are used;
 *     else they start at {@code begin} and the last may be shorter
 */
public record Windows(int begin, int end, int length, long seed, boolean moving) {
    private static final long SALT = 0x77696e646f77L;

    public Windows {
        Check.positive(length, "Windows", "length");
        Check.positive(end - begin - (moving ? length - 1 : 0), "Windows", "number of windows");
    }

    /** Number of windows in every epoch; with moving windows at most one less than would fit without an offset. */
    public int count() {
        int positions = end - begin;
        return moving ? Math.max(1, (positions + 1 - length) / length) : (positions - 1) / length + 1;
    }

    /** First position of a window. */
    public int start(int epoch, int window) {
        return begin + offset(epoch) + window * length;
    }

    /** Positions in a window that starts at {@code start}: {@code length}, or fewer at the end. */
    public int steps(int start) {
        return Math.min(length, end - start);
    }

    private int offset(int epoch) {
        if (!moving) {
            return 0;
        }
        int slack = end - begin - count() * length;
        return Seeds.at(SALT, seed, epoch).nextInt(Math.min(length - 1, slack) + 1);
    }
}
