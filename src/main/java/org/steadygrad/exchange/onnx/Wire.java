package org.steadygrad.exchange.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;
import org.steadygrad.check.InvalidInputException;

/**
 * A protocol-buffer message, field by field. Nothing is copied but texts; lengths are checked against what there is.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">the encoding</a>
 */
final class Wire {
    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int BYTES = 2;
    static final int FIXED32 = 5;

    private static final int LONGEST_VARINT = 10;

    private final ByteBuffer bytes;
    private final String who;
    private int field;
    private int type;

    /** @param bytes from position to limit; left as they are */
    Wire(ByteBuffer bytes, String who) {
        this.bytes = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
        this.who = who;
    }

    /** Goes to the next field, whose value must then be read. @return whether there is one */
    boolean next() {
        if (!bytes.hasRemaining()) {
            return false;
        }
        long tag = varint();
        field = (int) (tag >>> 3);
        type = (int) (tag & 7);
        if (tag >>> 3 < 1 || tag >>> 3 > 0x1fffffff) {
            throw damaged("a field number from 1 to 2^29", tag >>> 3);
        }
        return true;
    }

    int field() {
        return field;
    }

    /** The value of a field that holds a number; packed or single ones are handed on one by one. */
    void numbers(LongConsumer to) {
        if (type != BYTES) {
            to.accept(number());
            return;
        }
        Wire packed = new Wire(bytes(), who);
        while (packed.bytes.hasRemaining()) {
            to.accept(packed.varint());
        }
    }

    /** As {@link #numbers}, of 32-bit floats, as their bits. */
    void floats(LongConsumer to) {
        if (type != BYTES) {
            to.accept(fixed32());
            return;
        }
        ByteBuffer packed = bytes().order(ByteOrder.LITTLE_ENDIAN);
        requireWhole(packed, Float.BYTES);
        while (packed.hasRemaining()) {
            to.accept(packed.getInt());
        }
    }

    /** As {@link #numbers}, of 64-bit floats, as their bits. */
    void doubles(LongConsumer to) {
        if (type != BYTES) {
            expect(FIXED64);
            require(Double.BYTES);
            to.accept(bytes.getLong());
            return;
        }
        ByteBuffer packed = bytes().order(ByteOrder.LITTLE_ENDIAN);
        requireWhole(packed, Double.BYTES);
        while (packed.hasRemaining()) {
            to.accept(packed.getLong());
        }
    }

    private void requireWhole(ByteBuffer packed, int width) {
        if (packed.remaining() % width != 0) {
            throw damaged("a multiple of " + width + " bytes", packed.remaining());
        }
    }

    long number() {
        expect(VARINT);
        return varint();
    }

    int fixed32() {
        expect(FIXED32);
        require(Integer.BYTES);
        return bytes.getInt();
    }

    /** The bytes of a text, a message or an array; a view. */
    ByteBuffer bytes() {
        expect(BYTES);
        long length = varint();
        if (length < 0 || length > bytes.remaining()) {
            throw damaged("at most " + bytes.remaining() + " bytes in field " + field, Long.toUnsignedString(length));
        }
        ByteBuffer part = bytes.slice(bytes.position(), (int) length);
        bytes.position(bytes.position() + (int) length);
        return part;
    }

    String text() {
        return StandardCharsets.UTF_8.decode(bytes()).toString();
    }

    Wire message() {
        return new Wire(bytes(), who);
    }

    /** Passes over a field that changes nothing of what is computed. */
    void skip() {
        switch (type) {
            case VARINT -> varint();
            case FIXED64 -> {
                require(Long.BYTES);
                bytes.getLong();
            }
            case BYTES -> bytes();
            case FIXED32 -> fixed32();
            default -> throw damaged("a known kind of field", type);
        }
    }

    private long varint() {
        long value = 0;
        for (int i = 0; i < LONGEST_VARINT; i++) {
            require(1);
            byte next = bytes.get();
            value |= (long) (next & 0x7f) << (7 * i);
            if (next >= 0) {
                return value;
            }
        }
        throw damaged("numbers of at most 10 bytes", "more");
    }

    private void expect(int expected) {
        if (type != expected) {
            throw damaged("kind " + expected + " for field " + field, type);
        }
    }

    private void require(int count) {
        if (bytes.remaining() < count) {
            throw damaged("a whole message", "its end");
        }
    }

    private InvalidInputException damaged(String expected, Object got) {
        return InvalidInputException.of(who, expected, got, "The file is damaged, or isn't an ONNX file.");
    }
}
