package org.steadygrad.clip;

import org.steadygrad.check.Check;
import org.steadygrad.ops.ClipPolicy;
import org.steadygrad.ops.ClipRule;
import org.steadygrad.spec.ClipSpec;

/** Makes clip policies of their settings. */
public final class ClipPolicies {
    private ClipPolicies() {}

    /** @return a policy that has learnt nothing yet; one per training run, as it may keep state */
    public static ClipPolicy of(ClipSpec spec) {
        Check.notNull(spec, "ClipPolicies", "a clip setting");
        if (spec instanceof ClipSpec.HistoryQuantile quantile) {
            return new HistoryQuantile(quantile);
        }
        if (spec instanceof ClipSpec.ZScore score) {
            return new ZScore(score);
        }
        return new FixedRule(rule(spec));
    }

    /** @return a policy that applies this rule at every step */
    public static ClipPolicy of(ClipRule rule) {
        return new FixedRule(rule);
    }

    private static ClipRule rule(ClipSpec spec) {
        if (spec instanceof ClipSpec.Value value) {
            return new ClipRule.ByValue(value.limit());
        }
        if (spec instanceof ClipSpec.TensorNorm tensor) {
            return new ClipRule.ByTensorNorm(tensor.maxNorm());
        }
        if (spec instanceof ClipSpec.LayerNorm layer) {
            return new ClipRule.ByLayerNorm(layer.maxNorm());
        }
        if (spec instanceof ClipSpec.GlobalNorm global) {
            return new ClipRule.ByGlobalNorm(global.maxNorm());
        }
        if (spec instanceof ClipSpec.UnitRatio ratio) {
            return new ClipRule.ByUnitRatio(ratio.factor(), ratio.epsilon());
        }
        return new ClipRule.None();
    }
}
