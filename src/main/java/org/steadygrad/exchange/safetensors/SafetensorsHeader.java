package org.steadygrad.exchange.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.exchange.array.ElementType;
import org.steadygrad.exchange.array.StoredArray;

/**
 * What the header says, checked: each array has a known type, a shape, and a place of just the size these need; the places fill what follows the
 * header without gaps and without overlapping, as the format demands.
 *
 * @param entries by name, in the header's order
 * @param metadata the texts under {@code __metadata__}
 */
record SafetensorsHeader(Map<String, Entry> entries, Map<String, String> metadata) {
    static final String METADATA = "__metadata__";
    private static final JsonFactory JSON = new JsonFactory().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
    private static final int MOST_AXES = 32;

    static final Map<String, ElementType> TYPES = Map.ofEntries(
            Map.entry("F64", ElementType.FLOAT64),
            Map.entry("F32", ElementType.FLOAT32),
            Map.entry("F16", ElementType.FLOAT16),
            Map.entry("BF16", ElementType.BFLOAT16),
            Map.entry("F8_E4M3", ElementType.FLOAT8_E4M3FN),
            Map.entry("F8_E5M2", ElementType.FLOAT8_E5M2),
            Map.entry("I64", ElementType.INT64),
            Map.entry("I32", ElementType.INT32),
            Map.entry("I16", ElementType.INT16),
            Map.entry("I8", ElementType.INT8),
            Map.entry("U64", ElementType.UINT64),
            Map.entry("U32", ElementType.UINT32),
            Map.entry("U16", ElementType.UINT16),
            Map.entry("U8", ElementType.UINT8),
            Map.entry("BOOL", ElementType.BOOL));

    /**
     * @param start first byte, counted from the end of the header
     * @param end byte after the last
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Entry(ElementType type, long[] shape, long start, long end) {}

    /** @param dataBytes bytes that follow the header */
    static SafetensorsHeader parse(byte[] json, long dataBytes, String who) throws IOException {
        Map<String, Entry> entries = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        try (JsonParser parser = JSON.createParser(new String(json, StandardCharsets.UTF_8))) {
            expect(parser, parser.nextToken(), JsonToken.START_OBJECT, who);
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                expect(parser, parser.nextToken(), JsonToken.START_OBJECT, who);
                if (name.equals(METADATA)) {
                    readMetadata(parser, metadata, who);
                } else {
                    entries.put(name, readEntry(parser, who + ", array " + name));
                }
            }
            if (parser.nextToken() != null) {
                throw damaged(who, "nothing after the header's object", parser.currentToken());
            }
        }
        requireNoGaps(entries, dataBytes, who);
        return new SafetensorsHeader(entries, metadata);
    }

    private static void readMetadata(JsonParser parser, Map<String, String> metadata, String who) throws IOException {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            expect(parser, parser.nextToken(), JsonToken.VALUE_STRING, who + ", " + METADATA);
            metadata.put(key, parser.getText());
        }
    }

    private static Entry readEntry(JsonParser parser, String who) throws IOException {
        ElementType type = null;
        long[] shape = null;
        long[] offsets = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            parser.nextToken();
            switch (key) {
                case "dtype" -> type = type(parser, who);
                case "shape" -> shape = numbers(parser, who);
                case "data_offsets" -> offsets = numbers(parser, who);
                default -> throw damaged(who, "dtype, shape and data_offsets", "the key \"" + key + "\"");
            }
        }
        if (type == null || shape == null || offsets == null || offsets.length != 2) {
            throw damaged(who, "dtype, shape and two data_offsets", "less");
        }
        long bytes = (long) StoredArray.elements(shape, who) * type.bytes();
        if (offsets[1] - offsets[0] != bytes) {
            throw damaged(who, bytes + " bytes for its type and shape", offsets[1] - offsets[0]);
        }
        return new Entry(type, shape, offsets[0], offsets[1]);
    }

    private static ElementType type(JsonParser parser, String who) throws IOException {
        expect(parser, parser.currentToken(), JsonToken.VALUE_STRING, who);
        ElementType type = TYPES.get(parser.getText());
        if (type == null) {
            throw InvalidInputException.of(
                    who,
                    "one of the types " + TYPES.keySet().stream().sorted().toList(),
                    parser.getText(),
                    "Convert the array before saving it, for example to float32.");
        }
        return type;
    }

    private static long[] numbers(JsonParser parser, String who) throws IOException {
        expect(parser, parser.currentToken(), JsonToken.START_ARRAY, who);
        List<Long> numbers = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(parser, parser.currentToken(), JsonToken.VALUE_NUMBER_INT, who);
            if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                    || parser.getLongValue() < 0
                    || numbers.size() == MOST_AXES) {
                throw damaged(who, "at most " + MOST_AXES + " sizes or offsets of 0 or more", parser.getText());
            }
            numbers.add(parser.getLongValue());
        }
        return numbers.stream().mapToLong(Long::longValue).toArray();
    }

    private static void requireNoGaps(Map<String, Entry> entries, long dataBytes, String who) {
        long end = 0;
        List<Map.Entry<String, Entry>> ordered = entries.entrySet().stream()
                .sorted(Comparator.<Map.Entry<String, Entry>>comparingLong(
                                entry -> entry.getValue().start())
                        .thenComparingLong(entry -> entry.getValue().end()))
                .toList();
        for (Map.Entry<String, Entry> entry : ordered) {
            if (entry.getValue().start() != end) {
                throw damaged(
                        who + ", array " + entry.getKey(),
                        "data that begin where those before end, at " + end,
                        entry.getValue().start());
            }
            end = entry.getValue().end();
        }
        if (end != dataBytes) {
            throw damaged(who, end + " bytes of arrays, as the header says", dataBytes);
        }
    }

    private static void expect(JsonParser parser, JsonToken got, JsonToken expected, String who) throws IOException {
        if (got != expected) {
            throw damaged(who, "a header with " + expected, got == null ? "its end" : parser.getText());
        }
    }

    private static InvalidInputException damaged(String who, String expected, Object got) {
        return InvalidInputException.of(who, expected, got, "The file is damaged, or isn't a safetensors file.");
    }
}
