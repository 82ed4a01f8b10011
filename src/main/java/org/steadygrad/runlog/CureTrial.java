package org.steadygrad.runlog;

import java.util.Locale;
import org.steadygrad.check.Check;

/**
 * A cure that the guard tried while training went on: the same steps on the same batches with it and without it.
 *
 * @param iteration steps done before the trial
 * @param finding what it was tried for
 * @param change in words, for example "learning rate x 0.5"
 * @param steps number of steps on each side
 * @param lossWith mean loss over the second half of the steps with the change; NaN when a step failed
 * @param lossWithout the same without it
 * @param kept whether training went on from the state with the change
 */
public record CureTrial(
        int iteration, String finding, String change, int steps, double lossWith, double lossWithout, boolean kept) {
    public CureTrial {
        Check.notNull(finding, "CureTrial", "finding");
        Check.notNull(change, "CureTrial", "change");
    }

    /** What was tried and what came of it. */
    public String words() {
        return String.format(
                Locale.ROOT,
                "for %s tried on %d steps: %s. Loss with it %.4g, without it %.4g: %s",
                finding,
                steps,
                change,
                lossWith,
                lossWithout,
                kept ? "kept" : "taken back");
    }
}
