package org.steadygrad.engine.cpu.kernel;

import org.steadygrad.engine.StepTrace.TimeProfile;

/** A kernel that can note the gradient through time. */
public interface Profiled {
    /**
     * The gradient through time of the last backward pass, which ran with {@link Pass#profile()} set.
     *
     * @param examples number of examples that the loss is averaged over
     */
    TimeProfile profile(int examples);
}
