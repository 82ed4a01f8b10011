package org.steadygrad.data.series.arff;

import java.util.ArrayList;
import java.util.List;
import org.steadygrad.check.InvalidInputException;

/**
 * Cuts a line of an ARFF file into words: blanks and commas part them, single and double quotes hold them together, a backslash
 * in quotes takes the next character as it is (n, r and t are line break, return and tab), braces stand for themselves, and what
 * follows a {@code %} outside of quotes is a comment.
 */
final class ArffTokens {
    /** @param quoted whether it stood in quotes, so that it is text in any case */
    record Token(String text, boolean quoted) {
        boolean is(String symbol) {
            return !quoted && text.equals(symbol);
        }

        boolean missing() {
            return is("?");
        }
    }

    private final String line;
    private final String place;
    private int at;

    private ArffTokens(String line, String place) {
        this.line = line;
        this.place = place;
    }

    /** @param place of the line, for errors */
    static List<Token> of(String line, String place) {
        return new ArffTokens(line, place).all();
    }

    private List<Token> all() {
        List<Token> tokens = new ArrayList<>();
        boolean valueExpected = true;
        while (at < line.length()) {
            char c = line.charAt(at);
            if (c == '%') {
                break;
            }
            if (c == ',') {
                if (valueExpected) {
                    throw InvalidInputException.of(place, "a value before each comma", line, "A missing value is a ?.");
                }
                valueExpected = true;
                at++;
            } else if (Character.isWhitespace(c)) {
                at++;
            } else {
                tokens.add(c == '\'' || c == '"' ? quoted(c) : plain(c));
                valueExpected = tokens.get(tokens.size() - 1).is("{");
            }
        }
        return tokens;
    }

    private Token plain(char first) {
        int begin = at++;
        if (first != '{' && first != '}') {
            while (at < line.length() && " \t,{}%".indexOf(line.charAt(at)) < 0) {
                at++;
            }
        }
        return new Token(line.substring(begin, at), false);
    }

    private Token quoted(char quote) {
        StringBuilder text = new StringBuilder();
        for (at++; at < line.length(); at++) {
            char c = line.charAt(at);
            if (c == quote) {
                at++;
                return new Token(text.toString(), true);
            }
            text.append(c == '\\' && at + 1 < line.length() ? escaped() : c);
        }
        throw InvalidInputException.of(place, "a closing quote " + quote, line, "");
    }

    private char escaped() {
        char c = line.charAt(++at);
        return switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> c;
        };
    }

    private char unicode() {
        String digits = line.substring(at + 1, Math.min(line.length(), at + 5));
        if (!digits.matches("[0-9A-Fa-f]{4}")) {
            return 'u';
        }
        at += 4;
        return (char) Integer.parseInt(digits, 16);
    }
}
