package org.steadygrad.train;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.steadygrad.model.TrainingCounts;
import org.steadygrad.ops.Median;
import org.steadygrad.train.checkpoint.TrainingState;

/** The counters of a run, and the latest losses and durations. */
final class Progress {
    /** Number of latest losses whose mean is reported as the training loss. */
    static final int RECENT = 100;

    /** Of the network when the run began. */
    private final TrainingCounts before;

    /** Steps tried in this run. */
    int iteration;

    /** Updates of the network, those before the run included; a roll-back takes some back. */
    int updates;

    /** Epochs of this run that are done. */
    int epoch;

    int batchInEpoch;
    int skippedSteps;
    int clippedSteps;
    double seconds;
    int validatedAt;
    Map<String, Double> validation = Map.of();
    TrainingState.Best best = TrainingState.Best.NONE;
    private final Deque<Double> recentLosses = new ArrayDeque<>();
    private final Deque<Double> recentSeconds = new ArrayDeque<>();

    private Progress(TrainingCounts before) {
        this.before = before;
    }

    /** @param before how far the network has been trained */
    static Progress start(TrainingCounts before) {
        Progress progress = new Progress(before);
        progress.updates = before.updates();
        return progress;
    }

    static Progress resume(TrainingState state) {
        Progress progress = new Progress(state.before());
        progress.iteration = state.iteration();
        progress.updates = state.updates();
        progress.epoch = state.epoch();
        progress.batchInEpoch = state.batchInEpoch();
        progress.skippedSteps = state.skippedSteps();
        progress.clippedSteps = state.clippedSteps();
        progress.seconds = state.seconds();
        progress.validatedAt = state.validatedAt();
        progress.validation = state.validation();
        progress.best = state.best();
        progress.recentLosses.addAll(state.recentLosses());
        progress.recentSeconds.addAll(state.recentSeconds());
        return progress;
    }

    /** Of the network when the run began. */
    TrainingCounts before() {
        return before;
    }

    /** How far the network has been trained, before the run and in it. */
    TrainingCounts counts() {
        return new TrainingCounts(updates, epochs());
    }

    /** Epochs that the network has been trained for, before the run and in it. */
    int epochs() {
        return before.epochs() + epoch;
    }

    /** Takes note of a step's loss (finite ones only) and duration. */
    void record(double loss, double stepSeconds) {
        seconds += stepSeconds;
        if (Double.isFinite(loss)) {
            push(recentLosses, loss);
        }
        push(recentSeconds, stepSeconds);
    }

    private static void push(Deque<Double> window, double value) {
        window.addLast(value);
        if (window.size() > RECENT) {
            window.removeFirst();
        }
    }

    List<Double> recentLosses() {
        return List.copyOf(recentLosses);
    }

    List<Double> recentSeconds() {
        return List.copyOf(recentSeconds);
    }

    /** The latest finite loss; NaN before the first. */
    double latestLoss() {
        return recentLosses.isEmpty() ? Double.NaN : recentLosses.getLast();
    }

    /** Mean of the latest losses; NaN before the first. */
    double recentLoss() {
        return recentLosses.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }

    /** Median of the latest durations; the first steps, which warm everything up, are left out once others are there. */
    double medianSeconds() {
        int warmUp = iteration <= RECENT ? Math.min(5, recentSeconds.size() / 2) : 0;
        return Median.upper(recentSeconds.stream()
                .skip(warmUp)
                .mapToDouble(Double::doubleValue)
                .toArray());
    }
}
