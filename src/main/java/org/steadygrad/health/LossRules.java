package org.steadygrad.health;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.steadygrad.check.Counted;
import org.steadygrad.ops.Median;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.HealthSpec;

/**
 * What the loss per scored step tells. The loss at the start is the first one, or the median of the first {@value StepHistory#START}
 * if that is lower; the recent one is the median of the last {@value StepHistory#LOOK_EVERY}.
 *
 * <ul>
 *   <li>{@code diverging-loss}: the recent loss is {@code loss.diverging} times that at the start, or what guessing gives if that is more, and none
 *       of the losses is below that; or it is back above the start after it had come down to that part of it. Where the first steps were no large
 *       ones the highest of the first losses is taken for that at the start: of single examples any may have a low one by chance.
 *   <li>{@code oscillating-loss}: from step to step the loss changes by more than half its median, that median is more
 *       than a tenth of the loss at the start, and the second half of the window isn't better than the first; and it isn't the
 *       noise of small batches: either the loss is more like that of two steps before, or steps are large.
 *   <li>{@code loss-spikes}: {@value #SPIKES} or more losses, one of them in the window, exceeded {@code loss.spike} times
 *       the median and stood out from the noise by {@value StepHistory#SPIKE_DEVIATIONS} median deviations. A warning only if losses
 *       stay high after one: the step before it did it, and not the batch.
 *   <li>{@code loss-plateau}: after {@code loss.plateau} steps the run is certain to be no better than guessing ({@link Learning}). Where
 *       that isn't known or isn't so: over as many steps the loss got better by less than {@value #IMPROVEMENT} of
 *       itself, and it isn't under {@value #FLOOR} of that at the start. A loss that has come far down may have reached
 *       what noise in the data allows; that isn't told. For one that has come down at all, or jumps about so that a start can't be
 *       told from the rest, it is no warning.
 * </ul>
 */
final class LossRules implements StepRule {
    static final int SPIKES = 3;
    static final double IMPROVEMENT = 0.01;
    static final double FLOOR = 0.7;
    /** Name of the loss of guessing in the evidence of a run that is no better. */
    static final String GUESSING = "guessingLoss";

    private static final double JUMP = 0.5;
    /** Losses after a spike that show whether it was the batch or the model. */
    private static final int LASTING = 3;
    /** Multiple of the loss of guessing up to which one is as good as that. */
    private static final double NEAR = 1.25;
    /** Share of the loss of a rule of thumb from which one is hardly better. */
    private static final double BARELY = 0.9;

    /** Share of a class from which it makes a bad model look good. */
    private static final double LOPSIDED = 0.8;

    private static final double FAR_DOWN = 0.1;
    private static final double COME_DOWN = 0.95;
    private static final double ALTERNATING = 0.5;

    private final HealthSpec.Loss spec;

    LossRules(HealthSpec.Loss spec) {
        this.spec = spec;
    }

    @Override
    public void look(StepHistory history, List<Finding> found) {
        diverging(history, found);
        oscillating(history, found);
        spikes(history, found);
        plateau(history, found);
    }

    private void diverging(StepHistory history, List<Finding> found) {
        if (diverges(history, spec)) {
            found.add(Finding.seen(
                    FindingKind.DIVERGING_LOSS,
                    Severity.ERROR,
                    "",
                    "The loss has risen to " + Finding.number(history.recentLoss()) + " (recent median); it was "
                            + Finding.number(history.startLoss()) + " at the start and "
                            + Finding.number(history.bestLoss()) + " at its best.",
                    Map.of(
                            "recentLoss", history.recentLoss(),
                            "startLoss", history.startLoss(),
                            "bestLoss", history.bestLoss())));
        }
    }

    /** Whether the loss has got far worse. */
    static boolean diverges(StepHistory history, HealthSpec.Loss spec) {
        double start = level(history);
        double recent = history.recentLoss();
        boolean above = recent > spec.diverging() * start && history.lowestRecentLoss() > start;
        boolean again = recent > start && spec.diverging() * history.bestLoss() < start;
        return start > 0 && history.losses().size() >= StepHistory.LOOK_EVERY && (above || again);
    }

    /** What a loss must be above to have risen: that of guessing, where it is known, and that at the start. */
    static double level(StepHistory history) {
        Learning learning = history.learning();
        return learning.comparable() ? Math.max(learning.level(), history.startLevel()) : history.startLevel();
    }

    private static void oscillating(StepHistory history, List<Finding> found) {
        double change = oscillation(history);
        boolean largeSteps = history.updateRatios().median() > LearningRateRules.LARGE_WHEN_SICK;
        if (change > 0 && (largeSteps || alternates(history, change))) {
            double median = history.losses().median();
            found.add(Finding.seen(
                    FindingKind.OSCILLATING_LOSS,
                    Severity.WARNING,
                    "",
                    "The loss jumps by " + Finding.number(change) + " from step to step around a median of "
                            + Finding.number(median) + " and doesn't get better; the learning rate is likely too high.",
                    Map.of("medianChange", change, "recentLoss", median, "startLoss", history.startLoss())));
        }
    }

    /** Whether losses are nearer to those of two steps before than to those of the step before, unlike those of independent noise. */
    private static boolean alternates(StepHistory history, double change) {
        return medianChange(history.losses().values(), 2) < ALTERNATING * change;
    }

    private static double medianChange(double[] values, int apart) {
        double[] changes = new double[values.length - apart];
        for (int i = 0; i < changes.length; i++) {
            changes[i] = Math.abs(values[i + apart] - values[i]);
        }
        return Median.upper(changes);
    }

    private static boolean restless(StepHistory history) {
        RecentValues losses = history.losses();
        return medianChange(losses.values(), 1) > JUMP * Math.abs(losses.median());
    }

    /** The median change from step to step if the loss jumps about and doesn't get better; 0 otherwise. */
    static double oscillation(StepHistory history) {
        if (!history.losses().full()) {
            return 0;
        }
        double[] values = history.losses().values();
        double median = Math.abs(history.losses().median());
        double change = medianChange(values, 1);
        double before = Median.upper(Arrays.copyOfRange(values, 0, values.length / 2));
        double after = Median.upper(Arrays.copyOfRange(values, values.length / 2, values.length));
        boolean large = restless(history) && median > FAR_DOWN * Math.abs(history.startLoss());
        return large && after >= before ? change : 0;
    }

    private void spikes(StepHistory history, List<Finding> found) {
        double median = history.losses().median();
        double highest = history.losses().max();
        boolean one = highest > history.spikeLimit() && highest > FAR_DOWN * history.startLoss();
        if (history.spikes() >= SPIKES && one) {
            found.add(Finding.seen(
                    FindingKind.LOSS_SPIKES,
                    lasting(history) ? Severity.WARNING : Severity.INFO,
                    "",
                    "The loss rose to " + Finding.number(highest) + ", " + Finding.number(highest / median)
                            + " times its recent median, as it did " + Counted.of(history.spikes(), "time")
                            + " before or since.",
                    Map.of("loss", highest, "median", median, "spikes", (double) history.spikes())));
        }
    }

    /**
     * Whether losses stayed high after one that spiked: the step before it has spoilt the model. After a batch that is hard the next one
     * is as before.
     */
    private static boolean lasting(StepHistory history) {
        double[] losses = history.losses().values();
        double limit = history.spikeLimit();
        double high = Math.sqrt(limit * history.losses().median());
        for (int i = 0; i + LASTING < losses.length; i++) {
            boolean stays = losses[i] > limit;
            for (int after = 1; stays && after <= LASTING; after++) {
                stays = losses[i + after] > high;
            }
            if (stays) {
                return true;
            }
        }
        return false;
    }

    private void plateau(StepHistory history, List<Finding> found) {
        if (guesses(history)) {
            found.add(guessing(history));
        } else {
            noProgress(history, found);
        }
    }

    /** Whether a run that has had its time is no better than always giving the same answer. */
    static boolean guesses(StepHistory history) {
        Learning learning = history.learning();
        if (!history.course().full() || !learning.guesses()) {
            return false;
        }
        double[] course = history.course().values();
        double before = Median.upper(Arrays.copyOfRange(course, 0, course.length / 2));
        double after = Median.upper(Arrays.copyOfRange(course, course.length / 2, course.length));
        return learning.asGoodAsARule(BARELY, NEAR) || before - after < IMPROVEMENT * Math.abs(before);
    }

    /** Whether a finding says that a run is no better than guessing. */
    static boolean saysGuessing(Finding finding) {
        return finding.kind() == FindingKind.LOSS_PLATEAU && finding.evidence().containsKey(GUESSING);
    }

    private static Finding guessing(StepHistory history) {
        Learning learning = history.learning();
        double share = learning.largestShare();
        Map<String, Double> evidence = new LinkedHashMap<>();
        evidence.put("recentLoss", history.recentLoss());
        evidence.put("startLoss", history.startLoss());
        evidence.put(GUESSING, learning.level());
        evidence.put(UpdateRatios.LARGEST, history.largestUpdate());
        if (!Double.isNaN(share)) {
            evidence.put("accuracyOfGuessing", share);
        }
        return Finding.seen(
                FindingKind.LOSS_PLATEAU,
                Severity.WARNING,
                "",
                "No better than guessing: after " + history.steps() + " steps " + learning.words()
                        + (share > LOPSIDED
                                ? ". An accuracy of " + Finding.number(share)
                                        + " comes of always naming the most frequent class."
                                : "."),
                evidence);
    }

    private static void noProgress(StepHistory history, List<Finding> found) {
        if (!history.course().full() || history.recentLoss() < FLOOR * history.startLoss()) {
            return;
        }
        double[] course = history.course().values();
        double before = Median.upper(Arrays.copyOfRange(course, 0, course.length / 2));
        double after = Median.upper(Arrays.copyOfRange(course, course.length / 2, course.length));
        if (before - after < IMPROVEMENT * Math.abs(before)) {
            boolean floor = after < COME_DOWN * history.startLoss() || restless(history);
            found.add(Finding.seen(
                    FindingKind.LOSS_PLATEAU,
                    floor ? Severity.INFO : Severity.WARNING,
                    "",
                    "For " + course.length * StepHistory.LOOK_EVERY + " steps the loss has stayed near "
                            + Finding.number(after) + "; at the start it was " + Finding.number(history.startLoss())
                            + ".",
                    Map.of(
                            "recentLoss",
                            after,
                            "lossBefore",
                            before,
                            "startLoss",
                            history.startLoss(),
                            UpdateRatios.LARGEST,
                            history.largestUpdate())));
        }
    }
}
