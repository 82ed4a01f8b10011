package org.steadygrad.check;

import java.util.Locale;

/**
 * Text of files, names and arguments as messages show it. On a terminal a control character moves the cursor, hides or renames
 * things, and an overriding mark of direction (Boucher and Anderson 2021) makes a name look like another; a value of 300,000
 * characters hides the message around it.
 */
public final class Shown {
    /** More than any value that the program itself words. */
    private static final int LONGEST = 1000;

    private static final char ZERO_WIDTH_NON_JOINER = '\u200c';
    private static final char ZERO_WIDTH_JOINER = '\u200d';

    private Shown() {}

    /**
     * A value on one line: characters that aren't to be seen are escaped as in Java, and what is too long is shortened in the
     * middle, with the number of its characters.
     */
    public static String value(CharSequence text) {
        return shortened(text, LONGEST, true);
    }

    /**
     * A message, which may have lines and tabs; all else is as in {@link #value}.
     *
     * @param most characters, if it has more than these
     */
    public static String message(CharSequence text, int most) {
        return shortened(text, most, false);
    }

    private static String shortened(CharSequence text, int most, boolean oneLine) {
        int length = text.length();
        if (length <= most) {
            return escaped(text, oneLine);
        }
        // the end counts as well: of a path it is the name
        int head = outsidePair(text, most * 2 / 3);
        int tail = outsidePair(text, length - most / 3);
        return escaped(text.subSequence(0, head), oneLine)
                + String.format(Locale.ROOT, " ... (%,d characters) ... ", length)
                + escaped(text.subSequence(tail, length), oneLine);
    }

    private static int outsidePair(CharSequence text, int at) {
        return Character.isLowSurrogate(text.charAt(at)) ? at + 1 : at;
    }

    private static String escaped(CharSequence text, boolean oneLine) {
        StringBuilder shown = new StringBuilder(text.length());
        for (int at = 0; at < text.length(); at += Character.charCount(Character.codePointAt(text, at))) {
            append(Character.codePointAt(text, at), oneLine, shown);
        }
        return shown.toString();
    }

    private static void append(int codePoint, boolean oneLine, StringBuilder shown) {
        if (!isHidden(codePoint) || (!oneLine && (codePoint == '\n' || codePoint == '\t'))) {
            shown.appendCodePoint(codePoint);
        } else {
            shown.append(escape(codePoint));
        }
    }

    /** Whether a character does something instead of being seen. */
    public static boolean isHidden(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE ->
                true;
            // these two belong to words of several languages, and to pictures
            case Character.FORMAT -> codePoint != ZERO_WIDTH_NON_JOINER && codePoint != ZERO_WIDTH_JOINER;
            default -> false;
        };
    }

    /** A character as Java would write it in a string. */
    public static String escape(int codePoint) {
        return switch (codePoint) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default -> {
                StringBuilder code = new StringBuilder();
                for (char unit : Character.toChars(codePoint)) {
                    code.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
                }
                yield code.toString();
            }
        };
    }
}
