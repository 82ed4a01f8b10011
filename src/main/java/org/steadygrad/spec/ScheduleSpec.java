package org.steadygrad.spec;

import org.steadygrad.check.Check;

/** How the learning rate changes after warm-up; {@code t} counts updates since the end of warm-up. */
public sealed interface ScheduleSpec
        permits ScheduleSpec.Constant,
                ScheduleSpec.Step,
                ScheduleSpec.Exponential,
                ScheduleSpec.Cosine,
                ScheduleSpec.Linear,
                ScheduleSpec.InverseSquareRoot {

    @Named("constant")
    @Doc("The updater's learning rate throughout.")
    record Constant() implements ScheduleSpec {}

    @Named("step")
    @Doc("Multiplied by factor after every so many updates.")
    record Step(@Doc("Number of updates between changes.") int every, @Doc("Factor.") @Default("0.5") double factor)
            implements ScheduleSpec {
        public Step {
            Check.positive(every, "schedule.step", "every");
            Check.positive(factor, "schedule.step", "factor");
        }

        /** This with another {@link #factor}. */
        public Step withFactor(double value) {
            return Parts.with(this, "factor", value);
        }
    }

    @Named("exponential")
    @Doc("Multiplied by factor ^ (t / every), smoothly.")
    record Exponential(@Doc("Number of updates per factor.") int every, @Doc("Factor.") @Default("0.5") double factor)
            implements ScheduleSpec {
        public Exponential {
            Check.positive(every, "schedule.exponential", "every");
            Check.positive(factor, "schedule.exponential", "factor");
        }

        /** This with another {@link #factor}. */
        public Exponential withFactor(double value) {
            return Parts.with(this, "factor", value);
        }
    }

    @Named("cosine")
    @Doc("Falls along half a cosine to a share of the learning rate over the run (Loshchilov and Hutter 2017).")
    record Cosine(@Doc("Share of the learning rate that is left at the end.") @Default("0") double floor)
            implements ScheduleSpec {
        public Cosine {
            Check.inClosed(floor, 0, 1, "schedule.cosine", "floor");
        }

        /** This with another {@link #floor}. */
        public Cosine withFloor(double value) {
            return Parts.with(this, "floor", value);
        }
    }

    @Named("linear")
    @Doc("Falls along a line to a share of the learning rate over the run.")
    record Linear(@Doc("Share of the learning rate that is left at the end.") @Default("0") double floor)
            implements ScheduleSpec {
        public Linear {
            Check.inClosed(floor, 0, 1, "schedule.linear", "floor");
        }

        /** This with another {@link #floor}. */
        public Linear withFloor(double value) {
            return Parts.with(this, "floor", value);
        }
    }

    @Named("inverseSquareRoot")
    @Doc("Falls with 1 / sqrt(1 + t / scale).")
    record InverseSquareRoot(@Doc("Number of updates.") @Default("1000") int scale) implements ScheduleSpec {
        public InverseSquareRoot {
            Check.positive(scale, "schedule.inverseSquareRoot", "scale");
        }

        /** This with another {@link #scale}. */
        public InverseSquareRoot withScale(int value) {
            return Parts.with(this, "scale", value);
        }
    }

    /** {@link Constant}. */
    static Constant constant() {
        return Parts.of(Constant.class);
    }

    /** {@link Cosine} with the defaults of the run file. */
    static Cosine cosine() {
        return Parts.of(Cosine.class);
    }

    /** {@link Exponential}, with the defaults of the run file for everything else. */
    static Exponential exponential(int every) {
        return Parts.of(Exponential.class, every);
    }

    /** {@link InverseSquareRoot} with the defaults of the run file. */
    static InverseSquareRoot inverseSquareRoot() {
        return Parts.of(InverseSquareRoot.class);
    }

    /** {@link Linear} with the defaults of the run file. */
    static Linear linear() {
        return Parts.of(Linear.class);
    }

    /** {@link Step}, with the defaults of the run file for everything else. */
    static Step step(int every) {
        return Parts.of(Step.class, every);
    }
}
