package org.steadygrad.clip;

import org.steadygrad.check.Cases;
import org.steadygrad.check.Check;
import org.steadygrad.ops.ClipPolicy;
import org.steadygrad.ops.ClipRule;
import org.steadygrad.spec.ClipSpec;

/** Makes clip policies of their settings. */
public final class ClipPolicies {
    private static final Cases<ClipSpec, ClipPolicy> POLICIES = Cases.<ClipSpec, ClipPolicy>of(ClipSpec.class)
            .on(ClipSpec.None.class, none -> of(new ClipRule.None()))
            .on(ClipSpec.Value.class, value -> of(new ClipRule.ByValue(value.limit())))
            .on(ClipSpec.TensorNorm.class, tensor -> of(new ClipRule.ByTensorNorm(tensor.maxNorm())))
            .on(ClipSpec.LayerNorm.class, layer -> of(new ClipRule.ByLayerNorm(layer.maxNorm())))
            .on(ClipSpec.GlobalNorm.class, global -> of(new ClipRule.ByGlobalNorm(global.maxNorm())))
            .on(ClipSpec.UnitRatio.class, ratio -> of(new ClipRule.ByUnitRatio(ratio.factor(), ratio.epsilon())))
            .on(ClipSpec.HistoryQuantile.class, HistoryQuantile::new)
            .on(ClipSpec.ZScore.class, ZScore::new)
            .complete();

    private ClipPolicies() {}

    /** @return a policy that has learnt nothing yet; one per training run, as it may keep state */
    public static ClipPolicy of(ClipSpec spec) {
        return POLICIES.of(Check.notNull(spec, "ClipPolicies", "a clip setting"));
    }

    /** @return a policy that applies this rule at every step */
    public static ClipPolicy of(ClipRule rule) {
        return new FixedRule(rule);
    }
}
