package org.steadygrad.health;

import org.steadygrad.runlog.Distributions;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Look;

/** Is told what health sees, on the training thread. */
public interface HealthObserver {

    /** A full look at a step. */
    default void looked(Look look) {}

    /** A step that wasn't applied and that there was no full look at. */
    default void skipped(Skipped step) {}

    /** Histograms of a step. */
    default void distributed(Distributions distributions) {}

    /** A finding that is believed from an iteration on. */
    default void found(int iteration, Finding finding) {}

    /**
     * A step that wasn't applied.
     *
     * @param iteration number of the step, from 1
     * @param loss may be non-finite
     * @param gradientNorm may be non-finite
     */
    record Skipped(int iteration, double loss, double gradientNorm) {}
}
