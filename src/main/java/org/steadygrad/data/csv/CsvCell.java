package org.steadygrad.data.csv;

import java.util.regex.Pattern;
import org.steadygrad.check.InvalidInputException;

/** One cell and where it stands. */
record CsvCell(String file, long line, String column, String content) {
    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");
    private static final Pattern DECIMAL_COMMA = Pattern.compile("[+-]?\\d*,\\d+");
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

    /** @throws InvalidInputException unless the cell is a finite number in plain or scientific notation */
    double number() {
        double value = isNumber(content) ? Double.parseDouble(content) : Double.NaN;
        if (!Double.isFinite(value)) {
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
