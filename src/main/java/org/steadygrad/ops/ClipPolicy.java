package org.steadygrad.ops;

import java.util.Map;
import java.util.Optional;

/** Decides, step by step, how the gradient is clipped. Stateful policies learn from the norms they are shown. */
public interface ClipPolicy {

    /**
     * Called once per step that is applied.
     *
     * @param globalNorm norm of the averaged gradient before clipping; finite
     */
    ClipRule decide(double globalNorm);

    /** The rule of a policy that learns nothing: {@link #decide} returns it whatever the norm. Empty for others. */
    default Optional<ClipRule> constantRule() {
        return Optional.empty();
    }

    /** What the policy has learnt, for checkpoints; empty when it learns nothing. */
    Map<String, double[]> state();

    /** @param state as {@link #state()} returned it */
    void restore(Map<String, double[]> state);
}
