package org.steadygrad.health;

import java.util.List;
import java.util.Map;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.HealthSpec;

/**
 * {@code stalled-input}: of the time of {@value StepHistory#LOOK_EVERY} steps the share {@code data.waiting} or more was
 * spent waiting for batches, {@value #NOTICEABLE} seconds a step or more, {@value #PERSISTENCE} times in a row. Nothing of
 * it is kept for a resumed run, which may have another machine.
 */
final class WaitingRule {
    /** Seconds per step below which nobody minds. */
    static final double NOTICEABLE = 0.01;

    static final int PERSISTENCE = 3;

    private final HealthSpec.Data spec;
    private double waited;
    private double passed;
    private int steps;
    private int inARow;

    WaitingRule(HealthSpec.Data spec) {
        this.spec = spec;
    }

    /**
     * @param waiting seconds that the step waited for its batch
     * @param all seconds since the step before
     */
    void take(double waiting, double all) {
        waited += waiting;
        passed += all;
        steps++;
    }

    /** What is to be said of the steps since the last look. */
    List<Finding> look() {
        double share = passed > 0 ? waited / passed : 0;
        double perStep = steps > 0 ? waited / steps : 0;
        waited = 0;
        passed = 0;
        steps = 0;
        inARow = share >= spec.waiting() && perStep >= NOTICEABLE ? inARow + 1 : 0;
        if (inARow < PERSISTENCE) {
            return List.of();
        }
        return List.of(Finding.seen(
                FindingKind.STALLED_INPUT,
                Severity.WARNING,
                "",
                "A step waits " + Finding.number(perStep) + " s for its batch, " + Finding.number(100 * share)
                        + " % of the time.",
                Map.of("share", share, "secondsPerStep", perStep)));
    }
}
