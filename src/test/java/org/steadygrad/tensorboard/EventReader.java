package org.steadygrad.tensorboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads event files as the formats are described, with nothing that the writer uses: TFRecord's framing, CRC-32C bit by bit,
 * protocol buffers' wire format, and the field numbers of TensorFlow's event.proto, summary.proto and tensor.proto.
 */
final class EventReader {
    private EventReader() {}

    /** @param version "" when it isn't said @param start whether it is the log of a session's start */
    record Event(double wallTime, long step, String version, boolean start, Map<String, Value> values) {}

    /** One of a number, a histogram and a text; the others are null. */
    record Value(Float scalar, Histogram histogram, String text, String plugin) {}

    record Histogram(
            double min,
            double max,
            double count,
            double sum,
            double squares,
            List<Double> limits,
            List<Double> buckets) {}

    static List<Event> read(Path file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<Event> events = new ArrayList<>();
        while (in.hasRemaining()) {
            byte[] length = take(in, 8);
            assertEquals(masked(crc32c(length)), in.getInt() & 0xffffffffL, "checksum of a length");
            byte[] record = take(in, (int) number(length));
            assertEquals(masked(crc32c(record)), in.getInt() & 0xffffffffL, "checksum of a record");
            events.add(event(fields(record)));
        }
        return events;
    }

    private static long masked(long crc) {
        return (((crc >>> 15) | (crc << 17)) + 0xa282ead8L) & 0xffffffffL;
    }

    /** Castagnoli's polynomial, reflected. */
    static long crc32c(byte[] data) {
        long crc = 0xffffffffL;
        for (byte b : data) {
            crc ^= b & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) == 1 ? (crc >>> 1) ^ 0x82f63b78L : crc >>> 1;
            }
        }
        return crc ^ 0xffffffffL;
    }

    /** Field number to its values: numbers as they stand in the message, all else as bytes. */
    private static Map<Integer, List<Object>> fields(byte[] message) {
        ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        Map<Integer, List<Object>> fields = new TreeMap<>();
        while (in.hasRemaining()) {
            long tag = varint(in);
            Object value =
                    switch ((int) (tag & 7)) {
                        case 0 -> varint(in);
                        case 1 -> in.getDouble();
                        case 2 -> take(in, (int) varint(in));
                        case 5 -> in.getFloat();
                        default -> throw new AssertionError("wire type of tag " + tag);
                    };
            fields.computeIfAbsent((int) (tag >>> 3), n -> new ArrayList<>()).add(value);
        }
        return fields;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = in.get();
            value |= (b & 0x7fL) << shift;
            if (b >= 0) {
                return value;
            }
        }
    }

    private static byte[] take(ByteBuffer in, int length) {
        byte[] taken = new byte[length];
        in.get(taken);
        return taken;
    }

    private static long number(byte[] littleEndian) {
        return ByteBuffer.wrap(littleEndian).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    private static Event event(Map<Integer, List<Object>> event) {
        assertTrue(List.of(1, 2, 3, 5, 7).containsAll(event.keySet()), "fields of Event: " + event.keySet());
        boolean start = event.containsKey(7) && fields(bytes(event, 7)).get(1).equals(List.of(1L));
        Map<String, Value> values = new LinkedHashMap<>();
        if (event.containsKey(5)) {
            for (Object value : fields(bytes(event, 5)).getOrDefault(1, List.of())) {
                Map<Integer, List<Object>> read = fields((byte[]) value);
                assertEquals(null, values.put(text(read, 1), value(read)), "a tag twice at a step");
            }
        }
        String version = event.containsKey(3) ? text(event, 3) : "";
        long step = (long) event.getOrDefault(2, List.of(0L)).get(0);
        return new Event((double) event.get(1).get(0), step, version, start, values);
    }

    private static Value value(Map<Integer, List<Object>> value) {
        if (value.containsKey(2)) {
            return new Value((Float) value.get(2).get(0), null, null, null);
        }
        if (value.containsKey(5)) {
            return new Value(null, histogram(fields(bytes(value, 5))), null, null);
        }
        Map<Integer, List<Object>> tensor = fields(bytes(value, 8));
        assertEquals(List.of(7L), tensor.get(1), "a tensor of strings");
        assertEquals(List.of(1L), fields(bytes(fields(bytes(tensor, 2)), 2)).get(1), "a single one");
        Map<Integer, List<Object>> plugin = fields(bytes(fields(bytes(value, 9)), 1));
        return new Value(null, null, text(tensor, 8), text(plugin, 1));
    }

    private static Histogram histogram(Map<Integer, List<Object>> fields) {
        double[] numbers = new double[6];
        for (int i = 1; i <= 5; i++) {
            numbers[i] = (double) fields.getOrDefault(i, List.of(0.0)).get(0);
        }
        return new Histogram(
                numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], packed(fields, 6), packed(fields, 7));
    }

    private static List<Double> packed(Map<Integer, List<Object>> fields, int number) {
        ByteBuffer in = ByteBuffer.wrap(bytes(fields, number)).order(ByteOrder.LITTLE_ENDIAN);
        List<Double> doubles = new ArrayList<>();
        while (in.hasRemaining()) {
            doubles.add(in.getDouble());
        }
        return doubles;
    }

    private static byte[] bytes(Map<Integer, List<Object>> fields, int number) {
        return (byte[]) fields.get(number).get(0);
    }

    private static String text(Map<Integer, List<Object>> fields, int number) {
        return new String(bytes(fields, number), StandardCharsets.UTF_8);
    }
}
