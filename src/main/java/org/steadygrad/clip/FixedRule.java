package org.steadygrad.clip;

import java.util.Map;
import java.util.Optional;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.ops.ClipPolicy;
import org.steadygrad.ops.ClipRule;

/** The same rule at every step. */
record FixedRule(ClipRule rule) implements ClipPolicy {
    FixedRule {
        Check.notNull(rule, "FixedRule", "rule");
    }

    @Override
    public ClipRule decide(double globalNorm) {
        Check.nonNegative(globalNorm, "clip", "the gradient norm");
        return rule;
    }

    @Override
    public Optional<ClipRule> constantRule() {
        return Optional.of(rule);
    }

    @Override
    public Map<String, double[]> state() {
        return Map.of();
    }

    @Override
    public void restore(Map<String, double[]> state) {
        if (!state.isEmpty()) {
            throw InvalidInputException.of(
                    "clip",
                    "no saved state, as " + rule + " learns nothing",
                    "state named " + state.keySet(),
                    "Resume with the clipping that the run began with.");
        }
    }
}
