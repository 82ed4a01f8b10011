package org.steadygrad.data.csv;

import org.steadygrad.check.InvalidInputException;

/** One cell and where it stands. */
record CsvCell(String file, long line, String column, String content, CellReading reading) {
    private static final int SHOWN = 60;

    boolean missing() {
        return reading.missing(content);
    }

    boolean missingClass() {
        return reading.missingClass(content);
    }

    /** Whether it is how programs write what isn't a number. */
    boolean notANumber() {
        return CellReading.notANumber(content);
    }

    /**
     * Numbers that only a double can hold are refused even where scaling would bring them back into range: next to one of
     * them all others of its column become the same.
     *
     * @throws InvalidInputException unless the cell is a number in plain or scientific notation that a 32-bit float can hold
     */
    double number() {
        if (!reading.number(content)) {
            throw error("a finite number", remedy());
        }
        double value = reading.parse(content);
        if (Math.abs(value) > Float.MAX_VALUE) {
            throw error("a number that a 32-bit float can hold, at most 3.4e38 in magnitude", "Mend the cell.");
        }
        return value;
    }

    private String remedy() {
        if (reading.otherNumber(content)) {
            return reading.decimalComma()
                    ? "Decimals of this file are read with a comma; data.decimal: point reads them with a point."
                    : "Decimals of this file are read with a point; write them so, or set data.decimal to comma.";
        }
        if (TimeFormat.looksLikeTime(content)) {
            return "A time isn't a number: leave the column out by naming the others in data.inputs;"
                    + " data.calendar makes inputs of hours, weekdays and the like.";
        }
        return "Mend the cell, name the word in data.missingWords if it stands for a missing value,"
                + " or leave the column out by naming the others in data.inputs.";
    }

    InvalidInputException error(String expected, String remedy) {
        String shown = content.length() > SHOWN ? content.substring(0, SHOWN) + "..." : content;
        return InvalidInputException.of(
                "%s, line %d, column \"%s\"".formatted(file, line, column), expected, shown, remedy);
    }
}
