package org.steadygrad.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;
import org.steadygrad.runlog.RunEvent;

/** Measures how a run goes: smoothed loss, share of clipped steps, speed, and the time that is left. */
final class ProgressMeter {
    /** Weight of the past in the averages of loss and clipped steps. */
    private static final double SMOOTHING = 0.95;
    /** Speed is that of the latest seconds, so that neither a slow start nor a single validation distorts it for long. */
    private static final long WINDOW_NANOS = 20_000_000_000L;

    private static final long SAMPLE_NANOS = 200_000_000L;

    private final LongSupplier clock;
    private final Deque<Sample> samples = new ArrayDeque<>();
    private long planned = -1;
    private RunEvent.Step last;
    private double loss = Double.NaN;
    private double clipShare;
    private int steps;

    private record Sample(long nanos, int iteration) {}

    /**
     * How a run goes.
     *
     * @param iteration number of the latest step
     * @param planned number of steps if nothing ends the run early; -1 when not known
     * @param loss smoothed; NaN before the first finite one
     * @param gradientNorm of the latest step, before clipping
     * @param clipShare share of clipped steps among the latest
     * @param stepsPerSecond everything between steps included; NaN when not known yet
     * @param secondsLeft NaN when not known
     */
    record Reading(
            int iteration,
            long planned,
            double loss,
            double gradientNorm,
            double clipShare,
            double stepsPerSecond,
            double secondsLeft) {

        /** From 0 to 1; NaN when the number of steps isn't known. */
        double share() {
            return planned <= 0 ? Double.NaN : Math.min(1, iteration / (double) planned);
        }
    }

    /** @param clock in ns, as {@link System#nanoTime} */
    ProgressMeter(LongSupplier clock) {
        this.clock = clock;
    }

    void take(RunEvent.Started started) {
        planned = started.plannedIterations();
        samples.add(new Sample(clock.getAsLong(), started.startIteration()));
    }

    void take(RunEvent.Step step) {
        last = step;
        steps++;
        if (Double.isFinite(step.loss())) {
            loss = Double.isNaN(loss) ? step.loss() : SMOOTHING * loss + (1 - SMOOTHING) * step.loss();
        }
        double past = Math.min(SMOOTHING, 1 - 1.0 / steps);
        clipShare = past * clipShare + (1 - past) * (step.clipScale() < 1 ? 1 : 0);
        long now = clock.getAsLong();
        if (samples.isEmpty() || now - samples.getLast().nanos() >= SAMPLE_NANOS) {
            samples.add(new Sample(now, step.iteration()));
        }
        while (samples.size() > 2 && now - samples.getFirst().nanos() > WINDOW_NANOS) {
            samples.removeFirst();
        }
    }

    /** After at least one step. */
    Reading reading() {
        Sample first = samples.getFirst();
        double seconds = (clock.getAsLong() - first.nanos()) / 1e9;
        int done = last.iteration() - first.iteration();
        double speed = done > 0 && seconds > 0 ? done / seconds : Double.NaN;
        double left = planned < 0 ? Double.NaN : Math.max(0, planned - last.iteration()) / speed;
        return new Reading(last.iteration(), planned, loss, last.gradientNorm(), clipShare, speed, left);
    }
}
