package org.steadygrad.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers as pages hold and show them. */
final class Numbers {
    private static final MathContext FOUR_DIGITS = new MathContext(4, RoundingMode.HALF_EVEN);

    private Numbers() {}

    /** Appends a number in four digits, which is more than charts can show; null for what isn't finite. */
    static void add(ArrayNode array, double value) {
        if (Double.isFinite(value)) {
            array.add(rounded(value));
        } else {
            array.addNull();
        }
    }

    /** Puts a number in four digits; null for what isn't finite. */
    static void put(ObjectNode object, String field, double value) {
        if (Double.isFinite(value)) {
            object.put(field, rounded(value));
        } else {
            object.putNull(field);
        }
    }

    static ArrayNode array(double[] values) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode(values.length);
        for (double value : values) {
            add(array, value);
        }
        return array;
    }

    private static double rounded(double value) {
        return new BigDecimal(value).round(FOUR_DIGITS).doubleValue();
    }

    /** A number in a sentence. */
    static String words(double value) {
        boolean plain = value == 0 || (Math.abs(value) >= 0.001 && Math.abs(value) < 100_000);
        return Double.isFinite(value) && plain
                ? new BigDecimal(value)
                        .round(new MathContext(3))
                        .toPlainString()
                        .replaceAll("(\\.\\d*?)0+$", "$1")
                        .replaceAll("\\.$", "")
                : String.format(Locale.ROOT, "%.1e", value);
    }
}
