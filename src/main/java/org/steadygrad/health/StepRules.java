package org.steadygrad.health;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.HealthSpec;

/**
 * The rules about the run of the steps: {@link LearningRateRules}, {@link ClipRules}, {@link UpdateRules},
 * {@link GradientRules} and {@link LossRules} look at the history every {@value StepHistory#LOOK_EVERY} steps;
 * {@code non-finite}, the loss or the gradient of a step isn't finite, is told at once.
 */
final class StepRules {
    private final StepHistory history;
    private final LearningRateRules learningRate;
    private final List<StepRule> rules;

    StepRules(HealthSpec spec, FlatLayout layout, RunFacts facts) {
        history = new StepHistory(spec, layout, facts);
        learningRate = new LearningRateRules(spec);
        rules = List.of(
                learningRate,
                new ClipRules(spec),
                new UpdateRules(spec),
                new GradientRules(),
                new LossRules(spec.loss()),
                new TruncationRule(spec));
    }

    StepHistory history() {
        return history;
    }

    /**
     * Takes a step in; what isn't finite is told at once, with the learning rate if that is the cause.
     *
     * @param perStep the loss per scored step; NaN when nothing is scored
     */
    List<Finding> take(double loss, double perStep, UpdateOutcome outcome) {
        history.count();
        if (outcome.rescaled()) {
            return List.of();
        }
        if (!Double.isFinite(loss) || !outcome.gradient().isFinite()) {
            return withCause(nonFinite(loss, outcome));
        }
        history.take(loss, perStep, outcome);
        return outcome.applied() ? List.of() : withCause(overflow(outcome));
    }

    /** Of an update that was refused though the gradient is finite. */
    private static Finding overflow(UpdateOutcome outcome) {
        double norm = outcome.gradient().globalNorm();
        return Finding.seen(
                FindingKind.NON_FINITE,
                Severity.ERROR,
                "",
                "Loss and gradient are finite, its norm is " + Finding.number(norm)
                        + ", but the update that comes of it"
                        + " isn't: a learning rate, a penalty on weights or what an updater keeps is too large.",
                Map.of("gradientNorm", norm));
    }

    /** Takes in a step that ended with its loss, which isn't finite. */
    List<Finding> takeFailed(double loss) {
        history.count();
        return withCause(Finding.seen(
                FindingKind.NON_FINITE, Severity.ERROR, "", "The loss is " + loss + ".", Map.of("loss", loss)));
    }

    private List<Finding> withCause(Finding nonFinite) {
        List<Finding> found = new ArrayList<>(List.of(nonFinite));
        learningRate.atNonFinite(history).ifPresent(found::add);
        return found;
    }

    private Finding nonFinite(double loss, UpdateOutcome outcome) {
        FlatLayout layout = history.layout();
        String layer = "";
        for (int i = 0; i < layout.blocks().size() && layer.isEmpty(); i++) {
            boolean sick = outcome.gradient().rows().get(i).nonFinite() > 0;
            layer = sick ? layout.blocks().get(i).layer() : "";
        }
        long count = outcome.gradient().nonFinite();
        String message = "The loss is " + loss + ", and " + count + " elements of the gradient aren't finite"
                + (layer.isEmpty() ? "." : ", the first of them in " + layer + ".");
        Map<String, Double> evidence = Map.of("loss", loss, "nonFinite", (double) count);
        return Finding.seen(FindingKind.NON_FINITE, Severity.ERROR, "", message, evidence);
    }

    /** @param vanishing whether a vanishing gradient is told, so that what follows from it needn't be */
    List<Finding> look(boolean vanishing) {
        history.summarize();
        List<Finding> found = new ArrayList<>();
        rules.forEach(rule -> rule.look(history, found));
        found.removeIf(finding -> vanishing && UpdateRatios.starved(finding));
        return found;
    }
}
