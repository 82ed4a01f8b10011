package org.steadygrad.runlog;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.steadygrad.check.Check;
import org.steadygrad.spec.FindingKind;

/**
 * Something wrong with a training run, seen often enough to be believed.
 *
 * @param id name of its {@link FindingKind}, for example {@code vanishing-gradient}
 * @param severity how much it matters
 * @param layer the layer it is about; "" for the whole network
 * @param firstIteration where the row of sightings began that it is based on
 * @param count number of iterations it was seen at
 * @param message plain words with the numbers of the last sighting
 * @param evidence these numbers by name, in the order of the names, so that equal runs leave equal files
 * @param prescriptions what could be done about it, the most promising first
 * @param endIteration from which on it was no longer seen; 0 while it holds
 */
public record Finding(
        String id,
        Severity severity,
        String layer,
        int firstIteration,
        int count,
        String message,
        Map<String, Double> evidence,
        List<Prescription> prescriptions,
        int endIteration) {
    public Finding {
        Check.notNull(id, "Finding", "id");
        Check.notNull(severity, "Finding", "severity");
        Check.notNull(layer, "Finding", "layer");
        Check.notNull(message, "Finding", "message");
        evidence.forEach((name, number) -> Check.notNull(number, "Finding", "evidence " + name));
        evidence = Collections.unmodifiableSortedMap(new TreeMap<>(evidence));
        prescriptions = List.copyOf(prescriptions);
        Check.nonNegative(endIteration, "Finding", "endIteration");
    }

    /** One that holds. */
    public Finding(
            String id,
            Severity severity,
            String layer,
            int firstIteration,
            int count,
            String message,
            Map<String, Double> evidence,
            List<Prescription> prescriptions) {
        this(id, severity, layer, firstIteration, count, message, evidence, prescriptions, 0);
    }

    /** Whether it was no longer seen at the end. */
    public boolean ended() {
        return endIteration > 0;
    }

    /** The same, which holds no longer. @param iteration from which on it wasn't seen */
    public Finding endedAt(int iteration) {
        return new Finding(id, severity, layer, firstIteration, count, message, evidence, prescriptions, iteration);
    }

    /** A single sighting, at an iteration that the caller knows. */
    public static Finding seen(
            FindingKind kind, Severity severity, String layer, String message, Map<String, Double> evidence) {
        return new Finding(kind.id(), severity, layer, 0, 1, message, evidence, List.of());
    }

    /**
     * What it is.
     *
     * @throws org.steadygrad.check.InvalidInputException when no finding has this id
     */
    public FindingKind kind() {
        return FindingKind.of(id, "Finding");
    }

    /** The same, seen so many times from an iteration on. */
    public Finding seenSince(int iteration, int times) {
        return new Finding(id, severity, layer, iteration, times, message, evidence, prescriptions);
    }

    /** The same with a cause. @param numbers added to the evidence */
    public Finding explained(String cause, Map<String, Double> numbers) {
        Map<String, Double> all = new LinkedHashMap<>(numbers);
        all.putAll(evidence);
        return new Finding(
                id, severity, layer, firstIteration, count, message + " " + cause, all, prescriptions, endIteration);
    }

    /** The same with another layer. @param where its name; "" for the whole network */
    public Finding in(String where) {
        return new Finding(id, severity, where, firstIteration, count, message, evidence, prescriptions, endIteration);
    }

    /** The same with another severity. */
    public Finding as(Severity other) {
        return new Finding(id, other, layer, firstIteration, count, message, evidence, prescriptions, endIteration);
    }

    /** The same with another sentence in its message. */
    public Finding because(String sentence) {
        return message.endsWith(sentence)
                ? this
                : new Finding(
                        id,
                        severity,
                        layer,
                        firstIteration,
                        count,
                        message + " " + sentence,
                        evidence,
                        prescriptions,
                        endIteration);
    }

    /** The same with other prescriptions. */
    public Finding with(List<Prescription> cures) {
        return new Finding(id, severity, layer, firstIteration, count, message, evidence, cures, endIteration);
    }

    /** A number as messages show it. */
    public static String number(double value) {
        return value != 0 && (Math.abs(value) < 0.01 || Math.abs(value) >= 10_000)
                ? String.format(Locale.ROOT, "%.1e", value)
                : String.format(Locale.ROOT, "%.3g", value);
    }
}
