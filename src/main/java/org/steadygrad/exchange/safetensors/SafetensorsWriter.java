package org.steadygrad.exchange.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.steadygrad.exchange.array.ElementType;
import org.steadygrad.exchange.array.NamedArrays;
import org.steadygrad.exchange.array.StoredArray;

/** Writes safetensors files: floats as F32, doubles as F64, whole numbers as I64. */
public final class SafetensorsWriter {
    private static final int BUFFER = 1 << 16;
    private static final int ALIGNMENT = 8;

    private SafetensorsWriter() {}

    /**
     * Writes arrays in their order, those with wider elements first, so that every array lies at a multiple of its elements' size.
     *
     * @param out is left open
     */
    public static void write(NamedArrays content, OutputStream out) throws IOException {
        List<Map.Entry<String, StoredArray>> ordered = content.arrays().entrySet().stream()
                .sorted(Comparator.comparingInt(entry -> -width(entry.getValue())))
                .toList();
        byte[] header = header(ordered, content.metadata());
        int padding = Math.floorMod(-header.length, ALIGNMENT);
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
        out.write(buffer.putLong(header.length + padding).array(), 0, Long.BYTES);
        out.write(header);
        out.write(" ".repeat(padding).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        for (Map.Entry<String, StoredArray> entry : ordered) {
            writeValues(entry.getValue(), buffer, out);
        }
    }

    private static byte[] header(List<Map.Entry<String, StoredArray>> ordered, Map<String, String> metadata)
            throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart(SafetensorsHeader.METADATA);
                for (Map.Entry<String, String> entry : metadata.entrySet()) {
                    json.writeStringField(entry.getKey(), entry.getValue());
                }
                json.writeEndObject();
            }
            long start = 0;
            for (Map.Entry<String, StoredArray> entry : ordered) {
                StoredArray tensor = entry.getValue();
                long end = start + (long) tensor.length() * width(tensor);
                json.writeObjectFieldStart(entry.getKey());
                json.writeStringField(
                        "dtype", !tensor.floating() ? "I64" : width(tensor) == Double.BYTES ? "F64" : "F32");
                json.writeFieldName("shape");
                json.writeArray(tensor.shape(), 0, tensor.rank());
                json.writeFieldName("data_offsets");
                json.writeArray(new long[] {start, end}, 0, 2);
                json.writeEndObject();
                start = end;
            }
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static int width(StoredArray tensor) {
        return !tensor.floating() || tensor.type() == ElementType.FLOAT64 ? Long.BYTES : Float.BYTES;
    }

    private static void writeValues(StoredArray tensor, ByteBuffer buffer, OutputStream out) throws IOException {
        int width = width(tensor);
        for (int done = 0; done < tensor.length(); ) {
            int part = Math.min(BUFFER / width, tensor.length() - done);
            buffer.clear();
            if (!tensor.floating()) {
                buffer.asLongBuffer().put(tensor.integers("array"), done, part);
            } else if (width == Double.BYTES) {
                buffer.asDoubleBuffer().put(tensor.doubles(), done, part);
            } else {
                buffer.asFloatBuffer().put(tensor.floats(), done, part);
            }
            out.write(buffer.array(), 0, part * width);
            done += part;
        }
    }
}
