package org.steadygrad.health;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.HealthSpec;

/**
 * What the size of the steps and the course of the loss tell together. The size is the norm of the update of all weight
 * matrices divided by the norm of these.
 *
 * <ul>
 *   <li>{@code learning-rate-too-high}: an error when the loss diverges, or isn't finite, with steps above
 *       {@value #LARGE_WHEN_SICK} of the weights; a warning when it oscillates with such steps, or when steps have been above
 *       {@code updates.large} and the loss is no better than guessing, or, where that isn't known, not under {@value #BETTER} of that at
 *       the start; an error if it is {@value #WORSE} times either. Weights of which next to nothing is left are another matter.
 *   <li>{@code learning-rate-too-low}: steps have never been as large as {@code updates.low}, and the loss is still above
 *       {@value #HARDLY_BETTER} of that at the start after {@value #PATIENCE} steps; or they haven't for most of a run that is hardly
 *       better than guessing. Unless that is due to clipping, which {@code clip-always} tells.
 * </ul>
 */
final class LearningRateRules implements StepRule {
    static final double LARGE_WHEN_SICK = 0.05;
    static final double BETTER = 0.9;
    /** Multiple of the loss at the start, and of that of guessing, that tells of damage. */
    static final double WORSE = 1.1;

    static final double HARDLY_BETTER = 0.5;
    static final int PATIENCE = 100;
    /** What clipping leaves of a gradient at most if it makes steps small. */
    private static final double CLIPPED = 0.5;
    /** Share of the loss of guessing with which a run that has come to rest has got somewhere. */
    private static final double GAINED = 0.75;
    /** Steps before one that isn't finite whose size is looked at. */
    private static final int BEFORE = 5;

    private final HealthSpec spec;

    LearningRateRules(HealthSpec spec) {
        this.spec = spec;
    }

    @Override
    public void look(StepHistory history, List<Finding> found) {
        double ratio = history.updateRatios().median();
        double peak = largest(history);
        double ever = Math.max(peak, history.startRatio());
        if (LossRules.diverges(history, spec.loss()) && ever > LARGE_WHEN_SICK) {
            found.add(tooHigh(Severity.ERROR, ever, "the loss diverges", history));
        } else if (LossRules.oscillation(history) > 0 && peak > LARGE_WHEN_SICK) {
            found.add(tooHigh(Severity.WARNING, peak, "the loss jumps about", history));
        } else if (history.losses().full()
                && ever > spec.updates().large()
                && !history.withered()
                && noBetter(history)) {
            boolean worse = history.recentLoss() > WORSE * LossRules.level(history);
            found.add(tooHigh(worse ? Severity.ERROR : Severity.WARNING, ever, "the loss doesn't get better", history));
        }
        if (slow(history, spec) && !slowByClipping(history, spec)) {
            found.add(Finding.seen(
                    FindingKind.LEARNING_RATE_TOO_LOW,
                    Severity.WARNING,
                    "",
                    "A step changes the weights by " + Finding.number(ratio) + " of their size (median), and after "
                            + history.steps() + " steps the loss is " + Finding.number(history.recentLoss())
                            + ", from " + Finding.number(history.startLoss()) + " at the start.",
                    Map.of(
                            "medianRatio",
                            ratio,
                            UpdateRatios.LARGEST,
                            history.largestUpdate(),
                            "recentLoss",
                            history.recentLoss(),
                            "startLoss",
                            history.startLoss())));
        }
    }

    /** Whether the loss is no better than at the start; where that is known, than what guessing gives. */
    private static boolean noBetter(StepHistory history) {
        Learning learning = history.learning();
        return (learning.known() && history.steps() >= PATIENCE)
                ? !learning.beatsGuessing()
                : history.recentLoss() > BETTER * history.startLoss();
    }

    /**
     * Whether steps are too small for how little the loss has come down: since the beginning, or for most of
     * the run, if it is hardly better than guessing.
     */
    static boolean slow(StepHistory history, HealthSpec spec) {
        Learning learning = history.learning();
        if (history.startRatio() > spec.updates().large()) {
            return false;
        }
        boolean always = largest(history) < spec.updates().low();
        boolean now = history.updateRatios().median() < spec.updates().low()
                && history.peakRatio() < spec.updates().large()
                && 2 * history.smallSteps() > history.steps()
                && learning.known()
                && !learning.below(GAINED);
        return history.steps() >= PATIENCE
                && (always || now)
                && history.recentLoss() > HARDLY_BETTER * history.startLoss();
    }

    private static double largest(StepHistory history) {
        return Math.max(history.updateRatios().median(), history.peakRatio());
    }

    /** Whether steps are too small because of clipping: without it they would be large enough. */
    static boolean slowByClipping(StepHistory history, HealthSpec spec) {
        return slow(history, spec)
                && history.clipScales().median() < CLIPPED
                && largest(history)
                        >= spec.updates().low() * history.clipScales().median();
    }

    /** To be asked when the loss or the gradient of a step isn't finite. */
    Optional<Finding> atNonFinite(StepHistory history) {
        double[] latest = history.updateRatios().last(BEFORE);
        double largest = 0;
        for (double ratio : latest) {
            largest = Math.max(largest, ratio);
        }
        return largest > spec.updates().large()
                ? Optional.of(tooHigh(Severity.ERROR, largest, "after it numbers aren't finite any more", history))
                : Optional.empty();
    }

    private static Finding tooHigh(Severity severity, double ratio, String consequence, StepHistory history) {
        return Finding.seen(
                FindingKind.LEARNING_RATE_TOO_HIGH,
                severity,
                "",
                "A step changed the weights by " + Finding.number(ratio) + " of their size, and " + consequence + ".",
                Map.of("ratio", ratio, "recentLoss", history.recentLoss(), "startLoss", history.startLoss()));
    }
}
