package org.steadygrad.diagnose;

import org.steadygrad.check.Check;

/**
 * How much may be tried.
 *
 * @param steps updates of each trial of the search
 * @param fullSteps updates of each run of the confirmation: those of the whole run, but at most {@value #LONGEST} times
 *     {@code steps}
 * @param minutes after which the search starts no further trial
 */
public record TrialPlan(int steps, int fullSteps, double minutes) {
    /** Most prescriptions that are tried one by one. */
    public static final int SINGLES = 8;

    /** Most combinations that are tried. */
    public static final int COMBINATIONS = 8;

    /** Most runs of the confirmation: the original and the best three. */
    public static final int FINALISTS = 4;

    /** Minutes of the search unless told otherwise. */
    public static final double MINUTES = 30;

    static final int LONGEST = 10;

    /** So that health, which believes what it sees several times in a window of steps, has found what there is. */
    private static final int FEWEST = 150;

    private static final int MOST = 300;

    public TrialPlan {
        Check.positive(steps, "TrialPlan", "steps");
        Check.atLeast(fullSteps, steps, "TrialPlan", "fullSteps");
        Check.positive(minutes, "TrialPlan", "minutes");
    }

    /**
     * A plan for a run.
     *
     * @param planned updates of the whole run
     * @param steps of a trial; 0 for a quarter of the run, at least {@value #FEWEST} and at most {@value #MOST}
     */
    public static TrialPlan of(int planned, int steps, double minutes) {
        Check.nonNegative(steps, "diagnose", "--steps");
        int wanted = steps > 0 ? steps : Math.max(FEWEST, Math.min(MOST, planned / 4));
        int trial = Math.min(planned, wanted);
        return new TrialPlan(trial, (int) Math.min(planned, (long) LONGEST * trial), minutes);
    }

    /** Most runs of the confirmation: over the full number of steps where trials were shorter, and with other initial weights. */
    public int mostConfirmations() {
        return fullSteps > steps ? 2 * FINALISTS : FINALISTS;
    }

    /** Most updates in all, those with other initial weights among them. */
    public long mostSteps() {
        return (1L + SINGLES + COMBINATIONS) * steps + (long) mostConfirmations() * fullSteps;
    }
}
