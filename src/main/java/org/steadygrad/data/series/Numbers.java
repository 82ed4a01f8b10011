package org.steadygrad.data.series;

import java.util.OptionalDouble;
import java.util.regex.Pattern;

/** Numbers as text files of series write them. */
public final class Numbers {
    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");
    private static final Pattern MISSING = Pattern.compile("\\?|[+-]?nan", Pattern.CASE_INSENSITIVE);

    private Numbers() {}

    /** @return NaN for {@code ?} and NaN; empty for what is neither a finite number nor missing */
    public static OptionalDouble parse(String text) {
        if (MISSING.matcher(text).matches()) {
            return OptionalDouble.of(Double.NaN);
        }
        if (!NUMBER.matcher(text).matches()) {
            return OptionalDouble.empty();
        }
        double value = Double.parseDouble(text);
        return Double.isInfinite(value) ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    public static boolean missing(String text) {
        return MISSING.matcher(text).matches();
    }
}
