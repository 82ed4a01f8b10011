package org.steadygrad.train;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** The counters of a run, and the latest losses and durations. */
final class Progress {
    /** Number of latest losses whose mean is reported as the training loss. */
    static final int RECENT = 100;

    int iteration;
    int updates;
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

    static Progress start() {
        return new Progress();
    }

    static Progress resume(TrainingState state) {
        Progress progress = new Progress();
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

    /** Mean of the latest losses; NaN before the first. */
    double recentLoss() {
        return recentLosses.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }

    /** Median of the latest durations; the first steps, which warm everything up, are left out once others are there. */
    double medianSeconds() {
        int warmUp = iteration <= RECENT ? Math.min(5, recentSeconds.size() / 2) : 0;
        double[] sorted = recentSeconds.stream()
                .skip(warmUp)
                .mapToDouble(Double::doubleValue)
                .sorted()
                .toArray();
        return sorted.length == 0
                ? Double.NaN
                : Arrays.stream(sorted, sorted.length / 2, sorted.length / 2 + 1)
                        .sum();
    }
}
