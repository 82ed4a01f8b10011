package org.steadygrad.spec.yaml;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads single values by the type that is wanted, not by what YAML 1.1 would guess: {@code 1e-3} is a number, a run may
 * be named {@code 5}, a header may be {@code no}.
 */
final class Scalars {
    private static final Pattern WHOLE = Pattern.compile("[+-]?[0-9][0-9_]*");
    private static final Pattern NUMBER =
            Pattern.compile("[+-]?(?:[0-9][0-9_]*\\.?[0-9_]*|\\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?");
    private static final double EXACT = 1L << 53;
    private static final Set<String> TRUE = Set.of("true", "yes", "on");
    private static final Set<String> FALSE = Set.of("false", "no", "off");

    private Scalars() {}

    /**
     * Reads a value as a {@code type}.
     *
     * @param doc what the key means, for the error
     */
    static Object parse(Class<?> type, Node.Scalar scalar, String who, String doc) {
        if (scalar.isNull()) {
            throw Problems.wrong(who, expected(type), scalar, doc);
        }
        if (type == String.class) {
            return scalar.text();
        }
        if (type.isEnum()) {
            Map<String, Enum<?>> constants = Schema.constants(type);
            Enum<?> constant = constants.get(scalar.text());
            if (constant == null) {
                throw Problems.unknownWord(who, scalar.text(), constants.keySet());
            }
            return constant;
        }
        if (scalar.quoted()) {
            throw Problems.wrong(who, expected(type), scalar, "Take it out of the quotes.");
        }
        if (type == boolean.class || type == Boolean.class) {
            return bool(scalar, who, doc);
        }
        if (type == double.class || type == Double.class) {
            return number(scalar, who, doc);
        }
        long value = whole(type, scalar, who, doc);
        return type == long.class || type == Long.class ? (Object) value : (Object) (int) value;
    }

    /** Returns the words for a type, also used by the reference. */
    static String expected(Class<?> type) {
        if (type == String.class) {
            return "a text";
        }
        if (type.isEnum()) {
            return "one of " + String.join(", ", Schema.constants(type).keySet());
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        return type == double.class || type == Double.class ? "a number" : "a whole number";
    }

    private static boolean bool(Node.Scalar scalar, String who, String doc) {
        String word = scalar.text().toLowerCase(Locale.ROOT);
        if (!TRUE.contains(word) && !FALSE.contains(word)) {
            throw Problems.wrong(who, expected(boolean.class), scalar, doc);
        }
        return TRUE.contains(word);
    }

    private static double number(Node.Scalar scalar, String who, String doc) {
        if (!NUMBER.matcher(scalar.text()).matches()) {
            throw Problems.wrong(who, expected(double.class), scalar, doc);
        }
        double value = Double.parseDouble(scalar.text().replace("_", ""));
        if (Double.isInfinite(value)) {
            throw Problems.wrong(who, "a number of a size that a computer can hold", scalar, doc);
        }
        return value;
    }

    private static long whole(Class<?> type, Node.Scalar scalar, String who, String doc) {
        boolean isLong = type == long.class || type == Long.class;
        long low = isLong ? Long.MIN_VALUE : Integer.MIN_VALUE;
        long high = isLong ? Long.MAX_VALUE : Integer.MAX_VALUE;
        String text = scalar.text().replace("_", "");
        if (WHOLE.matcher(scalar.text()).matches()) {
            try {
                long value = Long.parseLong(text);
                if (value >= low && value <= high) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // Too long for any whole number of ours; the error below says so.
            }
            throw Problems.wrong(who, "a whole number between " + low + " and " + high, scalar, doc);
        }
        if (NUMBER.matcher(scalar.text()).matches()) {
            double value = Double.parseDouble(text);
            if (value == Math.rint(value) && Math.abs(value) <= Math.min(EXACT, (double) high)) {
                return (long) value;
            }
        }
        throw Problems.wrong(who, expected(type), scalar, doc);
    }
}
