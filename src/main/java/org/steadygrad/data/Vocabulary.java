package org.steadygrad.data;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;

/** Numbers for the characters (Unicode code points) of a text, from 0. */
public final class Vocabulary {
    private final List<String> symbols;
    private final Map<Integer, Integer> numbers = new HashMap<>();

    private Vocabulary(List<String> symbols) {
        this.symbols = List.copyOf(symbols);
        Check.positive(symbols.size(), "Vocabulary", "number of symbols");
        for (int i = 0; i < symbols.size(); i++) {
            String symbol = symbols.get(i);
            boolean single = !symbol.isEmpty() && symbol.codePointCount(0, symbol.length()) == 1;
            if (!single || numbers.put(symbol.codePointAt(0), i) != null) {
                throw InvalidInputException.of(
                        "Vocabulary, symbol " + i,
                        "a character that isn't listed before",
                        symbol,
                        "The saved model is damaged.");
            }
        }
    }

    /** The characters of a text, sorted by code point. */
    public static Vocabulary fit(String text) {
        return new Vocabulary(text.codePoints()
                .distinct()
                .sorted()
                .mapToObj(Character::toString)
                .toList());
    }

    /** The vocabulary that was saved with a model. */
    public static Vocabulary of(DataArtifact.Vocabulary saved) {
        return new Vocabulary(saved.symbols());
    }

    /** The symbols in the order of their numbers, to go with the model. */
    public DataArtifact.Vocabulary toArtifact() {
        return new DataArtifact.Vocabulary(symbols);
    }

    /** Whether the character has a number. */
    public boolean knows(String character) {
        return symbols.contains(character);
    }

    /** Number of symbols. */
    public int size() {
        return symbols.size();
    }

    /**
     * Turns a text into symbol numbers.
     *
     * @param who where the text comes from, for errors
     * @return a number per code point
     * @throws InvalidInputException for an unknown character, with its line and column (in characters, from 1)
     */
    public int[] encode(String text, String who) {
        int[] codePoints = text.codePoints().toArray();
        for (int i = 0; i < codePoints.length; i++) {
            Integer number = numbers.get(codePoints[i]);
            if (number == null) {
                throw unknown(codePoints, i, text, who);
            }
            codePoints[i] = number;
        }
        return codePoints;
    }

    /** The text of these symbol numbers. */
    public String decode(int... encoded) {
        StringBuilder text = new StringBuilder(encoded.length);
        for (int number : encoded) {
            text.append(symbols.get(number));
        }
        return text.toString();
    }

    private static InvalidInputException unknown(int[] codePoints, int position, String text, String who) {
        int line = 1;
        int column = 1;
        int[] all = text.codePoints().limit(position).toArray();
        for (int codePoint : all) {
            column = codePoint == '\n' ? 1 : column + 1;
            line += codePoint == '\n' ? 1 : 0;
        }
        String shown = Character.isISOControl(codePoints[position])
                ? "a control character"
                : "the character '" + Character.toString(codePoints[position]) + "'";
        return new InvalidInputException(
                "%s, line %d, column %d: expected characters the model knows, got %s (U+%04X). "
                                .formatted(who, line, column, shown, codePoints[position])
                        + "Take the character out, or train on text that holds it.");
    }
}
