package org.steadygrad.benchmarks;

import java.util.Arrays;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunListener;

/** Notes when each step of a run ended, so that whatever is done between two such moments counts for the later step. */
final class StepTimes implements RunListener {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final int FIRST_PLACES = 1024;

    private long[] ends = new long[FIRST_PLACES];
    private int last;

    @Override
    public void happened(RunEvent event) {
        if (event instanceof RunEvent.Step step) {
            note(step);
        }
    }

    private synchronized void note(RunEvent.Step step) {
        if (step.iteration() >= ends.length) {
            ends = Arrays.copyOf(ends, 2 * step.iteration());
        }
        ends[step.iteration()] = System.nanoTime();
        last = step.iteration();
    }

    /** The iteration that was done last; 0 before the first. */
    synchronized int last() {
        return last;
    }

    /** From the end of the step before to that of this one. @param iteration from 2 to the last that was done */
    synchronized double millis(int iteration) {
        return (ends[iteration] - ends[iteration - 1]) / NANOS_PER_MILLI;
    }
}
