package org.steadygrad.data.csv;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/** What the cells of one column look like. */
final class ColumnSurvey {
    private static final Pattern WITH_POINT = Pattern.compile("[+-]?(\\d*\\.\\d+|\\d+\\.)([eE][+-]?\\d+)?");
    private static final Pattern WITH_COMMA = Pattern.compile("[+-]?(\\d*,\\d+|\\d+,)([eE][+-]?\\d+)?");

    /** What may be thousands as well as decimals. */
    private static final Pattern GROUPED = Pattern.compile("[+-]?[1-9]\\d{0,2}([,.]\\d{3})+");

    /** Share of a step by which decimal years that are rounded may be off. */
    private static final double UNEVEN = 0.05;

    private static final double FIRST_YEAR = 1000;
    private static final double LAST_YEAR = 2500;

    private static final Pattern WHOLE = Pattern.compile("[+-]?\\d{1,18}");

    /** A cell and its line, from 1; 0 if there is none. */
    record Cell(long line, String content) {
        static final Cell NONE = new Cell(0, "");

        boolean exists() {
            return line > 0;
        }

        @Override
        public String toString() {
            return "\"" + content + "\" in line " + line;
        }

        Cell or(long line, String content) {
            return exists() ? this : new Cell(line, content);
        }
    }

    private final CellReading words;
    private final TimeFormat.Guess times = new TimeFormat.Guess();
    private final Set<String> different = new HashSet<>();
    private long rows;
    private long filled;
    private long numbers;
    private Cell point = Cell.NONE;
    private Cell comma = Cell.NONE;
    private Cell grouped = Cell.NONE;
    private boolean counts = true;
    private boolean rising = true;
    private boolean whole = true;
    private double last = Double.NEGATIVE_INFINITY;
    private double first = Double.NaN;
    private double leastStep = Double.POSITIVE_INFINITY;
    private double largestStep;

    /** @param words which cells count as missing */
    ColumnSurvey(CellReading words) {
        this.words = words;
    }

    void add(long line, String content) {
        rows++;
        different.add(content);
        if (words.missing(content)) {
            counts = false;
            rising = false;
            return;
        }
        filled++;
        times.add(content);
        boolean hasComma = WITH_COMMA.matcher(content).matches();
        boolean number = hasComma || words.number(content) || CellReading.infinite(content);
        numbers += number ? 1 : 0;
        if (GROUPED.matcher(content).matches() && hasComma) {
            grouped = grouped.or(line, content);
        } else if (hasComma) {
            comma = comma.or(line, content);
        } else if (WITH_POINT.matcher(content).matches()) {
            point = point.or(line, content);
        }
        count(content, number);
    }

    private void count(String content, boolean number) {
        whole &= WHOLE.matcher(content).matches();
        double value = whole
                ? Double.parseDouble(content)
                : number && words.number(content) ? words.parse(content) : Double.NaN;
        counts &= whole && (filled == 1 ? value == 0 || value == 1 : value == last + 1);
        rising &= value > last;
        if (filled == 1) {
            first = value;
        } else {
            leastStep = Math.min(leastStep, value - last);
            largestStep = Math.max(largestStep, value - last);
        }
        last = value;
    }

    boolean isNumbers() {
        return filled > 0 && !isTimes() && 2 * numbers >= filled;
    }

    boolean isTimes() {
        return !times.formats().isEmpty();
    }

    boolean isEmpty() {
        return filled == 0;
    }

    TimeFormat.Guess times() {
        return times;
    }

    /** Whether it counts the rows from 0 or 1. */
    boolean counts() {
        return filled > 1 && counts;
    }

    /**
     * Years from one row to the next where numbers could be decimal years, as in 1949.0833: evenly spaced, at most a year apart.
     *
     * @return 0 where they couldn't
     */
    double yearStep() {
        boolean even = rising && filled > 2 && largestStep - leastStep <= UNEVEN * largestStep;
        return even && first >= FIRST_YEAR && last <= LAST_YEAR && largestStep <= 1 + UNEVEN
                ? (last - first) / (filled - 1)
                : 0;
    }

    /** Whether it could number or name rows: whole numbers, rising ones, or text. */
    boolean couldBeIndex() {
        return filled > 0 && (whole || rising || (!isNumbers() && !isTimes()));
    }

    boolean allDifferent() {
        return different.size() == rows;
    }

    /** Whether a cell stands in one of the rows. */
    boolean holds(String content) {
        return different.contains(content);
    }

    /** The first number with decimals after a point. */
    Cell point() {
        return point;
    }

    /** The first number with decimals after a comma. */
    Cell comma() {
        return comma;
    }

    /** The first number with a comma after which decimals may stand, or thousands. */
    Cell grouped() {
        return grouped;
    }
}
