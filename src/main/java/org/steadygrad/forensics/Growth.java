package org.steadygrad.forensics;

import org.steadygrad.check.Check;

/**
 * How a matrix of parameters changed in the latest updates.
 *
 * @param parameter layer and parameter, as in {@code dense1_W}
 * @param updates number of updates looked at
 * @param normBefore its norm after the first of them
 * @param normNow its norm after the last of them
 * @param largestRatio largest norm of an update, divided by that of the matrix after it
 */
public record Growth(String parameter, int updates, double normBefore, double normNow, double largestRatio) {
    /** An update usually changes a matrix by about a thousandth of its norm. */
    static final double RATIO = 0.5;

    static final double FACTOR = 10;

    public Growth {
        Check.notNull(parameter, "growth", "parameter");
        Check.positive(updates, "growth", "updates");
    }

    double factor() {
        return normBefore == 0 ? 1 : normNow / normBefore;
    }

    /** Whether the updates made the matrix what it is: a norm that grew tenfold, or an update of half its size. */
    boolean runaway() {
        return factor() >= FACTOR || largestRatio >= RATIO;
    }
}
