package org.steadygrad.spec;

import java.util.List;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;

/** What an output layer minimises. */
public sealed interface LossSpec
        permits LossSpec.Auto,
                LossSpec.SoftmaxCrossEntropy,
                LossSpec.SigmoidCrossEntropy,
                LossSpec.MeanSquaredError,
                LossSpec.MeanAbsoluteError,
                LossSpec.Huber,
                LossSpec.Pinball,
                LossSpec.NegativeBinomial {

    @Named("auto")
    @Doc("Chosen for the data's target.")
    record Auto() implements LossSpec {}

    @Named("softmaxCrossEntropy")
    @Doc("One of several classes, softmax outputs; by the logits, so that no gradient vanishes.")
    record SoftmaxCrossEntropy(
            @Doc("Share of each label that is spread over all classes (Szegedy et al. 2016).") @Default("0")
                    double labelSmoothing,
            @Doc(
                            "Gamma of the focal loss (Lin et al. 2017), which takes weight from what is right already; 0 for none.")
                    @Default("0")
                    double focusing,
            @Doc("What classes weigh; as in PyTorch, the share that smoothing spreads is weighed class by class.")
                    @Default("none")
                    ClassWeights classWeights,
            @Doc("What the weighted sum is divided by.") @Default("rows") Over over)
            implements LossSpec {
        public SoftmaxCrossEntropy {
            Check.inHalfOpen(labelSmoothing, 0, 1, "softmaxCrossEntropy", "labelSmoothing");
            Check.nonNegative(focusing, "softmaxCrossEntropy", "focusing");
            Check.that(
                    over == Over.ROWS || !(classWeights instanceof ClassWeights.None),
                    "softmaxCrossEntropy",
                    "classWeights to be given with over: weights",
                    "none");
        }

        /** This with another {@link #labelSmoothing}. */
        public SoftmaxCrossEntropy withLabelSmoothing(double value) {
            return Parts.with(this, "labelSmoothing", value);
        }

        /** This with another {@link #focusing}. */
        public SoftmaxCrossEntropy withFocusing(double value) {
            return Parts.with(this, "focusing", value);
        }

        /** This with other {@link #classWeights}. */
        public SoftmaxCrossEntropy withClassWeights(ClassWeights value) {
            return Parts.with(this, "classWeights", value);
        }

        /** This with another {@link #over}. */
        public SoftmaxCrossEntropy withOver(Over value) {
            return Parts.with(this, "over", value);
        }
    }

    /** What a weighted sum of losses is divided by. */
    enum Over {
        @Doc(
                "By the examples, or the time steps that have a label: Keras' way, and PyTorch's for labels that are probabilities.")
        ROWS,
        @Doc(
                "By the weights of their classes: PyTorch's way for numbers of classes. On time steps it needs training.loss: perStep.")
        WEIGHTS
    }

    /** What the classes weigh. */
    sealed interface ClassWeights permits ClassWeights.None, ClassWeights.Balanced, ClassWeights.Given {

        @Named("none")
        @Doc("All the same.")
        record None() implements ClassWeights {}

        @Named("balanced")
        @Doc(
                "The less there is of a class in the training data the more: examples / (classes * examples of the class), scikit-learn's balanced.")
        record Balanced() implements ClassWeights {}

        @Named("given")
        @Doc("As listed, for example {given: [{name: rare, weight: 5}]}; a class that isn't listed weighs 1.")
        record Given(@Doc("Classes and what they weigh.") List<ClassWeight> weights) implements ClassWeights {
            public Given {
                weights = List.copyOf(weights);
                Check.that(
                        weights.stream().map(ClassWeight::name).distinct().count() == weights.size(),
                        "classWeights",
                        "weights to name each class once",
                        weights);
            }
        }

        /** {@link Given}. */
        static Given given(List<ClassWeight> weights) {
            return Parts.of(Given.class, weights);
        }

        /** {@link None}. */
        static None none() {
            return new None();
        }

        /** {@link Balanced}. */
        static Balanced balanced() {
            return new Balanced();
        }
    }

    /** What one class weighs. */
    record ClassWeight(@Doc("The class, as the data name it.") String name, @Doc("What it weighs.") double weight) {
        public ClassWeight {
            Check.nonNegative(weight, "classWeights", "weight");
        }

        /** What one class weighs. */
        public static ClassWeight of(String name, double weight) {
            return Parts.of(ClassWeight.class, name, weight);
        }
    }

    @Named("sigmoidCrossEntropy")
    @Doc("Each output on or off by itself, sigmoid outputs; by the logits, so that no gradient vanishes.")
    record SigmoidCrossEntropy(
            @Doc("Share of each label that is spread over on and off.") @Default("0") double labelSmoothing,
            @Doc(
                            "Gamma of the focal loss (Lin et al. 2017), which takes weight from what is right already; 0 for none.")
                    @Default("0")
                    double focusing,
            @Doc("What outputs weigh that should be on: PyTorch's pos_weight, or alpha of the focal loss.")
                    @Default("1")
                    double positiveWeight,
            @Doc("What outputs weigh that should be off: 1 - alpha of the focal loss.") @Default("1")
                    double negativeWeight)
            implements LossSpec {
        public SigmoidCrossEntropy {
            Check.inHalfOpen(labelSmoothing, 0, 1, "sigmoidCrossEntropy", "labelSmoothing");
            Check.nonNegative(focusing, "sigmoidCrossEntropy", "focusing");
            Check.nonNegative(positiveWeight, "sigmoidCrossEntropy", "positiveWeight");
            Check.nonNegative(negativeWeight, "sigmoidCrossEntropy", "negativeWeight");
        }

        /** This with another {@link #labelSmoothing}. */
        public SigmoidCrossEntropy withLabelSmoothing(double value) {
            return Parts.with(this, "labelSmoothing", value);
        }

        /** This with another {@link #focusing}. */
        public SigmoidCrossEntropy withFocusing(double value) {
            return Parts.with(this, "focusing", value);
        }

        /** This with another {@link #positiveWeight}. */
        public SigmoidCrossEntropy withPositiveWeight(double value) {
            return Parts.with(this, "positiveWeight", value);
        }

        /** This with another {@link #negativeWeight}. */
        public SigmoidCrossEntropy withNegativeWeight(double value) {
            return Parts.with(this, "negativeWeight", value);
        }
    }

    @Named("meanSquaredError")
    @Doc("Numbers; squared differences, averaged.")
    record MeanSquaredError() implements LossSpec {}

    @Named("meanAbsoluteError")
    @Doc("Numbers; absolute differences, averaged.")
    record MeanAbsoluteError() implements LossSpec {}

    @Named("huber")
    @Doc(
            "Numbers; squared differences (halved) up to delta, absolute ones beyond, averaged (PyTorch's HuberLoss, Keras' Huber).")
    record Huber(@Doc("Difference from which on it is linear, in scaled units.") @Default("1") double delta)
            implements LossSpec {
        public Huber {
            Check.positive(delta, "huber", "delta");
        }

        /** This with another {@link #delta}. */
        public Huber withDelta(double value) {
            return Parts.with(this, "delta", value);
        }
    }

    @Named("pinball")
    @Doc(
            "Quantiles of numbers, an output for each: what predictions give is an interval, and not the most likely value alone (scikit-learn's mean_pinball_loss).")
    record Pinball(@Doc("Between 0 and 1, in ascending order.") @Default("[0.1, 0.5, 0.9]") List<Double> quantiles)
            implements LossSpec {
        public Pinball {
            quantiles = List.copyOf(quantiles);
            double last = 0;
            for (double quantile : quantiles) {
                if (!(quantile > last && quantile < 1)) {
                    throw InvalidInputException.of(
                            "pinball",
                            "quantiles to lie between 0 and 1, each larger than the one before",
                            quantiles,
                            "");
                }
                last = quantile;
            }
            Check.that(!quantiles.isEmpty(), "pinball", "quantiles to hold at least one", quantiles);
        }

        /** This with other {@link #quantiles}. */
        public Pinball withQuantiles(List<Double> value) {
            return Parts.with(this, "quantiles", value);
        }
    }

    @Named("negativeBinomial")
    @Doc(
            "Counts, of which the mean is learnt (torch.distributions.NegativeBinomial). Needs targets as they are: data.normalization: none, and for forecasts data.transform: none.")
    record NegativeBinomial(@Doc("r of a variance of mean + mean^2 / r.") @Default("1") double dispersion)
            implements LossSpec {
        public NegativeBinomial {
            Check.positive(dispersion, "negativeBinomial", "dispersion");
        }

        /** This with another {@link #dispersion}. */
        public NegativeBinomial withDispersion(double value) {
            return Parts.with(this, "dispersion", value);
        }
    }

    /** {@link Auto}. */
    static Auto auto() {
        return new Auto();
    }

    /** {@link SoftmaxCrossEntropy} with the defaults of the run file. */
    static SoftmaxCrossEntropy softmaxCrossEntropy() {
        return Parts.of(SoftmaxCrossEntropy.class);
    }

    /** {@link SigmoidCrossEntropy} with the defaults of the run file. */
    static SigmoidCrossEntropy sigmoidCrossEntropy() {
        return Parts.of(SigmoidCrossEntropy.class);
    }

    /** {@link MeanSquaredError}. */
    static MeanSquaredError meanSquaredError() {
        return new MeanSquaredError();
    }

    /** {@link MeanAbsoluteError}. */
    static MeanAbsoluteError meanAbsoluteError() {
        return new MeanAbsoluteError();
    }

    /** {@link Huber} with the defaults of the run file. */
    static Huber huber() {
        return Parts.of(Huber.class);
    }

    /** {@link Pinball} with the defaults of the run file. */
    static Pinball pinball() {
        return Parts.of(Pinball.class);
    }

    /** {@link NegativeBinomial} with the defaults of the run file. */
    static NegativeBinomial negativeBinomial() {
        return Parts.of(NegativeBinomial.class);
    }
}
