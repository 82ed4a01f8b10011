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
        @Doc("Iterations at the start, where most goes wrong, that these two hold for.") @Default("200") int early,
        @Doc("Factor by which full looks and histograms are further apart after that; 1 keeps them as they were.")
                @Default("5")
                int later,
        @Doc("Findings that aren't wanted, by name, for example [oscillating-loss].") @Default("[]")
                List<String> ignore,
        @Doc("What is looked for in the batches.") @Default("{}") Data data,
        @Doc("When the signal before the first step counts as badly scaled.") @Default("{}")
                Initialisation initialisation,
        @Doc("When gradients vanish or explode from layer to layer.") @Default("{}") Flow flow,
        @Doc("When gradients vanish or explode through time.") @Default("{}") Time time,
        @Doc("When units count as dead or saturated.") @Default("{}") Units units,
        @Doc("When updates are too small or too large.") @Default("{}") Updates updates,
        @Doc("When clipping acts too often or never.") @Default("{}") Clip clip,
        @Doc("When the loss isn't as it should be.") @Default("{}") Loss loss) {
    public HealthSpec {
        Check.positive(every, "health", "every");
        Check.nonNegative(histograms, "health", "histograms");
        Check.nonNegative(early, "health", "early");
        Check.positive(later, "health", "later");
        ignore = List.copyOf(ignore);
        ignore.forEach(name -> FindingKind.of(name, "health.ignore"));
    }

    /** What is looked for in the batches. */
    public record Data(
            @Doc("Magnitude above which a feature or a label is absurdly large.") @Default("10000") double large,
            @Doc("Share of the time spent waiting for batches from which the input is reported as stalled.")
                    @Default("0.5")
                    double waiting) {
        public Data {
            Check.positive(large, "health.data", "large");
            Check.inClosed(waiting, 0, 1, "health.data", "waiting");
        }
    }

    /** When the signal before the first step counts as badly scaled. */
    public record Initialisation(
            @Doc(
                            "The signal shrinks when its deviation falls, per layer and on average, below this factor of the layer's before.")
                    @Default("0.6")
                    double shrinking,
            @Doc(
                            "The signal grows when its deviation rises, per layer and on average, above this factor of the layer's before.")
                    @Default("1.5")
                    double growing,
            @Doc("Only a change by this factor over all layers counts; a hundred times as much is an error.")
                    @Default("10")
                    double total) {
        public Initialisation {
            Check.inHalfOpen(shrinking, 0, 1, "health.initialisation", "shrinking");
            Check.positive(growing, "health.initialisation", "growing");
            Check.positive(total, "health.initialisation", "total");
        }
    }

    /** Whether there is a full look at a step. @param iteration its number, from 1 */
    public boolean looksAt(int iteration) {
        return iteration == 1 || iteration % spaced(every, iteration) == 0;
    }

    /**
     * Whether histograms are taken of a step: at the first one, and at the full look with which, or after which, another
     * {@link #histograms} iterations are over, {@link #later} times as many after the {@link #early} ones.
     *
     * @param iteration its number, from 1
     */
    public boolean takesHistogramsAt(int iteration) {
        if (histograms == 0 || !looksAt(iteration)) {
            return false;
        }
        long apart = spaced(histograms, iteration);
        return iteration == 1 || iteration / apart > (iteration - spaced(every, iteration)) / apart;
    }

    private long spaced(int iterations, int iteration) {
        return iteration <= early ? iterations : (long) iterations * later;
    }

    /** When gradients vanish or explode from layer to layer. */
    public record Flow(
            @Doc(
                            "A layer's gradient vanishes when it falls, per layer of depth, below this factor of the next one's on average.")
                    @Default("0.9")
                    double vanishing,
            @Doc(
                            "A layer's gradient explodes when it grows, per layer of depth, above this factor of the next one's on average.")
                    @Default("1.08")
                    double exploding,
            @Doc("Ratio of the smaller gradient to the larger below which either is reported, whatever the depth.")
                    @Default("0.001")
                    double total) {
        public Flow {
            Check.inHalfOpen(vanishing, 0, 1, "health.flow", "vanishing");
            Check.positive(exploding, "health.flow", "exploding");
            Check.inOpen(total, 0, 1, "health.flow", "total");
        }
    }

    /** When gradients vanish or explode through time. */
    public record Time(
            @Doc("Steps back that the task needs; a gradient that doesn't reach so far is an error.")
                    @Absent("known for the built-in tasks only")
                    Integer lag,
            @Doc("Share of its maximum below which the gradient no longer reaches a step.") @Default("0.01")
                    double reach,
            @Doc("Factor per step above which the gradient explodes.") @Default("1.05") double exploding,
            @Doc("Ratio of the smaller gradient to the larger below which either is reported, whatever the length.")
                    @Default("0.001")
                    double total,
            @Doc(
                            "Growth of the gradient over the second half of a window of truncated back-propagation from which the window is too short.")
                    @Default("1.25")
                    double truncation) {
        public Time {
            if (lag != null) {
                Check.positive(lag, "health.time", "lag");
            }
            Check.inOpen(reach, 0, 1, "health.time", "reach");
            Check.positive(exploding, "health.time", "exploding");
            Check.inOpen(total, 0, 1, "health.time", "total");
            Check.positive(truncation, "health.time", "truncation");
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
            @Doc("Update-to-weight ratio above which updates are too large.") @Default("0.1") double large,
            @Doc(
                            "Update-to-weight ratio below which, in all weight matrices, a loss that falls slowly speaks for a low learning rate.")
                    @Default("0.0001")
                    double low) {
        public Updates {
            Check.nonNegative(small, "health.updates", "small");
            Check.positive(large, "health.updates", "large");
            Check.nonNegative(low, "health.updates", "low");
        }
    }

    /** When clipping acts too often or never. */
    public record Clip(
            @Doc("Share of the steps from which clipping acts on almost every one.") @Default("0.95") double always,
            @Doc("Number of steps without clipping from which it never acts.") @Default("500") int never) {
        public Clip {
            Check.inClosed(always, 0, 1, "health.clip", "always");
            Check.positive(never, "health.clip", "never");
        }
    }

    /** When the loss isn't as it should be. */
    public record Loss(
            @Doc("Number of steps over which the loss must get better.") @Default("300") int plateau,
            @Doc("Factor on the loss at the start, or on the noise around its best, from which it diverges.")
                    @Default("2")
                    double diverging,
            @Doc("Factor on the recent median from which a loss is a spike, if it stands out from the noise as well.")
                    @Default("3")
                    double spike,
            @Doc("Rise of the validation loss over its best, as a share, from which a falling training loss overfits.")
                    @Default("0.1")
                    double overfitting) {
        public Loss {
            Check.positive(plateau, "health.loss", "plateau");
            Check.positive(diverging, "health.loss", "diverging");
            Check.positive(spike, "health.loss", "spike");
            Check.positive(overfitting, "health.loss", "overfitting");
        }
    }
}
