package org.steadygrad.spec;

import java.util.List;
import org.steadygrad.check.Check;

/** What is watched while training, and from which values on it is reported. */
public record HealthSpec(
        @Doc(
                        "Iterations between full looks (activations, gradient flow by layer and through time); parameter statistics are taken at every step.")
                @Default("10")
                int every,
        @Doc("Iterations between histograms of weights, gradients and activations; 0 takes none.") @Default("100")
                int histograms,
        @Doc("Findings that aren't wanted, by name, for example [oscillating-loss].") @Default("[]")
                List<String> ignore,
        @Doc("When gradients vanish or explode from layer to layer.") @Default("{}") Flow flow,
        @Doc("When units count as dead or saturated.") @Default("{}") Units units,
        @Doc("When updates are too small or too large.") @Default("{}") Updates updates) {
    public HealthSpec {
        Check.positive(every, "health", "every");
        Check.nonNegative(histograms, "health", "histograms");
        ignore = List.copyOf(ignore);
    }

    /** Whether there is a full look at a step. @param iteration its number, from 1 */
    public boolean looksAt(int iteration) {
        return iteration == 1 || iteration % every == 0;
    }

    /**
     * Whether histograms are taken of a step: at the first one, and at the full look with which, or after which, another
     * {@link #histograms} iterations are over.
     *
     * @param iteration its number, from 1
     */
    public boolean takesHistogramsAt(int iteration) {
        if (histograms == 0 || !looksAt(iteration)) {
            return false;
        }
        return iteration == 1 || iteration / histograms > (iteration - every) / histograms;
    }

    /** When gradients vanish or explode from layer to layer. */
    public record Flow(
            @Doc(
                            "A layer's gradient vanishes when it falls, per layer of depth, below this factor of the next one's on average.")
                    @Default("0.5")
                    double vanishing,
            @Doc(
                            "A layer's gradient explodes when it grows, per layer of depth, above this factor of the next one's on average.")
                    @Default("2")
                    double exploding) {
        public Flow {
            Check.inHalfOpen(vanishing, 0, 1, "health.flow", "vanishing");
            Check.positive(exploding, "health.flow", "exploding");
        }
    }

    /** When units count as dead or saturated. */
    public record Units(
            @Doc("Share of saturated outputs from which a layer is reported.") @Default("0.5") double saturated,
            @Doc("Share of dead units from which a layer is reported.") @Default("0.5") double dead) {
        public Units {
            Check.inClosed(saturated, 0, 1, "health.units", "saturated");
            Check.inClosed(dead, 0, 1, "health.units", "dead");
        }
    }

    /** When updates are too small or too large, relative to the weights. */
    public record Updates(
            @Doc("Update-to-weight ratio below which updates are too small.") @Default("0.000001") double small,
            @Doc("Update-to-weight ratio above which updates are too large.") @Default("0.1") double large) {
        public Updates {
            Check.nonNegative(small, "health.updates", "small");
            Check.positive(large, "health.updates", "large");
        }
    }
}
