package org.steadygrad.runlog;

import java.util.List;

/**
 * Is told what happens in a run, on the training thread. What it throws ends the run.
 *
 * <pre>{@code
 * trainer.listener(event -> {
 *     if (event instanceof RunEvent.Step step) {
 *         System.out.println(step.iteration() + ": " + step.loss());
 *     }
 * });
 * }</pre>
 */
@FunctionalInterface
public interface RunListener {
    /** Hears nothing. */
    RunListener NONE = event -> {};

    /** @param event in the order in which things happened */
    void happened(RunEvent event);

    /** Tells several listeners, in the order given. */
    static RunListener all(List<? extends RunListener> listeners) {
        List<RunListener> told = List.copyOf(listeners);
        return event -> told.forEach(listener -> listener.happened(event));
    }
}
