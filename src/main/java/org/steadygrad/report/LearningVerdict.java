package org.steadygrad.report;

import java.util.List;
import org.steadygrad.runlog.Baseline;
import org.steadygrad.runlog.Baselines;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Gain;
import org.steadygrad.runlog.Severity;

/**
 * Whether a run learned, in words for someone who sees its curves for the first time.
 *
 * <p>Compared are the median loss of the first {@value Learning#FIRST} steps and the mean of the latest ones (a tenth of the run, at
 * most {@value Learning#LATEST}). A loss that fell by a quarter or more of what it was has learned, one that moved by less than a
 * twentieth hasn't; one that made nearly all of its way within the first tenth of the steps, while an error stands among the
 * findings, has stalled.
 *
 * <p>That a loss fell is worth nothing while guessing does as well. It is called good only where the best validation loss is below that
 * of the best {@link Baseline} by more than its noise ({@link Gain#clear}); without validation, or before the first, nothing is called
 * good, and the training loss has to be below that of the baseline. Runs of early versions know no baselines.
 *
 * @param tone what it is shown as
 * @param title one sentence
 */
record LearningVerdict(Tone tone, String title) {
    private static final double LEARNED = 0.25;
    private static final double MOVED = 0.05;
    private static final double EARLY = 0.1;
    private static final double MOST_OF_IT = 0.9;

    /** How good it is. */
    enum Tone {
        GOOD,
        MIXED,
        BAD,
        /** Nothing can be said yet. */
        OPEN
    }

    /**
     * @param losses mean losses over the run, oldest first
     * @param findings the gravest first
     * @param baselines what guessing gives
     * @param gain of the best validation
     * @param underWay whether the run goes on, so that what it did so far isn't all it does
     */
    static LearningVerdict of(
            Learning learning,
            double[] losses,
            List<Finding> findings,
            Baselines baselines,
            Gain gain,
            boolean underWay) {
        LearningVerdict alone = of(learning, losses, findings);
        LearningVerdict verdict = alone.tone() == Tone.GOOD || alone.tone() == Tone.MIXED
                ? baselines
                        .best()
                        .map(best -> against(best, gain, learning.last(), alone, underWay))
                        .orElse(alone)
                : alone;
        return underWay && learning.steps() > 0
                ? new LearningVerdict(verdict.tone(), "So far " + lower(verdict.title()))
                : verdict;
    }

    private static LearningVerdict against(
            Baseline best, Gain gain, double training, LearningVerdict alone, boolean underWay) {
        if (gain.known()) {
            return onValidation(best, gain, alone);
        }
        String guess = best.name() + " gives " + Numbers.words(best.trainingLoss());
        if (training >= best.trainingLoss()) {
            return new LearningVerdict(
                    Tone.BAD,
                    "It is no better than " + best.name() + ": the training loss is " + Numbers.words(training) + ", "
                            + guess + ".");
        }
        String unseen = underWay && !best.validation().isEmpty()
                ? "nothing was validated yet."
                : "without a validation part nothing tells what that is worth on other data.";
        return new LearningVerdict(Tone.MIXED, joined(alone, guess) + "; " + unseen);
    }

    private static LearningVerdict onValidation(Baseline best, Gain gain, LearningVerdict alone) {
        String losses = "the validation loss is " + Numbers.words(best.validationLoss() - gain.loss()) + ", "
                + best.name() + " gives " + Numbers.words(best.validationLoss());
        if (gain.clear()) {
            return new LearningVerdict(alone.tone(), joined(alone, losses) + ".");
        }
        if (gain.clearlyWorse()) {
            return new LearningVerdict(Tone.BAD, "It is worse than " + best.name() + ": " + losses + ".");
        }
        return gain.loss() > 0
                ? new LearningVerdict(
                        Tone.MIXED,
                        "It is not clearly better than " + best.name() + ": " + losses
                                + (Double.isNaN(gain.noise())
                                        ? ", and how certain that is can't be told."
                                        : ", and the difference is within its noise."))
                : new LearningVerdict(Tone.BAD, "It is no better than " + best.name() + ": " + losses + ".");
    }

    private static String joined(LearningVerdict alone, String more) {
        return alone.title().substring(0, alone.title().length() - 1) + "; " + more;
    }

    private static String lower(String sentence) {
        return Character.toLowerCase(sentence.charAt(0)) + sentence.substring(1);
    }

    private static LearningVerdict of(Learning learning, double[] losses, List<Finding> findings) {
        if (learning.steps() == 0) {
            return new LearningVerdict(Tone.OPEN, "No step was taken yet.");
        }
        if (learning.lastFinite() == 0) {
            return new LearningVerdict(Tone.BAD, "It can't learn: the loss was not finite from the first step on.");
        }
        if (learning.lastFinite() < learning.lastIteration()) {
            return new LearningVerdict(
                    Tone.BAD, "It blew up: after step " + learning.lastFinite() + " the loss is not finite.");
        }
        return ofChange(learning, losses, findings);
    }

    private static LearningVerdict ofChange(Learning learning, double[] losses, List<Finding> findings) {
        double first = learning.first();
        double last = learning.last();
        double fall = first == 0 ? -last : (first - last) / Math.abs(first);
        String way = "from " + Numbers.words(first) + " to " + Numbers.words(last);
        // what has ended was overcome
        boolean error = findings.stream().anyMatch(f -> f.severity() == Severity.ERROR && !f.ended());
        if (fall < -MOVED) {
            return new LearningVerdict(Tone.BAD, "It got worse: the training loss rose " + way + ".");
        }
        if (fall < MOVED) {
            return new LearningVerdict(Tone.BAD, "It did not learn: the training loss hardly moved, " + way + ".");
        }
        if (error && early(losses, first, last)) {
            return new LearningVerdict(
                    Tone.BAD,
                    "It stalled: the training loss went " + way + " right at the start and hardly moved since.");
        }
        if (fall < LEARNED) {
            return new LearningVerdict(Tone.MIXED, "It learned a little: the training loss fell " + way + ".");
        }
        return error
                ? new LearningVerdict(
                        Tone.MIXED, "It learned, but not in good health: the training loss fell " + way + ".")
                : new LearningVerdict(Tone.GOOD, "It learned: the training loss fell " + way + ".");
    }

    private static boolean early(double[] losses, double first, double last) {
        int tenth = (int) Math.ceil(EARLY * losses.length);
        double best = first;
        for (int i = 0; i < tenth; i++) {
            best = losses[i] < best ? losses[i] : best;
        }
        return losses.length >= 1 / EARLY && first - best >= MOST_OF_IT * (first - last);
    }
}
