package org.steadygrad.spec;

import org.steadygrad.check.Check;

/** What is watched while training, and from which values on it is reported. */
public record HealthSpec(
        @Doc(
                        "Iterations between full looks (activations, gradient flow by layer and through time); parameter statistics are taken at every step.")
                @Default("10")
                int every,
        @Doc(
                        "A layer's gradient vanishes when it falls, per layer of depth, below this factor of the next one's on average.")
                @Default("0.5")
                double vanishingFactor,
        @Doc(
                        "A layer's gradient explodes when it grows, per layer of depth, above this factor of the next one's on average.")
                @Default("2")
                double explodingFactor,
        @Doc("Share of saturated units from which a layer is reported.") @Default("0.5") double saturatedShare,
        @Doc("Share of dead units from which a layer is reported.") @Default("0.5") double deadShare,
        @Doc("Update-to-weight ratio below which updates are too small.") @Default("0.000001") double smallUpdate,
        @Doc("Update-to-weight ratio above which updates are too large.") @Default("0.1") double largeUpdate) {
    public HealthSpec {
        Check.positive(every, "health", "every");
        Check.inHalfOpen(vanishingFactor, 0, 1, "health", "vanishingFactor");
        Check.positive(explodingFactor, "health", "explodingFactor");
        Check.inClosed(saturatedShare, 0, 1, "health", "saturatedShare");
        Check.inClosed(deadShare, 0, 1, "health", "deadShare");
        Check.nonNegative(smallUpdate, "health", "smallUpdate");
        Check.positive(largeUpdate, "health", "largeUpdate");
    }
}
