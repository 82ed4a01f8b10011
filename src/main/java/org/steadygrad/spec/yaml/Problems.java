package org.steadygrad.spec.yaml;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.check.Nearest;

/** Collects what is wrong with a run file, so that a user mends it in one go. */
final class Problems {
    private static final int SHOWN = 10;
    private final List<String> messages = new ArrayList<>();

    void add(InvalidInputException problem) {
        messages.add(problem.getMessage());
    }

    void throwIfAny() {
        if (messages.isEmpty()) {
            return;
        }
        String text = String.join(System.lineSeparator(), messages.subList(0, Math.min(SHOWN, messages.size())));
        if (messages.size() > SHOWN) {
            text += System.lineSeparator() + "... and " + (messages.size() - SHOWN) + " more.";
        }
        throw new InvalidInputException(text);
    }

    /** A word that isn't one of those that are known here. */
    static InvalidInputException unknownWord(String who, String word, Collection<String> known) {
        String expected = known.isEmpty() ? "no keys here" : "one of " + String.join(", ", known);
        String remedy =
                Nearest.to(word, known).map(n -> "Did you mean " + n + "?").orElse("");
        return InvalidInputException.of(who, expected, word, remedy);
    }

    /** A value of the wrong kind. */
    static InvalidInputException wrong(String who, String expected, Node got, String remedy) {
        return wrong(who, expected, got.describe(), remedy);
    }

    /** @param got what was got, in words that are shown as they are */
    static InvalidInputException wrong(String who, String expected, String got, String remedy) {
        return InvalidInputException.of(who, expected, new Words(got), remedy);
    }

    /** Words that an error shows without the quotes that it puts around a user's text. */
    private record Words(String text) {
        @Override
        public String toString() {
            return text;
        }
    }
}
