package org.steadygrad.engine.cpu;

import java.util.Optional;
import org.steadygrad.engine.StepTrace.TimeProfile;

/** A kernel that can tell of the gradient through time. */
interface Profiled {
    /**
     * The profile of the last backward pass; empty unless {@link Pass#profile()} was set for it.
     *
     * @param examples number of examples that the loss is averaged over
     */
    Optional<TimeProfile> profile(int examples);
}
