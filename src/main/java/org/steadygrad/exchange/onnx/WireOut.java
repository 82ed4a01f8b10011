package org.steadygrad.exchange.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Writes protocol-buffer messages. Methods return this, so that fields stand one after the other. */
final class WireOut {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    byte[] toBytes() {
        return bytes.toByteArray();
    }

    WireOut number(int field, long value) {
        tag(field, Wire.VARINT);
        return varint(value);
    }

    WireOut decimal(int field, float value) {
        tag(field, Wire.FIXED32);
        ByteBuffer four =
                ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).putFloat(value);
        bytes.writeBytes(four.array());
        return this;
    }

    WireOut text(int field, String value) {
        return raw(field, value.getBytes(StandardCharsets.UTF_8));
    }

    WireOut raw(int field, byte[] value) {
        tag(field, Wire.BYTES);
        varint(value.length);
        bytes.writeBytes(value);
        return this;
    }

    WireOut message(int field, Consumer<WireOut> content) {
        WireOut inner = new WireOut();
        content.accept(inner);
        tag(field, Wire.BYTES);
        varint(inner.bytes.size());
        bytes.writeBytes(inner.bytes.toByteArray());
        return this;
    }

    private void tag(int field, int type) {
        varint((long) field << 3 | type);
    }

    private WireOut varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        bytes.write((int) rest);
        return this;
    }
}
