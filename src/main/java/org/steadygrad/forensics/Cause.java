package org.steadygrad.forensics;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.steadygrad.check.Check;

/**
 * Why a step likely isn't finite.
 *
 * @param kind what went wrong
 * @param words whole sentences with the numbers, in plain words
 * @param evidence these numbers by name
 */
public record Cause(Kind kind, String words, Map<String, Double> evidence) {

    /** What can go wrong. The names in lower case with hyphens are stable: {@code bad-input} and so on. */
    public enum Kind {
        /** A feature or label that is NaN, infinite or absurdly large. */
        BAD_INPUT,
        /** A parameter that is NaN or infinite. */
        NON_FINITE_PARAMETER,
        /** A number that an updater keeps for a parameter, such as a momentum, that is NaN or infinite. */
        NON_FINITE_STATE,
        /** Parameters that the latest updates have made too large. */
        LEARNING_RATE,
        /** A logarithm of 0, or of a number below 0, in the loss. */
        LOG_OF_ZERO,
        /** A state, or its gradient, that grows from time step to time step. */
        RECURRENT_GROWTH,
        /** Products of finite factors, through the layers or within one. */
        PRODUCT_OVERFLOW,
        /** None of these was seen. */
        UNKNOWN;

        /** The stable name. */
        public String id() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public Cause {
        Check.notNull(kind, "cause", "kind");
        Check.notNull(words, "cause", "words");
        evidence = Map.copyOf(evidence);
    }

    /** The same with more to say. */
    Cause and(String more, Map<String, Double> numbers) {
        Map<String, Double> all = new LinkedHashMap<>(numbers);
        all.putAll(evidence);
        return new Cause(kind, words + " " + more, all);
    }

    /** The same finding, of another kind. */
    Cause as(Kind other) {
        return new Cause(other, words, evidence);
    }
}
