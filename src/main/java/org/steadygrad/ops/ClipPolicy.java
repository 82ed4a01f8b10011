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

    /**
     * The rule that {@link #decide} always returns, whatever norms it is shown; empty for a policy that looks at them.
     * Whoever knows it need not call {@link #decide}, and can prepare a step before its gradient is there.
     */
    default Optional<ClipRule> constantRule() {
        return Optional.empty();
    }

    /** What the policy has learnt, for checkpoints; empty when it learns nothing. */
    Map<String, double[]> state();

    /** @param state as {@link #state()} returned it */
    void restore(Map<String, double[]> state);
}
