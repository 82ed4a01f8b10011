package org.steadygrad.engine;

import java.util.Optional;

/** A whole training step that an engine was asked for and may still be at work on. */
public interface PendingStep {
    /**
     * Waits for the step. To be called once for each step, in the order in which they were asked for; again only where it failed,
     * as the step may have been done all the same.
     *
     * @return what came of it; empty when the step wasn't run, since one before it was refused and the engine wasn't yet told
     *     what to do about that
     */
    Optional<StepResult> await();
}
