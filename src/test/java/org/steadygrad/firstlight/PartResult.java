package org.steadygrad.firstlight;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a part ended; the names of the components are those of its JSON.
 *
 * @param sentence why it isn't "done"; "" otherwise
 * @param seconds that it took
 * @param limitSeconds that it had
 * @param facts what it found, by name: texts, numbers, maps and lists of them
 */
record PartResult(
        String name,
        String title,
        State state,
        String sentence,
        double seconds,
        double limitSeconds,
        Map<String, Object> facts) {

    enum State {
        /** All as it should be. */
        DONE("done"),
        /** It ran to its end and found something wrong. */
        FAULTY("found faults"),
        /** What it needs isn't here. */
        IMPOSSIBLE("not possible here"),
        /** It was ended at its limit. */
        CUT("cut at its limit"),
        /** It broke on the way. */
        BROKEN("broke"),
        /** It runs, or ran when everything was ended. */
        STARTED("ended from outside"),
        /** Its turn hasn't come. */
        NOT_REACHED("not reached");

        private final String words;

        State(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }

        /** Whether there is nothing to be gained by running it once more. */
        boolean settled() {
            return this == DONE || this == FAULTY;
        }
    }

    PartResult {
        facts = new LinkedHashMap<>(facts);
    }

    static PartResult of(Part part, State state, String sentence) {
        return new PartResult(part.name(), part.title(), state, sentence, 0, 0, Map.of());
    }

    /** A fact that is a list of texts; empty when there is none. */
    static List<String> texts(Map<String, Object> facts, String name) {
        return facts.get(name) instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }

    /** A fact that is a text; "" when there is none. */
    static String text(Map<String, Object> facts, String name) {
        return facts.get(name) == null ? "" : facts.get(name).toString();
    }

    /** A fact that is a number; 0 when there is none. */
    static double number(Map<String, Object> facts, String name) {
        return facts.get(name) instanceof Number number ? number.doubleValue() : 0;
    }
}
