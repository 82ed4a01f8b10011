package org.steadygrad.health;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.steadygrad.runlog.Finding;
import org.steadygrad.spec.HealthSpec;
import org.steadygrad.spec.yaml.RunFiles;

class ValidationRulesTest {
    private static final HealthSpec.Loss SPEC =
            RunFiles.defaults(HealthSpec.class).loss();

    /** @param losses training and validation in turn; what the last one is told */
    private static List<String> last(double... losses) {
        ValidationRules rules = new ValidationRules(SPEC);
        List<Finding> found = List.of();
        for (int i = 0; i < losses.length; i += 2) {
            found = rules.take(losses[i], losses[i + 1], Double.NaN, false);
        }
        return found.stream().map(Finding::id).toList();
    }

    @Test
    void validationThatRisesWhileTrainingFallsOverfits() {
        assertEquals(List.of("overfitting"), last(2, 2, 1, 1, 0.9, 1.2, 0.8, 1.3, 0.7, 1.5));
    }

    @Test
    void twoBadValidationsAreNotEnough() {
        assertEquals(List.of(), last(2, 2, 1, 1, 0.9, 1.2, 0.8, 1.3));
        assertEquals(List.of(), last(2, 2, 1, 1, 0.9, 1.2, 0.8, 1.3, 0.7, 1.05));
    }

    @Test
    void whenTrainingGetsWorseTooItIsSomethingElse() {
        assertEquals(List.of(), last(2, 2, 1, 1, 1.1, 1.2, 1.2, 1.3, 1.4, 1.5));
        assertEquals(List.of(), last(2, 2, 1, 1, 0.9, Double.NaN, 0.8, Double.NaN, Double.NaN, 7));
    }

    @Test
    void aRestoredRuleGoesOn() {
        ValidationRules rules = new ValidationRules(SPEC);
        rules.take(1, 1, Double.NaN, false);
        rules.take(0.9, 1.2, Double.NaN, false);
        rules.take(0.8, 1.2, Double.NaN, false);
        ValidationRules restored = new ValidationRules(SPEC);
        restored.restore(rules.state());
        assertEquals(1, restored.take(0.7, 1.2, Double.NaN, false).size());
    }

    private static List<Finding> byHeart(double... validations) {
        ValidationRules rules = new ValidationRules(SPEC);
        List<Finding> found = List.of();
        for (double validation : validations) {
            found = rules.take(0.4, validation, 0.98, true);
        }
        return found;
    }

    /** The training loss is far below that of guessing, the validation loss was never below it, be it without rising by a tenth. */
    @Test
    void whatIsLearntByHeartAloneOverfits() {
        assertEquals(List.of(), byHeart(1, 1.01));
        Finding found = byHeart(1, 1.01, 1.02).get(0);
        assertEquals("overfitting", found.id());
        assertEquals(1, found.evidence().get(ValidationRules.NEVER_BETTER));
        assertEquals(List.of(), byHeart(0.9, 1.01, 0.97), "it was better once");
    }
}
