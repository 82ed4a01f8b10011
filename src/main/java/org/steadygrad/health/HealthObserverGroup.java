package org.steadygrad.health;

import java.util.List;
import org.steadygrad.runlog.Distributions;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Look;

/**
 * Tells several observers what health sees, in the order given.
 *
 * @param <O> what the observers are; a subclass may tell them more
 */
public class HealthObserverGroup<O extends HealthObserver> implements HealthObserver {
    /** The observers; can't be changed. */
    protected final List<O> told;

    public HealthObserverGroup(List<? extends O> observers) {
        told = List.copyOf(observers);
    }

    @Override
    public final void looked(Look look) {
        told.forEach(o -> o.looked(look));
    }

    @Override
    public final void skipped(Skipped step) {
        told.forEach(o -> o.skipped(step));
    }

    @Override
    public final void distributed(Distributions distributions) {
        told.forEach(o -> o.distributed(distributions));
    }

    @Override
    public final void found(int iteration, Finding finding) {
        told.forEach(o -> o.found(iteration, finding));
    }
}
