package org.steadygrad.health;

import java.util.List;

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

    /** Tells several, in the order given. */
    static HealthObserver all(List<? extends HealthObserver> observers) {
        List<HealthObserver> told = List.copyOf(observers);
        return new HealthObserver() {
            @Override
            public void looked(Look look) {
                told.forEach(o -> o.looked(look));
            }

            @Override
            public void skipped(Skipped step) {
                told.forEach(o -> o.skipped(step));
            }

            @Override
            public void distributed(Distributions distributions) {
                told.forEach(o -> o.distributed(distributions));
            }

            @Override
            public void found(int iteration, Finding finding) {
                told.forEach(o -> o.found(iteration, finding));
            }
        };
    }

    /**
     * A step that wasn't applied.
     *
     * @param iteration number of the step, from 1
     * @param loss may be non-finite
     * @param gradientNorm may be non-finite
     */
    record Skipped(int iteration, double loss, double gradientNorm) {}
}
