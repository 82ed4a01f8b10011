package org.steadygrad.data.csv;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How cells are read as numbers, and which words say that there is none.
 *
 * @param decimalComma whether a comma stands before decimals
 * @param missingWords words for a missing value beside the usual ones
 */
record CellReading(boolean decimalComma, Set<String> missingWords) {
    private static final Pattern POINT = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");
    private static final Pattern COMMA = Pattern.compile("[+-]?(\\d+,?\\d*|,\\d+)([eE][+-]?\\d+)?");
    private static final Pattern NOT_A_NUMBER = Pattern.compile("[+-]?nan", Pattern.CASE_INSENSITIVE);
    private static final Pattern INFINITE = Pattern.compile("[+-]?inf(inity)?", Pattern.CASE_INSENSITIVE);

    /** In lower case; none of them can be a number, so that nothing is lost by their number. */
    private static final Set<String> USUAL = Set.of("", "na", "n/a", "#n/a", "null", "?", "-");

    /** A class may well be called "-". */
    private static final Set<String> USUAL_OF_CLASSES = Set.of("", "NA", "N/A", "#N/A", "null", "NULL", "?");

    CellReading {
        missingWords = Set.copyOf(missingWords);
    }

    /** Whether a cell says that there is no number. */
    boolean missing(String content) {
        return USUAL.contains(content.toLowerCase(Locale.ROOT))
                || notANumber(content)
                || missingWords.contains(content);
    }

    /** Whether a cell says that there is no class. */
    boolean missingClass(String content) {
        return USUAL_OF_CLASSES.contains(content) || missingWords.contains(content);
    }

    /** Whether it is a finite number in plain or scientific notation. */
    boolean number(String content) {
        return (decimalComma ? COMMA : POINT).matcher(content).matches();
    }

    /** Of a cell that is a {@link #number}. */
    double parse(String content) {
        return Double.parseDouble(decimalComma ? content.replace(',', '.') : content);
    }

    /** Whether it would be a number if decimals were written the other way. */
    boolean otherNumber(String content) {
        return !number(content)
                && (decimalComma ? POINT : COMMA).matcher(content).matches();
    }

    /** Whether it is how programs write what isn't a number. */
    static boolean notANumber(String content) {
        return NOT_A_NUMBER.matcher(content).matches();
    }

    static boolean infinite(String content) {
        return INFINITE.matcher(content).matches();
    }
}
