package org.steadygrad.engine.cuda;

import org.steadygrad.engine.StepTrace.TimeProfile;

/** A step that can note the gradient through time. */
interface Profiled {
    /**
     * Says whether the passes from now on, enqueued kernel by kernel, are to be noted. May allocate.
     *
     * @param watched whether {@link #profile} will be asked for
     */
    void watch(boolean watched);

    /**
     * Waits for the last pass, which was watched.
     *
     * @param examples number of examples that the loss is averaged over
     */
    TimeProfile profile(int examples);
}
