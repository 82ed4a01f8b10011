package org.steadygrad.runlog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The fields of a row, of which none is taken for something that it isn't. */
final class Fields {
    private static final int SHOWN = 60;

    private final JsonNode row;

    Fields(JsonNode row) {
        this.row = row;
    }

    boolean has(String key) {
        return row.hasNonNull(key);
    }

    private JsonNode get(String key) {
        if (!row.hasNonNull(key)) {
            throw new BadRowException("one without " + key);
        }
        return row.get(key);
    }

    private static BadRowException other(String key, JsonNode got) {
        String text = got.toString();
        return new BadRowException(
                "one whose " + key + " is " + (text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "..."));
    }

    int count(String key) {
        JsonNode value = get(key);
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
            throw other(key, value);
        }
        return value.intValue();
    }

    double number(String key) {
        return number(key, get(key));
    }

    private static double number(String key, JsonNode value) {
        if (value.isNumber()) {
            return value.doubleValue();
        }
        return switch (value.isTextual() ? value.textValue() : "") {
            case "NaN" -> Double.NaN;
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> throw other(key, value);
        };
    }

    boolean flag(String key) {
        JsonNode value = get(key);
        if (!value.isBoolean()) {
            throw other(key, value);
        }
        return value.booleanValue();
    }

    String text(String key) {
        JsonNode value = get(key);
        if (!value.isTextual()) {
            throw other(key, value);
        }
        return value.textValue();
    }

    Optional<String> optionalText(String key) {
        return has(key) ? Optional.of(text(key)) : Optional.empty();
    }

    /** What a field holds as a whole. */
    <T> T object(String key, Class<T> type) {
        JsonNode value = get(key);
        try {
            return RunJson.READING.treeToValue(value, type);
        } catch (JsonProcessingException e) {
            throw new BadRowException("one whose " + key + " can't be read: " + HealthRows.reason(e), e);
        }
    }

    /** Numbers by name. */
    Map<String, Double> numbers(String key) {
        JsonNode value = get(key);
        if (!value.isObject()) {
            throw other(key, value);
        }
        Map<String, Double> numbers = new LinkedHashMap<>();
        value.properties()
                .forEach(field -> numbers.put(field.getKey(), number(key + "." + field.getKey(), field.getValue())));
        return numbers;
    }
}
