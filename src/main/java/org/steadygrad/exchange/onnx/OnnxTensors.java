package org.steadygrad.exchange.onnx;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.exchange.array.ElementReading;
import org.steadygrad.exchange.array.ElementType;
import org.steadygrad.exchange.array.MemoryLimit;
import org.steadygrad.exchange.array.StoredArray;

/** Arrays of a model: TensorProto, with its values in one of several fields or in a file beside. */
final class OnnxTensors {
    /** An array and its name. */
    record Named(String name, StoredArray values) {}

    private static final Map<Integer, ElementType> TYPES = Map.ofEntries(
            Map.entry(1, ElementType.FLOAT32),
            Map.entry(2, ElementType.UINT8),
            Map.entry(3, ElementType.INT8),
            Map.entry(4, ElementType.UINT16),
            Map.entry(5, ElementType.INT16),
            Map.entry(6, ElementType.INT32),
            Map.entry(7, ElementType.INT64),
            Map.entry(9, ElementType.BOOL),
            Map.entry(10, ElementType.FLOAT16),
            Map.entry(11, ElementType.FLOAT64),
            Map.entry(12, ElementType.UINT32),
            Map.entry(13, ElementType.UINT64),
            Map.entry(16, ElementType.BFLOAT16),
            Map.entry(17, ElementType.FLOAT8_E4M3FN),
            Map.entry(19, ElementType.FLOAT8_E5M2));

    private final String who;
    private final Path folder;
    private final MemoryLimit limit;
    private final Set<Path> counted = new HashSet<>();

    /** @param folder where files with external data may lie, or below; null for none */
    OnnxTensors(String who, Path folder, MemoryLimit limit) {
        this.who = who;
        this.folder = folder;
        this.limit = limit;
    }

    /** What a message holds until it is whole. */
    private static final class Draft {
        private final LongStream.Builder sizes = LongStream.builder();
        private final LongStream.Builder numbers = LongStream.builder();
        private final LongStream.Builder bits = LongStream.builder();
        private final Map<String, String> external = new LinkedHashMap<>();
        private String name = "";
        private int type;
        private ByteBuffer raw;
        private boolean outside;
    }

    Named read(Wire wire) throws IOException {
        Draft draft = new Draft();
        while (wire.next()) {
            switch (wire.field()) {
                case 1 -> wire.numbers(draft.sizes);
                case 2 -> draft.type = (int) wire.number();
                case 4 -> wire.floats(draft.bits);
                case 5, 7, 11 -> wire.numbers(draft.numbers);
                case 8 -> draft.name = wire.text();
                case 9 -> draft.raw = wire.bytes();
                case 10 -> wire.doubles(draft.bits);
                case 13 -> pair(wire.message(), draft.external);
                case 14 -> draft.outside = wire.number() == 1;
                // doc_string, metadata_props
                case 12, 16 -> wire.skip();
                default -> throw damaged(draft, "arrays of numbers in one piece", "field " + wire.field());
            }
        }
        return new Named(draft.name, values(draft));
    }

    private static void pair(Wire wire, Map<String, String> to) {
        String key = "";
        String value = "";
        while (wire.next()) {
            switch (wire.field()) {
                case 1 -> key = wire.text();
                case 2 -> value = wire.text();
                default -> wire.skip();
            }
        }
        to.put(key, value);
    }

    private StoredArray values(Draft draft) throws IOException {
        ElementType type = TYPES.get(draft.type);
        if (type == null) {
            throw InvalidInputException.of(
                    name(draft),
                    "an array of numbers of a known type",
                    "ONNX's data type " + draft.type,
                    "Convert it to float32 first.");
        }
        long[] shape = draft.sizes.build().toArray();
        int count = StoredArray.elements(shape, name(draft));
        if (draft.outside) {
            return external(draft, type, shape, count);
        }
        if (draft.raw != null) {
            long bytes = (long) count * type.bytes();
            if (draft.raw.remaining() != bytes) {
                throw damaged(draft, bytes + " bytes", draft.raw.remaining());
            }
            ByteBuffer raw = draft.raw;
            return ElementReading.read(type, shape, ByteOrder.LITTLE_ENDIAN, buffer -> transfer(raw, buffer));
        }
        return listed(draft, type, shape, count);
    }

    private static int transfer(ByteBuffer from, ByteBuffer to) {
        int count = Math.min(from.remaining(), to.remaining());
        to.put(from.slice(from.position(), count));
        from.position(from.position() + count);
        return count;
    }

    /** Values in lists; those narrower than 32 bits stand as the bits of whole numbers. */
    private StoredArray listed(Draft draft, ElementType type, long[] shape, int count) throws IOException {
        boolean inBits = type == ElementType.FLOAT32 || type == ElementType.FLOAT64;
        long[] bits = draft.bits.build().toArray();
        long[] numbers = draft.numbers.build().toArray();
        long[] values = inBits ? bits : numbers;
        if (values.length != count || bits.length + numbers.length != count) {
            throw damaged(draft, count + " values", bits.length + numbers.length);
        }
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.multiplyExact(count, type.bytes())).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            switch (type.bytes()) {
                case 1 -> bytes.put((byte) value);
                case 2 -> bytes.putShort((short) value);
                case 4 -> bytes.putInt((int) value);
                default -> bytes.putLong(value);
            }
        }
        bytes.flip();
        return ElementReading.read(type, shape, ByteOrder.LITTLE_ENDIAN, buffer -> transfer(bytes, buffer));
    }

    private StoredArray external(Draft draft, ElementType type, long[] shape, int count) throws IOException {
        String location = draft.external.getOrDefault("location", "");
        for (String key : draft.external.keySet()) {
            if (!List.of("location", "offset", "length", "checksum").contains(key)) {
                throw damaged(draft, "location, offset and length of external data", key);
            }
        }
        long bytes = (long) count * type.bytes();
        long offset = number(draft, "offset", 0);
        long length = number(draft, "length", bytes);
        if (length != bytes) {
            throw damaged(draft, bytes + " bytes of external data", length);
        }
        Path file = within(draft, location);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (offset < 0 || offset > channel.size() - bytes) {
                throw damaged(
                        draft, bytes + " bytes from " + offset + " in " + location, "a file of " + channel.size());
            }
            if (counted.add(file.toRealPath())) {
                limit.allow(channel.size());
            }
            limit.take(count);
            channel.position(offset);
            return ElementReading.read(type, shape, ByteOrder.LITTLE_ENDIAN, channel::read);
        }
    }

    private long number(Draft draft, String key, long absent) {
        String text = draft.external.get(key);
        if (text == null) {
            return absent;
        }
        if (!text.matches("\\d{1,18}")) {
            throw damaged(draft, "a number as " + key + " of external data", text);
        }
        return Long.parseLong(text);
    }

    /** A path from a file leads nowhere but to regular files below its own folder, links resolved. */
    private Path within(Draft draft, String location) throws IOException {
        String remedy = "Keep the file with the weights beside the model.";
        if (folder == null) {
            throw InvalidInputException.of(
                    name(draft), "values in the model itself", "external data", "Read it from its file.");
        }
        Path file;
        try {
            file = Path.of(location);
        } catch (java.nio.file.InvalidPathException e) {
            throw InvalidInputException.of(name(draft), "external data in a file beside the model", location, remedy);
        }
        boolean plain =
                !location.isBlank() && !file.isAbsolute() && !file.normalize().startsWith("..");
        Path resolved = plain ? folder.resolve(file) : null;
        if (!plain || !Files.isRegularFile(resolved) || !resolved.toRealPath().startsWith(folder.toRealPath())) {
            String got = plain && !Files.exists(resolved) ? location + ", which isn't there" : location;
            throw InvalidInputException.of(name(draft), "external data in a file beside the model", got, remedy);
        }
        return resolved;
    }

    private String name(Draft draft) {
        return who + ", array " + draft.name;
    }

    private InvalidInputException damaged(Draft draft, String expected, Object got) {
        return InvalidInputException.of(name(draft), expected, got, "The file is damaged.");
    }
}
