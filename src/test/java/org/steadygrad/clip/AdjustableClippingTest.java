package org.steadygrad.clip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.ops.ClipRule;
import org.steadygrad.spec.ClipSpec;

class AdjustableClippingTest {
    private static AdjustableClipping over(ClipSpec spec) {
        return new AdjustableClipping(ClipPolicies.of(spec));
    }

    @Test
    void clipsAsConfiguredUntilALimitIsSet() {
        AdjustableClipping clipping = over(new ClipSpec.Value(3));
        assertEquals(Optional.of(new ClipRule.ByValue(3)), clipping.constantRule());
        clipping.limit(0.25);
        assertEquals(new ClipRule.ByGlobalNorm(0.25), clipping.decide(7));
        assertEquals(Optional.of(new ClipRule.ByGlobalNorm(0.25)), clipping.constantRule());
    }

    @Test
    void theLimitIsPartOfTheState() {
        ClipSpec configured = new ClipSpec.ZScore(0.9, 2, 2);
        AdjustableClipping before = over(configured);
        before.decide(1);
        Map<String, double[]> learnt = before.state();
        before.limit(5);
        AdjustableClipping after = over(configured);
        after.restore(before.state());
        assertEquals(new ClipRule.ByGlobalNorm(5), after.decide(100));
        after.restore(learnt);
        assertEquals(Optional.empty(), after.constantRule());
        assertEquals(1, after.state().get("warmUpNorms")[0]);
    }

    @Test
    void limitsMustBePositive() {
        AdjustableClipping clipping = over(new ClipSpec.None());
        assertThrows(InvalidInputException.class, () -> clipping.limit(0));
        assertThrows(InvalidInputException.class, () -> clipping.limit(Double.NaN));
        assertThrows(InvalidInputException.class, () -> clipping.restore(Map.of("adjustedGlobalNorm", new double[0])));
    }
}
