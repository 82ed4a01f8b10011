package org.steadygrad.health;

import org.steadygrad.check.Check;
import org.steadygrad.runlog.Finding;
import org.steadygrad.spec.FindingKind;

/**
 * How large the updates are that a finding is about, and the largest of the network: norm of a weight matrix' update divided
 * by that of its weights, both over the last steps. One learning rate moves them all, so the largest says how far it may rise.
 *
 * @param own of the finding's matrix, or of all together; {@code largest} when it isn't known
 * @param largest of any trained matrix, at least {@code own}; 0 when it isn't known
 */
public record UpdateRatios(double own, double largest) {
    /** Share of the weights that a healthy step changes, by order of magnitude. */
    public static final double HEALTHY = 1e-3;

    /** Name of the largest ratio in a finding's evidence. */
    public static final String LARGEST = "largestRatio";

    /** Largest ratio, divided by a matrix' own, from which its updates are small because of the matrix and not of the rate. */
    private static final double UNEVEN = 10;

    public UpdateRatios {
        Check.nonNegative(own, "UpdateRatios", "own");
        Check.that(largest >= own, "UpdateRatios", "a largest ratio of at least " + own, largest);
    }

    /** Those that a finding is based on. */
    public static UpdateRatios of(Finding finding) {
        double largest = number(finding, LARGEST, 0);
        double own = number(finding, "medianRatio", number(finding, "ratio", largest));
        return new UpdateRatios(own, Math.max(own, largest));
    }

    private static double number(Finding finding, String name, double otherwise) {
        double value = finding.evidence().getOrDefault(name, otherwise);
        return Double.isFinite(value) && value >= 0 ? value : otherwise;
    }

    /** Whether anything is known of them. */
    public boolean known() {
        return largest > 0;
    }

    /** Factor by which the learning rate may rise until the largest is {@value #HEALTHY}; infinite when nothing is known. */
    public double room() {
        return HEALTHY / largest;
    }

    /** Whether others are {@value #UNEVEN} times as large or more: no learning rate is right for all of them. */
    public boolean uneven() {
        return known() && largest >= UNEVEN * own;
    }

    /**
     * Whether a finding is what a vanishing gradient leads to where there is one: some updates are too small, and others
     * aren't. It has the cures of the gradient then, and none of its own.
     */
    public static boolean starved(Finding finding) {
        return finding.kind() == FindingKind.UPDATES_TOO_SMALL && of(finding).uneven();
    }
}
