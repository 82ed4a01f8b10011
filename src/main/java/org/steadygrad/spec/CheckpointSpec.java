package org.steadygrad.spec;

import org.steadygrad.check.Check;

/** When checkpoints are written and how many are kept. */
public record CheckpointSpec(
        @Doc(
                        "Seconds between checkpoints; one is also written at the end, and after a validation as long as that takes less than a tenth of"
                                + " the time.")
                @Default("60")
                double everySeconds,
        @Doc("Most recent checkpoints that are kept, beside the best and the last verified-good one.") @Default("3")
                int keep,
        @Doc(
                        "Seconds that a run goes on while its folder can't be written to, as when a disk is full; what is to be written is"
                                + " kept and tried again.")
                @Default("600")
                double retrySeconds) {
    public CheckpointSpec {
        Check.positive(everySeconds, "checkpoint", "everySeconds");
        Check.positive(keep, "checkpoint", "keep");
        Check.nonNegative(retrySeconds, "checkpoint", "retrySeconds");
    }

    /** The defaults of the run file. */
    public static CheckpointSpec defaults() {
        return Parts.of(CheckpointSpec.class);
    }

    /** This with another {@link #everySeconds}. */
    public CheckpointSpec withEverySeconds(double value) {
        return Parts.with(this, "everySeconds", value);
    }

    /** This with another {@link #retrySeconds}. */
    public CheckpointSpec withRetrySeconds(double value) {
        return Parts.with(this, "retrySeconds", value);
    }

    /** This with another {@link #keep}. */
    public CheckpointSpec withKeep(int value) {
        return Parts.with(this, "keep", value);
    }
}
