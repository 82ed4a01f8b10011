package org.steadygrad.engine;

import java.util.Optional;
import org.steadygrad.check.Check;

/**
 * What came of a whole training step.
 *
 * @param pass loss and, if it was asked for, the trace
 * @param update empty when the loss wasn't finite, so that no update was tried
 */
public record StepResult(PassResult pass, Optional<UpdateOutcome> update) {
    public StepResult {
        Check.notNull(pass, "StepResult", "pass");
        Check.notNull(update, "StepResult", "update");
    }

    /** Whether the parameters changed. */
    public boolean applied() {
        return update.isPresent() && update.get().applied();
    }
}
