package org.steadygrad.report;

import java.util.Arrays;
import org.steadygrad.ops.Median;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.Spread;

/** What the losses of a run come to, step by step; per scored row where that is known. */
final class Learning {
    /** Steps at the start whose median is taken, so that one odd batch doesn't count. */
    static final int FIRST = 5;
    /** Latest steps whose mean is taken. */
    static final int LATEST = 100;

    private static final int WARM_UP = 5;

    private final double[] firsts = new double[FIRST];
    private final double[] latest = new double[LATEST];
    private final double[] seconds = new double[LATEST];
    private int finite;
    private int steps;
    private int skipped;
    private int clipped;
    private int lastIteration;
    private int lastFinite;

    void take(RunEvent.Step step) {
        seconds[steps % LATEST] = step.seconds();
        steps++;
        lastIteration = step.iteration();
        skipped += step.applied() ? 0 : 1;
        clipped += step.clipScale() < 1 ? 1 : 0;
        double loss = step.comparableLoss();
        if (Double.isFinite(loss)) {
            if (finite < FIRST) {
                firsts[finite] = loss;
            }
            latest[finite % LATEST] = loss;
            finite++;
            lastFinite = step.iteration();
        }
    }

    /** Older steps of a long run; the latest are known one by one. */
    void take(RunEvent.Steps older) {
        seconds[steps % LATEST] = older.seconds().mean();
        steps += older.steps();
        lastIteration = older.iteration();
        skipped += older.skipped();
        clipped += older.clipped();
        Spread loss = older.comparableLoss();
        if (loss.finite() > 0) {
            if (finite < FIRST) {
                Arrays.fill(firsts, finite, FIRST, loss.mean());
            }
            latest[finite % LATEST] = loss.mean();
            finite += loss.finite();
            lastFinite = older.iteration();
        }
    }

    /** Of the latest steps; the first ones, which warm everything up, are left out once others are there. NaN before the first. */
    double medianSeconds() {
        int known = Math.min(steps, LATEST);
        int warmUp = steps <= LATEST ? Math.min(WARM_UP, steps / 2) : 0;
        return Median.upper(Arrays.copyOfRange(seconds, warmUp, known));
    }

    int steps() {
        return steps;
    }

    int skipped() {
        return skipped;
    }

    int clipped() {
        return clipped;
    }

    int lastIteration() {
        return lastIteration;
    }

    /** Iteration of the last loss that was a number; 0 when none was. */
    int lastFinite() {
        return lastFinite;
    }

    /** Median loss of the first steps; NaN when none was finite. */
    double first() {
        return Median.upper(Arrays.copyOf(firsts, Math.min(finite, FIRST)));
    }

    /** Mean loss of the latest steps, at most a tenth of all; NaN when none was finite. */
    double last() {
        int taken = Math.max(1, Math.min(LATEST, finite / 10));
        double sum = 0;
        for (int i = 1; i <= taken && i <= finite; i++) {
            sum += latest[(finite - i) % LATEST];
        }
        return finite == 0 ? Double.NaN : sum / taken;
    }
}
