package org.steadygrad.train;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.engine.PendingStep;
import org.steadygrad.engine.StepResult;

/** Steps that an engine was asked for and whose results haven't been looked at yet, the oldest first. */
final class StepQueue {
    private final Deque<Entry> entries = new ArrayDeque<>();

    /** When the latest result was there; an engine that is ahead works on the next step from then on. */
    private long lastSettled = System.nanoTime();

    /**
     * What a step is made of.
     *
     * @param batches their gradients are averaged
     * @param leadIn windows before them in which nothing is scored; they only carry the recurrent state on
     * @param continued whether the step continues the sequences of the step before
     * @param carriesState whether recurrent state is kept between steps at all
     * @param batch number of the first batch in its epoch
     * @param firstTimeStep where the step begins in the sequences of its batch
     * @param waited seconds that it took to get the batches
     */
    record Attempt(
            List<MultiDataSet> batches,
            List<MultiDataSet> leadIn,
            boolean continued,
            boolean carriesState,
            int batch,
            int firstTimeStep,
            double waited) {
        Attempt {
            batches = List.copyOf(batches);
            leadIn = List.copyOf(leadIn);
        }
    }

    private record Entry(Attempt attempt, PendingStep pending, long started) {}

    /**
     * @param result empty when the step wasn't run
     * @param seconds that it took
     */
    record Settled(Attempt attempt, Optional<StepResult> result, double seconds) {}

    int size() {
        return entries.size();
    }

    void add(Attempt attempt, PendingStep pending, long started) {
        entries.add(new Entry(attempt, pending, started));
    }

    /** Waits for all steps, whose results stay to be taken out, so that the engine is idle. */
    void await() {
        List<Entry> done = new ArrayList<>();
        for (Entry entry : entries) {
            Optional<StepResult> result = entry.pending.await();
            done.add(new Entry(entry.attempt, () -> result, entry.started));
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
        return new Settled(oldest.attempt, result, seconds);
    }

    /** Waits for all steps and takes them out, whatever came of them. */
    List<Attempt> withdraw() {
        List<Attempt> attempts = new ArrayList<>();
        while (!entries.isEmpty()) {
            attempts.add(settle().attempt());
        }
        return attempts;
    }
}
