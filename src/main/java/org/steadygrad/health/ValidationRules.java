package org.steadygrad.health;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.HealthSpec;

/**
 * {@code overfitting}: at each of the last {@value #WORSE} validations the loss was above the best by
 * {@code loss.overfitting} or more, while the training loss has fallen since the best. Or none of them, nor any before, was better than
 * guessing, while the training loss is: what is learnt holds for the training data alone.
 */
final class ValidationRules {
    static final int WORSE = 3;
    /** Name of what says in the evidence whether no validation was better than guessing: 1 if so. */
    static final String NEVER_BETTER = "neverBetterThanGuessing";

    private final HealthSpec.Loss spec;
    private final List<Point> latest = new ArrayList<>();
    private Point best;

    ValidationRules(HealthSpec.Loss spec) {
        this.spec = spec;
    }

    /** @param training the recent training loss; NaN when there is none */
    record Point(double training, double validation) {}

    /**
     * Takes a validation in.
     *
     * @param training the recent training loss; NaN when there is none
     * @param validation the loss of the validation
     * @param guessing validation loss that a model has to be below to be better than guessing; NaN when it isn't known
     * @param byHeart whether the training loss is far below that of guessing
     */
    List<Finding> take(double training, double validation, double guessing, boolean byHeart) {
        Point now = new Point(training, validation);
        if (best == null || validation < best.validation()) {
            best = now;
        }
        latest.add(now);
        if (latest.size() > WORSE) {
            latest.remove(0);
        }
        double limit = best.validation() + spec.overfitting() * Math.abs(best.validation());
        boolean worse = latest.size() == WORSE && latest.stream().allMatch(p -> p.validation() >= limit);
        boolean never = best.validation() >= guessing;
        if (worse && training < best.training()) {
            return List.of(finding(
                    "The validation loss has risen from " + Finding.number(best.validation()) + " to "
                            + Finding.number(validation) + ", while the training loss fell from "
                            + Finding.number(best.training()) + " to " + Finding.number(training) + ".",
                    now,
                    never));
        }
        return never && byHeart && latest.size() == WORSE
                ? List.of(finding(
                        "The training loss has come down to " + Finding.number(training)
                                + ", but the validation loss of "
                                + Finding.number(validation)
                                + " was never better than guessing: what is learnt holds for the training data alone.",
                        now,
                        true))
                : List.of();
    }

    private Finding finding(String message, Point now, boolean never) {
        Map<String, Double> evidence = new LinkedHashMap<>();
        evidence.put("validationLoss", now.validation());
        evidence.put("bestValidationLoss", best.validation());
        evidence.put("trainingLoss", now.training());
        evidence.put("trainingLossAtBest", best.training());
        evidence.put(NEVER_BETTER, never ? 1.0 : 0.0);
        return Finding.seen(FindingKind.OVERFITTING, Severity.WARNING, "", message, evidence);
    }

    /** The latest loss. */
    OptionalDouble latest() {
        return latest.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(latest.get(latest.size() - 1).validation());
    }

    /** What a resumed run needs. @param best null before the first validation */
    record State(List<Point> latest, Point best) {}

    State state() {
        return new State(List.copyOf(latest), best);
    }

    void restore(State state) {
        latest.clear();
        latest.addAll(state.latest());
        best = state.best();
    }
}
