package org.steadygrad.spec;

import org.steadygrad.check.Check;

/** What happens when training goes wrong. */
public sealed interface GuardSpec permits GuardSpec.Off, GuardSpec.Auto {

    @Named("off")
    @Doc("Non-finite steps are skipped, nothing is rolled back; too many skips in a row stop the run.")
    record Off(@Doc("Skipped steps in a row that stop the run.") @Default("20") int maxSkips) implements GuardSpec {
        public Off {
            Check.positive(maxSkips, "guard.off", "maxSkips");
        }

        /** This with another {@link #maxSkips}. */
        public Off withMaxSkips(int value) {
            return Parts.with(this, "maxSkips", value);
        }
    }

    @Named("auto")
    @Doc(
            "Rolls back to the last good snapshot on a non-finite loss, too many skipped steps or a loss spike, and backs the learning rate off; tries cures for findings while training goes on, and keeps what helps.")
    record Auto(
            @Doc("Skipped steps in a row that trigger a roll-back.") @Default("5") int maxSkips,
            @Doc("Number of iterations between snapshots in memory.") @Default("50") int snapshotEvery,
            @Doc(
                            "A loss is suspicious when, per scored step, it lies above the recent median by this many median absolute deviations, above twice the median, above nineteen in twenty of the recent ones, and above half the loss at the start. It is a spike when the last good snapshot does twice as well on the same batch, or when it is ten times the highest of the epoch before.")
                    @Default("12")
                    double spikeDeviations,
            @Doc("Number of losses in a row that must be spikes.") @Default("5") int spikeSteps,
            @Doc("Number of recent losses that a suspicious one is told by.") @Default("100") int window,
            @Doc("Factor on the learning rate after a roll-back.") @Default("0.5") double backOff,
            @Doc("Number of good iterations after which the factor is taken back by one step.") @Default("500")
                    int recoverAfter,
            @Doc("Roll-backs, within rollbackSpan iterations, that stop the run.") @Default("8") int maxRollbacks,
            @Doc("Number of iterations over which roll-backs are counted.") @Default("2000") int rollbackSpan,
            @Doc(
                            "Steps that a cure is tried for while training goes on, on the same batches with it and without it; the better state is kept. 0 tries none.")
                    @Default("20")
                    int trialSteps)
            implements GuardSpec {
        public Auto {
            Check.positive(maxSkips, "guard.auto", "maxSkips");
            Check.positive(snapshotEvery, "guard.auto", "snapshotEvery");
            Check.positive(spikeDeviations, "guard.auto", "spikeDeviations");
            Check.positive(spikeSteps, "guard.auto", "spikeSteps");
            Check.positive(window, "guard.auto", "window");
            Check.inOpen(backOff, 0, 1, "guard.auto", "backOff");
            Check.positive(recoverAfter, "guard.auto", "recoverAfter");
            Check.positive(maxRollbacks, "guard.auto", "maxRollbacks");
            Check.positive(rollbackSpan, "guard.auto", "rollbackSpan");
            Check.nonNegative(trialSteps, "guard.auto", "trialSteps");
        }

        /** This with another {@link #maxSkips}. */
        public Auto withMaxSkips(int value) {
            return Parts.with(this, "maxSkips", value);
        }

        /** This with another {@link #snapshotEvery}. */
        public Auto withSnapshotEvery(int value) {
            return Parts.with(this, "snapshotEvery", value);
        }

        /** This with another {@link #spikeDeviations}. */
        public Auto withSpikeDeviations(double value) {
            return Parts.with(this, "spikeDeviations", value);
        }

        /** This with another {@link #spikeSteps}. */
        public Auto withSpikeSteps(int value) {
            return Parts.with(this, "spikeSteps", value);
        }

        /** This with another {@link #window}. */
        public Auto withWindow(int value) {
            return Parts.with(this, "window", value);
        }

        /** This with another {@link #backOff}. */
        public Auto withBackOff(double value) {
            return Parts.with(this, "backOff", value);
        }

        /** This with another {@link #recoverAfter}. */
        public Auto withRecoverAfter(int value) {
            return Parts.with(this, "recoverAfter", value);
        }

        /** This with another {@link #maxRollbacks}. */
        public Auto withMaxRollbacks(int value) {
            return Parts.with(this, "maxRollbacks", value);
        }

        /** This with another {@link #rollbackSpan}. */
        public Auto withRollbackSpan(int value) {
            return Parts.with(this, "rollbackSpan", value);
        }

        /** This with another {@link #trialSteps}. */
        public Auto withTrialSteps(int value) {
            return Parts.with(this, "trialSteps", value);
        }
    }

    /** {@link Auto} with the defaults of the run file. */
    static Auto auto() {
        return Parts.of(Auto.class);
    }

    /** {@link Off} with the defaults of the run file. */
    static Off off() {
        return Parts.of(Off.class);
    }
}
