package org.steadygrad.clip;

import java.util.Map;
import java.util.Optional;
import org.steadygrad.check.Check;
import org.steadygrad.ops.ClipPolicy;
import org.steadygrad.ops.ClipRule;

/**
 * A policy that may be replaced by a limit on the global norm while training goes on. The limit is part of its state, so that a
 * resumed run clips as the interrupted one did.
 */
public final class AdjustableClipping implements ClipPolicy {
    private static final String LIMIT = "adjustedGlobalNorm";

    private final ClipPolicy configured;
    private ClipPolicy current;
    private double limit;

    /** @param configured what clips until a limit is set */
    public AdjustableClipping(ClipPolicy configured) {
        this.configured = Check.notNull(configured, "AdjustableClipping", "configured");
        current = configured;
    }

    /** Clips by global norm from now on. @param maxNorm largest norm of the averaged gradient */
    public void limit(double maxNorm) {
        limit = Check.positive(maxNorm, "AdjustableClipping", "maxNorm");
        current = ClipPolicies.of(new ClipRule.ByGlobalNorm(maxNorm));
    }

    @Override
    public ClipRule decide(double globalNorm) {
        return current.decide(globalNorm);
    }

    @Override
    public Optional<ClipRule> constantRule() {
        return current.constantRule();
    }

    @Override
    public Map<String, double[]> state() {
        return current == configured ? configured.state() : Map.of(LIMIT, new double[] {limit});
    }

    @Override
    public void restore(Map<String, double[]> state) {
        double[] saved = state.get(LIMIT);
        if (saved != null) {
            Check.positive(saved.length, "AdjustableClipping", "number of saved limits");
            limit(saved[0]);
        } else {
            configured.restore(state);
            current = configured;
        }
    }
}
