package org.steadygrad.data.idx;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.input.DataFile;

/**
 * A file in the IDX format (as MNIST's): two zero bytes, the type of its elements, the number of dimensions, the size of each as a
 * big-endian 32-bit number, then the elements, big-endian. Compressed by gzip or not, as its first bytes say.
 *
 * @param type of its elements
 * @param shape sizes of the dimensions as the header gives them; the first is the number of items
 * @param items the elements of the first items, as many as were asked for
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and copies of whole files would be costly
record IdxFile(ElementType type, int[] shape, ByteBuffer[] items) {

    /** DEFLATE makes at most 1032 bytes out of one. */
    private static final long LARGEST_EXPANSION = 1032;

    /** What elements may be, and their code. */
    enum ElementType {
        UNSIGNED_BYTE(0x08, 1),
        BYTE(0x09, 1),
        SHORT(0x0B, 2),
        INT(0x0C, 4),
        FLOAT(0x0D, 4),
        DOUBLE(0x0E, 8);

        private final int code;
        private final int bytes;

        ElementType(int code, int bytes) {
            this.code = code;
            this.bytes = bytes;
        }

        boolean whole() {
            return this != FLOAT && this != DOUBLE;
        }
    }

    /**
     * Reads all of the file, so that damage anywhere in it is found, and keeps its first items.
     *
     * @param dimensions expected number of dimensions
     * @param what what the items are, for errors
     * @param limit largest number of items that are kept
     */
    static IdxFile read(DataFile file, int dimensions, String what, int limit) {
        try (BufferedInputStream raw = new BufferedInputStream(file.open(), 1 << 16)) {
            raw.mark(2);
            boolean zipped = raw.read() == 0x1F && raw.read() == 0x8B;
            raw.reset();
            InputStream in = zipped ? new BufferedInputStream(new GZIPInputStream(raw), 1 << 16) : raw;
            DataInputStream data = new DataInputStream(in);
            ElementType type = type(data.readInt(), file.name(), dimensions, what);
            int[] shape = header(data, file.name(), dimensions);
            checkSize(file, zipped, type, shape);
            return new IdxFile(type, shape, items(data, file.name(), type, shape, limit));
        } catch (EOFException e) {
            throw damaged(file.name(), "a file that is cut short", e);
        } catch (ZipException e) {
            throw damaged(file.name(), "damaged gzip data (" + e.getMessage() + ")", e);
        } catch (IOException e) {
            throw file.unreadable(e);
        }
    }

    /** Number of items that were read. */
    int count() {
        return items.length;
    }

    /** Elements per item. */
    int itemSize() {
        return itemSize(shape);
    }

    private static int itemSize(int[] shape) {
        return (int) Arrays.stream(shape).skip(1).asLongStream().reduce(1, (a, b) -> a * b);
    }

    double number(int item, int element) {
        ByteBuffer bytes = items[item];
        int at = element * type.bytes;
        return switch (type) {
            case UNSIGNED_BYTE -> Byte.toUnsignedInt(bytes.get(at));
            case BYTE -> bytes.get(at);
            case SHORT -> bytes.getShort(at);
            case INT -> bytes.getInt(at);
            case FLOAT -> bytes.getFloat(at);
            case DOUBLE -> bytes.getDouble(at);
        };
    }

    /** An element as a network is shown it: unsigned bytes are divided by 255, others are left as they are. */
    float pixel(int item, int element) {
        double number = number(item, element);
        return type == ElementType.UNSIGNED_BYTE ? (float) number / 255f : (float) number;
    }

    private static ElementType type(int magic, String name, int dimensions, String what) {
        return Arrays.stream(ElementType.values())
                .filter(type -> magic == (type.code << 8 | dimensions))
                .findFirst()
                .orElseThrow(() -> InvalidInputException.of(
                        name,
                        "an IDX file of %s, which starts with %08X (or another type of elements in place of 08)"
                                .formatted(what, ElementType.UNSIGNED_BYTE.code << 8 | dimensions),
                        "%08X".formatted(magic),
                        "Check that data.images and data.labels name the right files."));
    }

    private static int[] header(DataInputStream in, String name, int dimensions) throws IOException {
        int[] shape = new int[dimensions];
        for (int i = 0; i < dimensions; i++) {
            shape[i] = in.readInt();
            if (shape[i] < 1) {
                throw damaged(name, "the size " + shape[i] + " for dimension " + (i + 1) + " in its header", null);
            }
        }
        return shape;
    }

    /** Compares the header with the size of the file before memory is taken. */
    private static void checkSize(DataFile file, boolean zipped, ElementType type, int[] shape) {
        double needed = Arrays.stream(shape).asDoubleStream().reduce(type.bytes, (a, b) -> a * b);
        long header = 4L * (1 + shape.length);
        long size = file.size();
        boolean fits =
                size < 0 || (zipped ? needed <= (double) size * LARGEST_EXPANSION : needed + header == (double) size);
        if (!fits || needed / shape[0] > Integer.MAX_VALUE - 8) {
            String got = "a header that announces " + Arrays.toString(shape) + " in a file of " + size
                    + (zipped ? " compressed bytes" : " bytes");
            throw damaged(file.name(), got, null);
        }
    }

    private static ByteBuffer[] items(DataInputStream in, String name, ElementType type, int[] shape, int limit)
            throws IOException {
        ByteBuffer[] items = new ByteBuffer[Math.min(shape[0], limit)];
        int bytes = itemSize(shape) * type.bytes;
        long memory = Runtime.getRuntime().maxMemory();
        if ((long) items.length * bytes > memory) {
            throw InvalidInputException.of(
                    name,
                    "images that fit into memory (" + memory + " bytes)",
                    items.length + " of " + bytes + " bytes each",
                    "Lower data.limit, or give Java more memory (-Xmx).");
        }
        for (int i = 0; i < items.length; i++) {
            byte[] item = in.readNBytes(bytes);
            if (item.length < bytes) {
                throw new EOFException();
            }
            items[i] = ByteBuffer.wrap(item);
        }
        in.skipNBytes((long) (shape[0] - items.length) * bytes);
        if (in.read() >= 0) {
            throw damaged(name, "more bytes than its header " + Arrays.toString(shape) + " announces", null);
        }
        return items;
    }

    private static InvalidInputException damaged(String name, String got, Throwable cause) {
        String message = name + ": expected a complete IDX file, got " + got + ". Download or copy the file again.";
        return new InvalidInputException(message, cause);
    }
}
