package org.steadygrad.engine.cuda.kernel;

import org.steadygrad.engine.StepTrace.TimeProfile;

/** A kernel that can note the gradient through time. */
public interface Profiled {
    /**
     * Whether what is enqueued from now on leaves the gradient through time where {@link #profile} finds it: in memory of
     * the host, so that fetching it is part of the pass. Nothing is noted, nor memory taken for it, before this is first
     * called with true, which never happens within a capture.
     */
    void expectProfile(boolean wanted);

    /**
     * The gradient through time of the last such pass, which was waited for.
     *
     * @param lossScale what its loss was multiplied by
     */
    TimeProfile profile(double lossScale);
}
