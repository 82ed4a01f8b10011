package org.steadygrad.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.stream.IntStream;

/** Numbers as pages hold and show them. */
final class Numbers {
    private static final int DIGITS = 4;
    private static final MathContext FOUR_DIGITS = new MathContext(DIGITS, RoundingMode.HALF_EVEN);
    /** Those that a double holds. */
    private static final double[] POWERS = IntStream.rangeClosed(0, 22)
            .mapToDouble(n -> Double.parseDouble("1e" + n))
            .toArray();

    private static final double LEAST = 1e-18;
    private static final double MOST = 1e18;

    private Numbers() {}

    /** A number in four digits, which is more than charts can show; null for what isn't finite. */
    static JsonNode node(double value) {
        return Double.isFinite(value) ? DoubleNode.valueOf(rounded(value)) : NullNode.instance;
    }

    /** Puts a number in four digits; null for what isn't finite. */
    static void put(ObjectNode object, String field, double value) {
        object.set(field, node(value));
    }

    static ArrayNode array(double[] values) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode(values.length);
        for (double value : values) {
            array.add(node(value));
        }
        return array;
    }

    /** A live page rounds tens of thousands of numbers a message, too many for decimals of any length where powers of ten are exact. */
    static double rounded(double value) {
        double size = Math.abs(value);
        if (size >= LEAST && size < MOST) {
            int places = DIGITS - 1 - (int) Math.floor(Math.log10(size));
            double power = POWERS[Math.abs(places)];
            return places < 0 ? Math.rint(value / power) * power : Math.rint(value * power) / power;
        }
        double decimal = new BigDecimal(value).round(FOUR_DIGITS).doubleValue();
        return Double.isInfinite(decimal) ? value : decimal;
    }

    /** A number in a sentence, in three digits. */
    static String words(double value) {
        double size = Math.abs(value);
        if (!Double.isFinite(value) || (size != 0 && (size < 0.001 || size >= 100_000))) {
            return String.format(Locale.ROOT, "%.1e", value);
        }
        int decimals = size == 0 ? 0 : Math.max(0, 2 - (int) Math.floor(Math.log10(size)));
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
