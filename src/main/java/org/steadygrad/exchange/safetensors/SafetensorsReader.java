package org.steadygrad.exchange.safetensors;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.check.Reason;
import org.steadygrad.exchange.array.ElementReading;
import org.steadygrad.exchange.array.NamedArrays;
import org.steadygrad.exchange.array.StoredArray;

/** Reads safetensors files. */
public final class SafetensorsReader {
    /** The limit of the format's own library. */
    private static final long LONGEST_HEADER = 100_000_000;

    private SafetensorsReader() {}

    /**
     * Reads all arrays. Names that were tied to others when the file was written, which it holds only in its metadata as
     * {@code {"name": "name of the array it shares"}}, are there too.
     *
     * @throws InvalidInputException when the file is damaged or has a type that isn't known
     * @throws IOException when it can't be read
     */
    public static NamedArrays read(Path file) throws IOException {
        String who = file.toString();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long headerBytes = headerBytes(channel, who);
            ByteBuffer json = ByteBuffer.allocate((int) headerBytes);
            channel.position(Long.BYTES);
            fill(channel, json, who);
            long data = Long.BYTES + headerBytes;
            SafetensorsHeader header = parse(json.array(), channel.size() - data, who);
            Map<String, StoredArray> tensors = new LinkedHashMap<>();
            for (Map.Entry<String, SafetensorsHeader.Entry> entry :
                    header.entries().entrySet()) {
                channel.position(data + entry.getValue().start());
                tensors.put(
                        entry.getKey(),
                        ElementReading.read(
                                entry.getValue().type(),
                                entry.getValue().shape(),
                                ByteOrder.LITTLE_ENDIAN,
                                channel::read));
            }
            return tied(tensors, header.metadata());
        }
    }

    private static long headerBytes(FileChannel channel, String who) throws IOException {
        ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        fill(channel, length, who);
        long headerBytes = length.getLong(0);
        long most = Math.min(LONGEST_HEADER, channel.size() - Long.BYTES);
        if (headerBytes < 2 || headerBytes > most) {
            throw InvalidInputException.of(
                    who,
                    "a header of 2 to " + most + " bytes",
                    Long.toUnsignedString(headerBytes),
                    "The file is damaged, or isn't a safetensors file.");
        }
        return headerBytes;
    }

    private static void fill(FileChannel channel, ByteBuffer buffer, String who) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw InvalidInputException.of(
                        who, "a safetensors file", "one that ends after " + channel.size() + " bytes", "");
            }
        }
    }

    private static SafetensorsHeader parse(byte[] json, long dataBytes, String who) throws IOException {
        try {
            return SafetensorsHeader.parse(json, dataBytes, who);
        } catch (JsonProcessingException e) {
            throw new InvalidInputException(
                    InvalidInputException.of(
                                    who,
                                    "a header in JSON",
                                    Reason.of(e),
                                    "The file is damaged, or isn't a safetensors file.")
                            .getMessage(),
                    e);
        }
    }

    private static NamedArrays tied(Map<String, StoredArray> tensors, Map<String, String> metadata) {
        Map<String, StoredArray> all = new LinkedHashMap<>(tensors);
        Map<String, String> rest = new LinkedHashMap<>();
        metadata.forEach((key, value) -> {
            if (tensors.containsKey(value) && !tensors.containsKey(key)) {
                all.put(key, tensors.get(value));
            } else {
                rest.put(key, value);
            }
        });
        return new NamedArrays(all, rest);
    }
}
