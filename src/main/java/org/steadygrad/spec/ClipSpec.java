package org.steadygrad.spec;

import org.steadygrad.check.Check;

/** How gradients are clipped. Norms are those of the gradient averaged over the minibatch. */
public sealed interface ClipSpec
        permits ClipSpec.None,
                ClipSpec.Value,
                ClipSpec.TensorNorm,
                ClipSpec.LayerNorm,
                ClipSpec.GlobalNorm,
                ClipSpec.UnitRatio,
                ClipSpec.HistoryQuantile,
                ClipSpec.ZScore {

    @Named("none")
    @Doc("Gradients are left as they are; non-finite ones are skipped all the same.")
    record None() implements ClipSpec {}

    @Named("value")
    @Doc("Every element is limited to [-limit, limit]; this changes the gradient's direction.")
    record Value(@Doc("Largest magnitude of an element.") double limit) implements ClipSpec {
        public Value {
            Check.positive(limit, "clip.value", "limit");
        }
    }

    @Named("tensorNorm")
    @Doc("Each parameter's gradient is scaled down to a largest norm (Keras' clipnorm).")
    record TensorNorm(@Doc("Largest norm of one parameter's gradient.") double maxNorm) implements ClipSpec {
        public TensorNorm {
            Check.positive(maxNorm, "clip.tensorNorm", "maxNorm");
        }
    }

    @Named("layerNorm")
    @Doc("Each layer's gradient is scaled down to a largest norm.")
    record LayerNorm(@Doc("Largest norm of one layer's gradient.") double maxNorm) implements ClipSpec {
        public LayerNorm {
            Check.positive(maxNorm, "clip.layerNorm", "maxNorm");
        }
    }

    @Named("globalNorm")
    @Doc("The whole gradient is scaled down to a largest norm, its direction kept (Pascanu et al. 2013).")
    record GlobalNorm(@Doc("Largest norm of the whole gradient.") double maxNorm) implements ClipSpec {
        public GlobalNorm {
            Check.positive(maxNorm, "clip.globalNorm", "maxNorm");
        }
    }

    @Named("unitRatio")
    @Doc("Adaptive clipping: each unit's gradient norm is limited relative to its weight norm (Brock et al. 2021).")
    record UnitRatio(
            @Doc("Largest ratio of gradient norm to weight norm.") @Default("0.01") double factor,
            @Doc("Weight norms below this count as this.") @Default("0.001") double epsilon)
            implements ClipSpec {
        public UnitRatio {
            Check.positive(factor, "clip.unitRatio", "factor");
            Check.positive(epsilon, "clip.unitRatio", "epsilon");
        }

        /** This with another {@link #factor}. */
        public UnitRatio withFactor(double value) {
            return Parts.with(this, "factor", value);
        }

        /** This with another {@link #epsilon}. */
        public UnitRatio withEpsilon(double value) {
            return Parts.with(this, "epsilon", value);
        }
    }

    @Named("historyQuantile")
    @Doc("The largest norm is a quantile of the norms seen so far (AutoClip, Seetharaman et al. 2020).")
    record HistoryQuantile(
            @Doc("Percentile of the norm history, in percent.") @Default("10") double percentile,
            @Doc("Number of most recent norms that are kept; 0 keeps all.") @Default("0") int window)
            implements ClipSpec {
        public HistoryQuantile {
            Check.inClosed(percentile, 0, 100, "clip.historyQuantile", "percentile");
            Check.nonNegative(window, "clip.historyQuantile", "window");
        }

        /** This with another {@link #percentile}. */
        public HistoryQuantile withPercentile(double value) {
            return Parts.with(this, "percentile", value);
        }

        /** This with another {@link #window}. */
        public HistoryQuantile withWindow(int value) {
            return Parts.with(this, "window", value);
        }
    }

    @Named("zScore")
    @Doc("Norms that stand out from a running mean by a z-score are pulled back (ZClip, Kumar et al. 2025).")
    record ZScore(
            @Doc("Decay of the running mean and variance of the norm.") @Default("0.97") double decay,
            @Doc("z-score above which a norm is pulled back.") @Default("2.5") double threshold,
            @Doc("Number of first steps that only collect statistics.") @Default("25") int warmup)
            implements ClipSpec {
        public ZScore {
            Check.inHalfOpen(decay, 0, 1, "clip.zScore", "decay");
            Check.positive(threshold, "clip.zScore", "threshold");
            Check.positive(warmup, "clip.zScore", "warmup");
        }

        /** This with another {@link #decay}. */
        public ZScore withDecay(double value) {
            return Parts.with(this, "decay", value);
        }

        /** This with another {@link #threshold}. */
        public ZScore withThreshold(double value) {
            return Parts.with(this, "threshold", value);
        }

        /** This with another {@link #warmup}. */
        public ZScore withWarmup(int value) {
            return Parts.with(this, "warmup", value);
        }
    }

    /** {@link GlobalNorm}. */
    static GlobalNorm globalNorm(double maxNorm) {
        return Parts.of(GlobalNorm.class, maxNorm);
    }

    /** {@link HistoryQuantile} with the defaults of the run file. */
    static HistoryQuantile historyQuantile() {
        return Parts.of(HistoryQuantile.class);
    }

    /** {@link LayerNorm}. */
    static LayerNorm layerNorm(double maxNorm) {
        return Parts.of(LayerNorm.class, maxNorm);
    }

    /** {@link None}. */
    static None none() {
        return Parts.of(None.class);
    }

    /** {@link TensorNorm}. */
    static TensorNorm tensorNorm(double maxNorm) {
        return Parts.of(TensorNorm.class, maxNorm);
    }

    /** {@link UnitRatio} with the defaults of the run file. */
    static UnitRatio unitRatio() {
        return Parts.of(UnitRatio.class);
    }

    /** {@link Value}. */
    static Value value(double limit) {
        return Parts.of(Value.class, limit);
    }

    /** {@link ZScore} with the defaults of the run file. */
    static ZScore zScore() {
        return Parts.of(ZScore.class);
    }
}
