package org.steadygrad.data.csv;

import java.util.regex.Pattern;
import org.steadygrad.check.InvalidInputException;

/** One cell and where it stands. */
record CsvCell(String file, long line, String column, String content) {
    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");
    private static final Pattern DECIMAL_COMMA = Pattern.compile("[+-]?\\d*,\\d+");
    private static final Pattern NOT_A_NUMBER = Pattern.compile("[+-]?nan", Pattern.CASE_INSENSITIVE);
    private static final int SHOWN = 60;

    static boolean isMissing(String content) {
        return content.isEmpty() || content.equals("NA");
    }

    static boolean isNumber(String content) {
        return NUMBER.matcher(content).matches();
    }

    boolean missing() {
        return isMissing(content);
    }

    /** Whether it is how programs write what isn't a number. */
    boolean notANumber() {
        return NOT_A_NUMBER.matcher(content).matches();
    }

    /**
     * Numbers that only a double can hold are refused even where scaling would bring them back into range: next to one of
     * them all others of its column become the same.
     *
     * @throws InvalidInputException unless the cell is a number in plain or scientific notation that a 32-bit float can hold
     */
    double number() {
        double value = isNumber(content) ? Double.parseDouble(content) : Double.NaN;
        if (Math.abs(value) > Float.MAX_VALUE) {
            throw error("a number that a 32-bit float can hold, at most 3.4e38 in magnitude", "Mend the cell.");
        }
        if (Double.isNaN(value)) {
            String remedy = DECIMAL_COMMA.matcher(content).matches()
                    ? "Write decimals with a point."
                    : "Mend the cell, or leave the column out by naming the others in data.inputs.";
            throw error("a finite number", remedy);
        }
        return value;
    }

    InvalidInputException error(String expected, String remedy) {
        String shown = content.length() > SHOWN ? content.substring(0, SHOWN) + "..." : content;
        return InvalidInputException.of(
                "%s, line %d, column \"%s\"".formatted(file, line, column), expected, shown, remedy);
    }
}
