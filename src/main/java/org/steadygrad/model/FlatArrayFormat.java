package org.steadygrad.model;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Reads a vector that {@code Nd4j.write} wrote. ND4J's own reader takes length, shape and strides from the file as they
 * come; here they must agree with the bytes that are there.
 *
 * <p>The format, all big-endian: a header and its numbers for the shape information, then a header and its numbers for
 * the elements. A header is (modified UTF-8 allocation mode, length, modified UTF-8 data type); the length is an int
 * for the three legacy allocation modes, else a long.
 */
final class FlatArrayFormat {
    private static final Set<String> LEGACY_MODES = Set.of("DIRECT", "HEAP", "JAVACPP");
    private static final int MAX_SHAPE_INFORMATION = 2 * 32 + 4;

    /** Largest size of what stands before the elements. */
    private static final int MAX_HEADER_BYTES = 1 << 16;

    private FlatArrayFormat() {}

    /** Largest number of bytes in which a vector of so many elements can be written. */
    static long mostBytes(long length) {
        return length > (Long.MAX_VALUE - MAX_HEADER_BYTES) / Double.BYTES
                ? Long.MAX_VALUE
                : MAX_HEADER_BYTES + length * Double.BYTES;
    }

    private record Header(long length, DataType type) {
        static Header read(DataInputStream in) throws IOException {
            String mode = in.readUTF();
            long length = LEGACY_MODES.contains(mode) ? in.readInt() : in.readLong();
            String type = in.readUTF();
            try {
                return new Header(length, DataType.valueOf(type));
            } catch (IllegalArgumentException e) {
                throw new IOException("unknown data type \"" + type + "\"", e);
            }
        }
    }

    /**
     * @param expectedLength number of elements that the configuration asks for
     * @return a row vector [1, expectedLength]
     * @throws IOException when the bytes don't hold that vector; the message says what differs
     */
    static INDArray read(byte[] bytes, long expectedLength) throws IOException {
        ByteArrayInputStream stream = new ByteArrayInputStream(bytes);
        DataInputStream in = new DataInputStream(stream);
        Header shape = Header.read(in);
        if (shape.length() < 4 || shape.length() > MAX_SHAPE_INFORMATION || shape.type() != DataType.INT64) {
            throw new IOException("its shape information is not one of ND4J");
        }
        in.skipNBytes(shape.length() * Long.BYTES);
        Header elements = Header.read(in);
        if (elements.length() != expectedLength) {
            throw new IOException("expected " + expectedLength + " numbers, got " + elements.length());
        }
        if (elements.type() != DataType.FLOAT && elements.type() != DataType.DOUBLE) {
            throw new IOException("expected numbers of type FLOAT or DOUBLE, got " + elements.type());
        }
        int width = elements.type().width();
        int present = stream.available();
        if (present % width != 0 || present / width != expectedLength) {
            throw new IOException("expected " + expectedLength + " numbers of " + width + " bytes, got " + present
                    + " bytes for them");
        }
        ByteBuffer raw = ByteBuffer.wrap(bytes, bytes.length - present, present);
        return row(raw, (int) expectedLength, elements.type());
    }

    private static INDArray row(ByteBuffer raw, int length, DataType type) {
        if (type == DataType.FLOAT) {
            float[] values = new float[length];
            raw.asFloatBuffer().get(values);
            return Nd4j.createFromArray(values).reshape(1, length);
        }
        double[] values = new double[length];
        raw.asDoubleBuffer().get(values);
        return Nd4j.createFromArray(values).reshape(1, length);
    }
}
