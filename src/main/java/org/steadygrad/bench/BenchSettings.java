package org.steadygrad.bench;

import org.steadygrad.check.Check;

/**
 * How much is measured.
 *
 * @param steps measured training steps of each engine
 * @param warmUp steps of each engine before, which aren't measured
 * @param rounds turns of each engine, among which the steps are divided
 */
public record BenchSettings(int steps, int warmUp, int rounds) {
    /** Number of first steps, warm-up included, whose losses are compared. */
    public static final int COMPARED_STEPS = 50;

    /** Enough steps to compare the losses of {@link #COMPARED_STEPS}. */
    public static final BenchSettings DEFAULT = new BenchSettings(60, 10, 10);

    public BenchSettings {
        Check.positive(steps, "bench", "steps");
        Check.nonNegative(warmUp, "bench", "warm-up steps");
        Check.positive(rounds, "bench", "rounds");
        Check.that(rounds <= steps, "bench", "at most as many rounds as steps (" + steps + ")", rounds);
    }

    /** Steps of one round, counted from 0: they differ by one at most. */
    int stepsOf(int round) {
        return Math.toIntExact((long) steps * (round + 1) / rounds - (long) steps * round / rounds);
    }
}
