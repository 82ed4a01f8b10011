package org.steadygrad.engine.step;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.steadygrad.engine.PendingStep;
import org.steadygrad.engine.StepResult;

/** Steps that an engine was asked for and whose results haven't been looked at yet, the oldest first. */
final class StepQueue {
    private final Deque<Entry> entries = new ArrayDeque<>();

    /** When the latest result was there; an engine that is ahead works on the next step from then on. */
    private long lastSettled = System.nanoTime();

    private record Entry(TrainingStep step, PendingStep pending, long started) {}

    /**
     * @param result empty when the step wasn't run
     * @param seconds that it took
     */
    record Settled(TrainingStep step, Optional<StepResult> result, double seconds) {}

    int size() {
        return entries.size();
    }

    void add(TrainingStep step, PendingStep pending, long started) {
        entries.add(new Entry(step, pending, started));
    }

    /** Waits for all steps, whose results stay to be taken out, so that the engine is idle. */
    void await() {
        List<Entry> done = new ArrayList<>();
        for (Entry entry : entries) {
            Optional<StepResult> result = entry.pending.await();
            done.add(new Entry(entry.step, () -> result, entry.started));
        }
        entries.clear();
        entries.addAll(done);
    }

    /** Waits for the oldest step and takes it out; where that fails it stays, as a step whose result nobody knows. */
    Settled settle() {
        Entry oldest = entries.element();
        Optional<StepResult> result = oldest.pending.await();
        entries.remove();
        long now = System.nanoTime();
        double seconds = (now - Math.max(oldest.started, lastSettled)) / 1e9;
        lastSettled = now;
        return new Settled(oldest.step, result, seconds);
    }

    /** Waits for all steps and takes them out, whatever came of them. */
    List<TrainingStep> withdraw() {
        List<TrainingStep> steps = new ArrayList<>();
        while (!entries.isEmpty()) {
            steps.add(settle().step());
        }
        return steps;
    }
}
