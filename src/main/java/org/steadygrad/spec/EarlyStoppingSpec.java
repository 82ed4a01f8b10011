package org.steadygrad.spec;

import org.steadygrad.check.Check;

/** When to stop before the end. */
public record EarlyStoppingSpec(
        @Doc("Number of validations in a row without improvement that end the run; 0 never ends it.") @Default("0")
                int patience,
        @Doc("Smallest fall of the validation loss that counts as improvement.") @Default("0") double minDelta) {
    public EarlyStoppingSpec {
        Check.nonNegative(patience, "earlyStopping", "patience");
        Check.nonNegative(minDelta, "earlyStopping", "minDelta");
    }

    /** The defaults of the run file. */
    public static EarlyStoppingSpec defaults() {
        return Parts.of(EarlyStoppingSpec.class);
    }

    /** This with another {@link #patience}. */
    public EarlyStoppingSpec withPatience(int value) {
        return Parts.with(this, "patience", value);
    }

    /** This with another {@link #minDelta}. */
    public EarlyStoppingSpec withMinDelta(double value) {
        return Parts.with(this, "minDelta", value);
    }
}
