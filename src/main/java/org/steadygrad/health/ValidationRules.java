package org.steadygrad.health;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.HealthSpec;

/**
 * {@code overfitting}: at each of the last {@value #WORSE} validations the loss was above the best by
 * {@code loss.overfitting} or more, while the training loss has fallen since the best.
 */
final class ValidationRules {
    static final int WORSE = 3;

    private final HealthSpec.Loss spec;
    private final List<Point> latest = new ArrayList<>();
    private Point best;

    ValidationRules(HealthSpec.Loss spec) {
        this.spec = spec;
    }

    /** @param training the recent training loss; NaN when there is none */
    record Point(double training, double validation) {}

    /** Takes a validation in. */
    List<Finding> take(double training, double validation) {
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
        if (!worse || !(training < best.training())) {
            return List.of();
        }
        return List.of(Finding.seen(
                FindingKind.OVERFITTING,
                Severity.WARNING,
                "",
                "The validation loss has risen from " + Finding.number(best.validation()) + " to "
                        + Finding.number(validation) + ", while the training loss fell from "
                        + Finding.number(best.training()) + " to " + Finding.number(training) + ".",
                Map.of(
                        "validationLoss",
                        validation,
                        "bestValidationLoss",
                        best.validation(),
                        "trainingLoss",
                        training,
                        "trainingLossAtBest",
                        best.training())));
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
