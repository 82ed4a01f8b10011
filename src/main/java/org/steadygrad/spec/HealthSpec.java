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

        /** The defaults of the run file. */
        public static Data defaults() {
            return Parts.of(Data.class);
        }

        /** This with another {@link #large}. */
        public Data withLarge(double value) {
            return Parts.with(this, "large", value);
        }

        /** This with another {@link #waiting}. */
        public Data withWaiting(double value) {
            return Parts.with(this, "waiting", value);
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

        /** The defaults of the run file. */
        public static Initialisation defaults() {
            return Parts.of(Initialisation.class);
        }

        /** This with another {@link #shrinking}. */
        public Initialisation withShrinking(double value) {
            return Parts.with(this, "shrinking", value);
        }

        /** This with another {@link #growing}. */
        public Initialisation withGrowing(double value) {
            return Parts.with(this, "growing", value);
        }

        /** This with another {@link #total}. */
        public Initialisation withTotal(double value) {
            return Parts.with(this, "total", value);
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

        /** The defaults of the run file. */
        public static Flow defaults() {
            return Parts.of(Flow.class);
        }

        /** This with another {@link #vanishing}. */
        public Flow withVanishing(double value) {
            return Parts.with(this, "vanishing", value);
        }

        /** This with another {@link #exploding}. */
        public Flow withExploding(double value) {
            return Parts.with(this, "exploding", value);
        }

        /** This with another {@link #total}. */
        public Flow withTotal(double value) {
            return Parts.with(this, "total", value);
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

        /** The defaults of the run file. */
        public static Time defaults() {
            return Parts.of(Time.class);
        }

        /** This with another {@link #lag}. */
        public Time withLag(Integer value) {
            return Parts.with(this, "lag", value);
        }

        /** This with another {@link #reach}. */
        public Time withReach(double value) {
            return Parts.with(this, "reach", value);
        }

        /** This with another {@link #exploding}. */
        public Time withExploding(double value) {
            return Parts.with(this, "exploding", value);
        }

        /** This with another {@link #total}. */
        public Time withTotal(double value) {
            return Parts.with(this, "total", value);
        }

        /** This with another {@link #truncation}. */
        public Time withTruncation(double value) {
            return Parts.with(this, "truncation", value);
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

        /** The defaults of the run file. */
        public static Units defaults() {
            return Parts.of(Units.class);
        }

        /** This with another {@link #saturated}. */
        public Units withSaturated(double value) {
            return Parts.with(this, "saturated", value);
        }

        /** This with another {@link #dead}. */
        public Units withDead(double value) {
            return Parts.with(this, "dead", value);
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

        /** The defaults of the run file. */
        public static Updates defaults() {
            return Parts.of(Updates.class);
        }

        /** This with another {@link #small}. */
        public Updates withSmall(double value) {
            return Parts.with(this, "small", value);
        }

        /** This with another {@link #large}. */
        public Updates withLarge(double value) {
            return Parts.with(this, "large", value);
        }

        /** This with another {@link #low}. */
        public Updates withLow(double value) {
            return Parts.with(this, "low", value);
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

        /** The defaults of the run file. */
        public static Clip defaults() {
            return Parts.of(Clip.class);
        }

        /** This with another {@link #always}. */
        public Clip withAlways(double value) {
            return Parts.with(this, "always", value);
        }

        /** This with another {@link #never}. */
        public Clip withNever(int value) {
            return Parts.with(this, "never", value);
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

        /** The defaults of the run file. */
        public static Loss defaults() {
            return Parts.of(Loss.class);
        }

        /** This with another {@link #plateau}. */
        public Loss withPlateau(int value) {
            return Parts.with(this, "plateau", value);
        }

        /** This with another {@link #diverging}. */
        public Loss withDiverging(double value) {
            return Parts.with(this, "diverging", value);
        }

        /** This with another {@link #spike}. */
        public Loss withSpike(double value) {
            return Parts.with(this, "spike", value);
        }

        /** This with another {@link #overfitting}. */
        public Loss withOverfitting(double value) {
            return Parts.with(this, "overfitting", value);
        }
    }

    /** The defaults of the run file. */
    public static HealthSpec defaults() {
        return Parts.of(HealthSpec.class);
    }

    /** This with another {@link #every}. */
    public HealthSpec withEvery(int value) {
        return Parts.with(this, "every", value);
    }

    /** This with another {@link #histograms}. */
    public HealthSpec withHistograms(int value) {
        return Parts.with(this, "histograms", value);
    }

    /** This with another {@link #early}. */
    public HealthSpec withEarly(int value) {
        return Parts.with(this, "early", value);
    }

    /** This with another {@link #later}. */
    public HealthSpec withLater(int value) {
        return Parts.with(this, "later", value);
    }

    /** This with another {@link #ignore}. */
    public HealthSpec withIgnore(List<String> value) {
        return Parts.with(this, "ignore", value);
    }

    /** This with another {@link #data}. */
    public HealthSpec withData(Data value) {
        return Parts.with(this, "data", value);
    }

    /** This with another {@link #initialisation}. */
    public HealthSpec withInitialisation(Initialisation value) {
        return Parts.with(this, "initialisation", value);
    }

    /** This with another {@link #flow}. */
    public HealthSpec withFlow(Flow value) {
        return Parts.with(this, "flow", value);
    }

    /** This with another {@link #time}. */
    public HealthSpec withTime(Time value) {
        return Parts.with(this, "time", value);
    }

    /** This with another {@link #units}. */
    public HealthSpec withUnits(Units value) {
        return Parts.with(this, "units", value);
    }

    /** This with another {@link #updates}. */
    public HealthSpec withUpdates(Updates value) {
        return Parts.with(this, "updates", value);
    }

    /** This with another {@link #clip}. */
    public HealthSpec withClip(Clip value) {
        return Parts.with(this, "clip", value);
    }

    /** This with another {@link #loss}. */
    public HealthSpec withLoss(Loss value) {
        return Parts.with(this, "loss", value);
    }
}
