package org.steadygrad.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Measures sides in alternation, so that whatever else the machine does meets all of them. Before each turn there is a
 * pause, in which the threads of the side before fall asleep, and one step that isn't measured, in which the side's own
 * threads wake and its data comes into the caches.
 */
final class Rounds {
    private static final long PAUSE_MILLIS = 20;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Effort effort;

    Rounds(Effort effort) {
        this.effort = effort;
    }

    /** @return one per side */
    List<Timing> measure(List<Side> sides) {
        System.gc();
        List<Turns> all = sides.stream().map(this::warmUp).toList();
        for (int round = 0; round < effort.rounds(); round++) {
            for (Turns turns : all) {
                if (round < turns.samples.length) {
                    turn(turns, round);
                }
            }
        }
        List<Timing> timings = new ArrayList<>();
        all.forEach(turns -> timings.add(Timing.of(turns.samples, turns.steps, turns.warmUpSteps)));
        return timings;
    }

    private Turns warmUp(Side side) {
        pause();
        long begin = System.nanoTime();
        int count = 0;
        long counted = side.run(1);
        count++;
        boolean slow = slow(counted);
        while (slow ? count < effort.slowWarmSteps() : count < effort.warmSteps() || !warm(begin)) {
            counted = side.run(1);
            count++;
            slow = slow(counted);
        }
        if (slow) {
            return new Turns(side, effort.slowRounds(), 1, count, true);
        }
        long some = Math.max(1, Math.min(5, (long) (effort.turnSeconds() * NANOS_PER_SECOND / Math.max(1, counted))));
        double perStep = (double) side.run((int) some) / some;
        int steps = (int) Math.ceil(effort.turnSeconds() * NANOS_PER_SECOND / Math.max(1, perStep));
        return new Turns(side, effort.rounds(), Math.max(1, steps), count, false);
    }

    private boolean slow(long nanos) {
        return nanos > effort.slowSeconds() * NANOS_PER_SECOND;
    }

    private boolean warm(long begin) {
        return System.nanoTime() - begin > effort.warmSeconds() * NANOS_PER_SECOND;
    }

    private static void turn(Turns turns, int round) {
        pause();
        if (!turns.slow) {
            turns.side.run(1);
        }
        turns.samples[round] = turns.side.run(turns.steps) / NANOS_PER_MILLI / turns.steps;
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while measuring", e);
        }
    }

    /** One side's turns. */
    private static final class Turns {
        private final Side side;
        private final int steps;
        private final int warmUpSteps;
        private final boolean slow;
        private final double[] samples;

        Turns(Side side, int rounds, int steps, int warmUpSteps, boolean slow) {
            this.side = side;
            this.steps = steps;
            this.warmUpSteps = warmUpSteps;
            this.slow = slow;
            samples = new double[rounds];
            Arrays.fill(samples, Double.NaN);
        }
    }
}
