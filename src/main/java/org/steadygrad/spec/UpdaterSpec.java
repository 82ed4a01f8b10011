package org.steadygrad.spec;

import java.util.Optional;
import org.steadygrad.check.Check;

/** The update rule. */
public sealed interface UpdaterSpec
        permits UpdaterSpec.Sgd,
                UpdaterSpec.Nesterovs,
                UpdaterSpec.Adam,
                UpdaterSpec.AmsGrad,
                UpdaterSpec.Nadam,
                UpdaterSpec.RmsProp,
                UpdaterSpec.AdaGrad,
                UpdaterSpec.AdaMax {
    /** Step size, before schedule and warm-up. */
    double learningRate();

    /** Empty for rules that all libraries agree on. */
    default Optional<UpdaterFormula> chosenFormula() {
        return Optional.empty();
    }

    @Named("sgd")
    @Doc("Plain gradient descent.")
    record Sgd(@Doc("Step size.") @Default("0.1") double learningRate) implements UpdaterSpec {
        public Sgd {
            Check.positive(learningRate, "updater.sgd", "learningRate");
        }

        /** This with another {@link #learningRate}. */
        public Sgd withLearningRate(double value) {
            return Parts.with(this, "learningRate", value);
        }
    }

    @Named("nesterovs")
    @Doc(
            "Gradient descent with Nesterov momentum, whose velocity is a sum of steps, each with its own rate, as in Keras and ND4J.")
    record Nesterovs(
            @Doc("Step size.") @Default("0.1") double learningRate, @Doc("Momentum.") @Default("0.9") double momentum)
            implements UpdaterSpec {
        public Nesterovs {
            Check.positive(learningRate, "updater.nesterovs", "learningRate");
            Check.inHalfOpen(momentum, 0, 1, "updater.nesterovs", "momentum");
        }

        /** This with another {@link #learningRate}. */
        public Nesterovs withLearningRate(double value) {
            return Parts.with(this, "learningRate", value);
        }

        /** This with another {@link #momentum}. */
        public Nesterovs withMomentum(double value) {
            return Parts.with(this, "momentum", value);
        }
    }

    @Named("adam")
    @Doc("Adam (Kingma and Ba 2015); with training.weightDecay it is AdamW (Loshchilov and Hutter 2019).")
    record Adam(
            @Doc("Step size.") @Default("0.001") double learningRate,
            @Doc("Decay of the first moment.") @Default("0.9") double beta1,
            @Doc("Decay of the second moment.") @Default("0.999") double beta2,
            @Doc("Added to the root of the second moment.") @Default("0.00000001") double epsilon,
            @Doc("Whose formula is followed.") @Default("pyTorch") UpdaterFormula formula)
            implements UpdaterSpec {
        public Adam {
            checkAdam("updater.adam", learningRate, beta1, beta2, epsilon);
            Check.notNull(formula, "updater.adam", "formula");
        }

        @Override
        public Optional<UpdaterFormula> chosenFormula() {
            return Optional.of(formula);
        }

        /** This with another {@link #learningRate}. */
        public Adam withLearningRate(double value) {
            return Parts.with(this, "learningRate", value);
        }

        /** This with another {@link #beta1}. */
        public Adam withBeta1(double value) {
            return Parts.with(this, "beta1", value);
        }

        /** This with another {@link #beta2}. */
        public Adam withBeta2(double value) {
            return Parts.with(this, "beta2", value);
        }

        /** This with another {@link #epsilon}. */
        public Adam withEpsilon(double value) {
            return Parts.with(this, "epsilon", value);
        }

        /** This with another {@link #formula}. */
        public Adam withFormula(UpdaterFormula value) {
            return Parts.with(this, "formula", value);
        }
    }

    @Named("amsGrad")
    @Doc("Adam with a second moment that never falls (Reddi et al. 2018).")
    record AmsGrad(
            @Doc("Step size.") @Default("0.001") double learningRate,
            @Doc("Decay of the first moment.") @Default("0.9") double beta1,
            @Doc("Decay of the second moment.") @Default("0.999") double beta2,
            @Doc("Added to the root of the second moment.") @Default("0.00000001") double epsilon,
            @Doc("Whose formula is followed.") @Default("pyTorch") UpdaterFormula formula)
            implements UpdaterSpec {
        public AmsGrad {
            checkAdam("updater.amsGrad", learningRate, beta1, beta2, epsilon);
            Check.notNull(formula, "updater.amsGrad", "formula");
        }

        @Override
        public Optional<UpdaterFormula> chosenFormula() {
            return Optional.of(formula);
        }

        /** This with another {@link #learningRate}. */
        public AmsGrad withLearningRate(double value) {
            return Parts.with(this, "learningRate", value);
        }

        /** This with another {@link #beta1}. */
        public AmsGrad withBeta1(double value) {
            return Parts.with(this, "beta1", value);
        }

        /** This with another {@link #beta2}. */
        public AmsGrad withBeta2(double value) {
            return Parts.with(this, "beta2", value);
        }

        /** This with another {@link #epsilon}. */
        public AmsGrad withEpsilon(double value) {
            return Parts.with(this, "epsilon", value);
        }

        /** This with another {@link #formula}. */
        public AmsGrad withFormula(UpdaterFormula value) {
            return Parts.with(this, "formula", value);
        }
    }

    @Named("nadam")
    @Doc(
            "Adam with Nesterov momentum (Dozat 2016); PyTorch's grows from half of beta1 to all of it over some thousand steps.")
    record Nadam(
            @Doc("Step size.") @Default("0.001") double learningRate,
            @Doc("Decay of the first moment.") @Default("0.9") double beta1,
            @Doc("Decay of the second moment.") @Default("0.999") double beta2,
            @Doc("Added to the root of the second moment.") @Default("0.00000001") double epsilon,
            @Doc("Whose formula is followed.") @Default("pyTorch") UpdaterFormula formula)
            implements UpdaterSpec {
        public Nadam {
            checkAdam("updater.nadam", learningRate, beta1, beta2, epsilon);
            Check.notNull(formula, "updater.nadam", "formula");
        }

        @Override
        public Optional<UpdaterFormula> chosenFormula() {
            return Optional.of(formula);
        }

        /** This with another {@link #learningRate}. */
        public Nadam withLearningRate(double value) {
            return Parts.with(this, "learningRate", value);
        }

        /** This with another {@link #beta1}. */
        public Nadam withBeta1(double value) {
            return Parts.with(this, "beta1", value);
        }

        /** This with another {@link #beta2}. */
        public Nadam withBeta2(double value) {
            return Parts.with(this, "beta2", value);
        }

        /** This with another {@link #epsilon}. */
        public Nadam withEpsilon(double value) {
            return Parts.with(this, "epsilon", value);
        }

        /** This with another {@link #formula}. */
        public Nadam withFormula(UpdaterFormula value) {
            return Parts.with(this, "formula", value);
        }
    }

    @Named("rmsProp")
    @Doc("RMSProp (Tieleman and Hinton 2012).")
    record RmsProp(
            @Doc("Step size.") @Default("0.001") double learningRate,
            @Doc("Decay of the mean square.") @Default("0.95") double decay,
            @Doc("Added to the root of the mean square.") @Default("0.00000001") double epsilon,
            @Doc("Whose formula is followed.") @Default("pyTorch") UpdaterFormula formula)
            implements UpdaterSpec {
        public RmsProp {
            Check.positive(learningRate, "updater.rmsProp", "learningRate");
            Check.inHalfOpen(decay, 0, 1, "updater.rmsProp", "decay");
            Check.positive(epsilon, "updater.rmsProp", "epsilon");
            Check.notNull(formula, "updater.rmsProp", "formula");
        }

        @Override
        public Optional<UpdaterFormula> chosenFormula() {
            return Optional.of(formula);
        }

        /** This with another {@link #learningRate}. */
        public RmsProp withLearningRate(double value) {
            return Parts.with(this, "learningRate", value);
        }

        /** This with another {@link #decay}. */
        public RmsProp withDecay(double value) {
            return Parts.with(this, "decay", value);
        }

        /** This with another {@link #epsilon}. */
        public RmsProp withEpsilon(double value) {
            return Parts.with(this, "epsilon", value);
        }

        /** This with another {@link #formula}. */
        public RmsProp withFormula(UpdaterFormula value) {
            return Parts.with(this, "formula", value);
        }
    }

    @Named("adaGrad")
    @Doc("AdaGrad (Duchi et al. 2011).")
    record AdaGrad(
            @Doc("Step size.") @Default("0.01") double learningRate,
            @Doc("Added to the root of the sum of squares.") @Default("0.0000000001") double epsilon,
            @Doc("Whose formula is followed.") @Default("pyTorch") UpdaterFormula formula)
            implements UpdaterSpec {
        public AdaGrad {
            Check.positive(learningRate, "updater.adaGrad", "learningRate");
            Check.positive(epsilon, "updater.adaGrad", "epsilon");
            Check.notNull(formula, "updater.adaGrad", "formula");
        }

        @Override
        public Optional<UpdaterFormula> chosenFormula() {
            return Optional.of(formula);
        }

        /** This with another {@link #learningRate}. */
        public AdaGrad withLearningRate(double value) {
            return Parts.with(this, "learningRate", value);
        }

        /** This with another {@link #epsilon}. */
        public AdaGrad withEpsilon(double value) {
            return Parts.with(this, "epsilon", value);
        }

        /** This with another {@link #formula}. */
        public AdaGrad withFormula(UpdaterFormula value) {
            return Parts.with(this, "formula", value);
        }
    }

    @Named("adaMax")
    @Doc(
            "Adam with the largest magnitude of recent gradients in place of the second moment's root (Kingma and Ba 2015).")
    record AdaMax(
            @Doc("Step size.") @Default("0.002") double learningRate,
            @Doc("Decay of the first moment.") @Default("0.9") double beta1,
            @Doc("Decay of the largest magnitude.") @Default("0.999") double beta2,
            @Doc("Added to the gradient's magnitude; ND4J's formula has none.") @Default("0.00000001") double epsilon,
            @Doc("Whose formula is followed.") @Default("pyTorch") UpdaterFormula formula)
            implements UpdaterSpec {
        public AdaMax {
            checkAdam("updater.adaMax", learningRate, beta1, beta2, epsilon);
            Check.notNull(formula, "updater.adaMax", "formula");
        }

        @Override
        public Optional<UpdaterFormula> chosenFormula() {
            return Optional.of(formula);
        }

        /** This with another {@link #learningRate}. */
        public AdaMax withLearningRate(double value) {
            return Parts.with(this, "learningRate", value);
        }

        /** This with another {@link #beta1}. */
        public AdaMax withBeta1(double value) {
            return Parts.with(this, "beta1", value);
        }

        /** This with another {@link #beta2}. */
        public AdaMax withBeta2(double value) {
            return Parts.with(this, "beta2", value);
        }

        /** This with another {@link #epsilon}. */
        public AdaMax withEpsilon(double value) {
            return Parts.with(this, "epsilon", value);
        }

        /** This with another {@link #formula}. */
        public AdaMax withFormula(UpdaterFormula value) {
            return Parts.with(this, "formula", value);
        }
    }

    private static void checkAdam(String who, double learningRate, double beta1, double beta2, double epsilon) {
        Check.positive(learningRate, who, "learningRate");
        Check.inHalfOpen(beta1, 0, 1, who, "beta1");
        Check.inHalfOpen(beta2, 0, 1, who, "beta2");
        Check.positive(epsilon, who, "epsilon");
    }

    /** {@link AdaGrad} with the defaults of the run file. */
    static AdaGrad adaGrad() {
        return Parts.of(AdaGrad.class);
    }

    /** {@link AdaMax} with the defaults of the run file. */
    static AdaMax adaMax() {
        return Parts.of(AdaMax.class);
    }

    /** {@link Adam} with the defaults of the run file. */
    static Adam adam() {
        return Parts.of(Adam.class);
    }

    /** {@link AmsGrad} with the defaults of the run file. */
    static AmsGrad amsGrad() {
        return Parts.of(AmsGrad.class);
    }

    /** {@link Nadam} with the defaults of the run file. */
    static Nadam nadam() {
        return Parts.of(Nadam.class);
    }

    /** {@link Nesterovs} with the defaults of the run file. */
    static Nesterovs nesterovs() {
        return Parts.of(Nesterovs.class);
    }

    /** {@link RmsProp} with the defaults of the run file. */
    static RmsProp rmsProp() {
        return Parts.of(RmsProp.class);
    }

    /** {@link Sgd} with the defaults of the run file. */
    static Sgd sgd() {
        return Parts.of(Sgd.class);
    }
}
