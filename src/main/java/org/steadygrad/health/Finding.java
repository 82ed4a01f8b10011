package org.steadygrad.health;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.steadygrad.check.Check;

/**
 * Something wrong with a training run, seen often enough to be believed.
 *
 * @param id kind, for example {@code vanishing-gradient}; see {@link FlowRules}, {@link TimeRules} and {@link StepRules}
 * @param severity how much it matters
 * @param layer the layer it is about; "" for the whole network
 * @param firstIteration where the row of sightings began that it is based on
 * @param count number of iterations it was seen at
 * @param message plain words with the numbers of the last sighting
 * @param evidence these numbers by name
 * @param prescriptions what could be done about it, the most promising first
 */
public record Finding(
        String id,
        Severity severity,
        String layer,
        int firstIteration,
        int count,
        String message,
        Map<String, Double> evidence,
        List<Prescription> prescriptions) {
    public Finding {
        Check.notNull(id, "Finding", "id");
        Check.notNull(severity, "Finding", "severity");
        Check.notNull(layer, "Finding", "layer");
        Check.notNull(message, "Finding", "message");
        evidence = Map.copyOf(evidence);
        prescriptions = List.copyOf(prescriptions);
    }

    /** A single sighting, at an iteration that the caller knows. */
    static Finding seen(String id, Severity severity, String layer, String message, Map<String, Double> evidence) {
        return new Finding(id, severity, layer, 0, 1, message, evidence, List.of());
    }

    /** The same, seen so many times from an iteration on. */
    Finding seenSince(int iteration, int times) {
        return new Finding(id, severity, layer, iteration, times, message, evidence, prescriptions);
    }

    /** The same with other prescriptions. */
    Finding with(List<Prescription> cures) {
        return new Finding(id, severity, layer, firstIteration, count, message, evidence, cures);
    }

    /** A number as messages show it. */
    public static String number(double value) {
        return value != 0 && (Math.abs(value) < 0.01 || Math.abs(value) >= 10_000)
                ? String.format(Locale.ROOT, "%.1e", value)
                : String.format(Locale.ROOT, "%.3g", value);
    }
}
