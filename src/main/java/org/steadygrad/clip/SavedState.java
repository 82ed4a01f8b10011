package org.steadygrad.clip;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;

/** Reads the state of a clip policy back, and complains about another policy's. */
record SavedState(String who, Map<String, double[]> values) {
    static SavedState of(String who, Map<String, double[]> values, Set<String> keys) {
        Check.notNull(values, who, "a saved state");
        if (!values.keySet().equals(keys)) {
            throw InvalidInputException.of(
                    who,
                    "a saved state with " + new TreeSet<>(keys),
                    new TreeSet<>(values.keySet()).toString(),
                    "Resume with the clipping that the run began with.");
        }
        values.forEach((key, array) -> {
            for (double value : array) {
                Check.nonNegative(value, who, "saved " + key);
            }
        });
        return new SavedState(who, values);
    }

    /** @param most largest number of values that the entry may have */
    double[] array(String key, int most) {
        double[] array = values.get(key);
        if (array.length > most) {
            throw InvalidInputException.of(
                    who,
                    "at most " + most + " values of " + key,
                    array.length,
                    "Resume with the settings that the run began with.");
        }
        return array.clone();
    }
}
