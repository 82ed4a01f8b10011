package org.steadygrad.runlog;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.steadygrad.check.Check;

/**
 * What a rule of thumb that needs no model comes to on a run's data. Losses are the run's own, as means over what is scored (examples,
 * or time steps where each has a label), penalties left out.
 *
 * @param name what the rule does, to follow "no better than": {@code guessing the mean}
 * @param trainingLoss on the training part, or so much of it as was looked at; NaN when not known
 * @param validation on the validation part, metric name to value, the loss among them; empty without validation data
 */
public record Baseline(String name, double trainingLoss, Map<String, Double> validation) {
    public Baseline {
        Check.notNull(name, "Baseline", "name");
        validation = Collections.unmodifiableMap(new LinkedHashMap<>(validation));
    }

    /** On the validation part; NaN without one. */
    public double validationLoss() {
        return validation.getOrDefault("loss", Double.NaN);
    }

    /** What rules of thumb are compared by: the loss on the validation part, without one that on the training part. */
    double loss() {
        return validation.isEmpty() ? trainingLoss : validationLoss();
    }
}
