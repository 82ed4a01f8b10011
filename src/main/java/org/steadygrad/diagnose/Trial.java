package org.steadygrad.diagnose;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.steadygrad.data.DataSource;
import org.steadygrad.runlog.Baseline;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Look;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.train.Runs;
import org.steadygrad.train.StopSignal;

/**
 * What came of the first steps of a run with some changes made.
 *
 * @param name what was changed, in words
 * @param changes of the original run file, as {@code --set} takes them; empty for the original
 * @param steps updates that were made
 * @param trainingLoss mean of the last losses (at most {@value #RECENT}), penalties and dropout included as the run has them
 * @param validationLoss after the last step, penalties and dropout left out; NaN when the trial didn't get so far
 * @param guessing the same of the best rule of thumb that needs no model; NaN when it isn't known
 * @param flow of the gradients
 * @param secondsPerStep median
 * @param findings what health found, the gravest first
 */
public record Trial(
        String name,
        List<String> changes,
        int steps,
        double trainingLoss,
        double validationLoss,
        double guessing,
        Flow flow,
        double secondsPerStep,
        List<Finding> findings) {
    static final int RECENT = 20;

    /** Losses that differ by less are the same: so much comes of another seed already. */
    static final double SAME_LOSS = 0.02;

    /** Runs a trial. @param data the run's, opened with its batch size and seed */
    static Trial of(String name, List<String> changes, RunSpec run, DataSource data, int steps, StopSignal stop) {
        Notes notes = new Notes();
        RunResult result = Runs.tryOut(run, new TrialData(data), steps, notes, stop);
        return new Trial(
                name,
                List.copyOf(changes),
                result.iterations(),
                notes.losses.stream().mapToDouble(l -> l).average().orElse(Double.NaN),
                result.completed() ? notes.validationLoss : Double.NaN,
                result.baselines().best().map(Baseline::validationLoss).orElse(Double.NaN),
                Flow.of(notes.looks),
                result.secondsPerIteration(),
                result.findings());
    }

    /** Findings of a severity. */
    public long count(Severity severity) {
        return findings.stream().filter(f -> f.severity() == severity).count();
    }

    /**
     * Whether it went better than another of as many steps: by a lower validation loss, as a share of that of guessing where that is known;
     * where losses are within {@value #SAME_LOSS} of each other, by fewer errors, then by a gradient that flows better.
     */
    boolean betterThan(Trial other) {
        if (!Double.isFinite(validationLoss) || !Double.isFinite(other.validationLoss)) {
            return Double.isFinite(validationLoss);
        }
        boolean shares = guessing > 0 && other.guessing > 0 && Double.isFinite(guessing + other.guessing);
        double own = shares ? validationLoss / guessing : validationLoss;
        double others = shares ? other.validationLoss / other.guessing : other.validationLoss;
        double margin = SAME_LOSS * Math.abs(others);
        if (Math.abs(own - others) > margin) {
            return own < others;
        }
        long errors = count(Severity.ERROR);
        if (errors != other.count(Severity.ERROR)) {
            return errors < other.count(Severity.ERROR);
        }
        return flow.health() > 2 * other.flow.health();
    }

    /** Whether what is to be predicted is scaled otherwise than in another, so that losses say something as shares of guessing's only. */
    public boolean otherScale(Trial other) {
        return Math.abs(guessing - other.guessing) > SAME_LOSS * Math.abs(other.guessing);
    }

    /** Whether it is clearly better than guessing, as far as that is known. */
    boolean beatsGuessing() {
        return !Double.isFinite(guessing) || validationLoss < guessing - SAME_LOSS * Math.abs(guessing);
    }

    /** What is remembered of a trial. */
    private static final class Notes implements RunListener {
        private final Deque<Double> losses = new ArrayDeque<>();
        private final List<Look> looks = new ArrayList<>();
        private double validationLoss = Double.NaN;

        @Override
        public void happened(RunEvent event) {
            if (event instanceof RunEvent.Step step) {
                losses.addLast(step.loss());
                if (losses.size() > RECENT) {
                    losses.removeFirst();
                }
            } else if (event instanceof Look look) {
                looks.add(look);
            } else if (event instanceof RunEvent.Validated validated) {
                validationLoss = validated.metrics().getOrDefault("loss", Double.NaN);
            }
        }
    }
}
