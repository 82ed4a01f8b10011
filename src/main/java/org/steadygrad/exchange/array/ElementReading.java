package org.steadygrad.exchange.array;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads arrays through a small buffer, so that no more memory is taken than the values need. */
public final class ElementReading {
    private static final int BUFFER = 1 << 16;

    /** Where bytes come from. */
    @FunctionalInterface
    public interface Bytes {
        /** Fills the buffer from its position to its limit, or as much as there is. @return bytes read; below 1 at the end */
        int read(ByteBuffer buffer) throws IOException;
    }

    private ElementReading() {}

    /**
     * Reads an array.
     *
     * @param shape whose elements the caller has checked against the size of what they are read from
     * @throws EOFException when bytes end early
     */
    public static StoredArray read(ElementType type, long[] shape, ByteOrder order, Bytes from) throws IOException {
        int count = StoredArray.elements(shape, "array");
        Object values = !type.floating()
                ? new long[count]
                : type == ElementType.FLOAT64 ? (Object) new double[count] : new float[count];
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(order);
        for (int done = 0; done < count; ) {
            int part = Math.min(count - done, BUFFER / type.bytes());
            buffer.clear().limit(part * type.bytes());
            fill(buffer, from);
            decode(type, buffer, values, done, part);
            done += part;
        }
        return StoredArray.of(type, values, shape);
    }

    private static void fill(ByteBuffer buffer, Bytes from) throws IOException {
        while (buffer.hasRemaining()) {
            if (from.read(buffer) < 1) {
                throw new EOFException("it ends " + buffer.remaining() + " bytes too early");
            }
        }
        buffer.flip();
    }

    private static void decode(ElementType type, ByteBuffer buffer, Object values, int start, int count) {
        if (values instanceof float[] floats) {
            type.floats(buffer, floats, start, count);
        } else if (values instanceof double[] doubles) {
            buffer.asDoubleBuffer().get(doubles, start, count);
        } else {
            type.integers(buffer, (long[]) values, start, count);
        }
    }
}
