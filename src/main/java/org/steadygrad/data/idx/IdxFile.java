package org.steadygrad.data.idx;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.input.DataFile;

/**
 * A file of unsigned bytes in the IDX format (as MNIST's): two zero bytes, the type 8, the number of dimensions, the size
 * of each as a big-endian 32-bit number, then the bytes. Compressed by gzip or not, as its first bytes say.
 *
 * @param shape sizes of the dimensions as the header gives them; the first is the number of items
 * @param items the bytes of the first items, as many as were asked for
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and copies of whole files would be costly
record IdxFile(int[] shape, byte[][] items) {
    private static final int UNSIGNED_BYTE = 8;

    /** DEFLATE makes at most 1032 bytes out of one. */
    private static final long LARGEST_EXPANSION = 1032;

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
            int[] shape = header(data, file.name(), dimensions, what);
            checkSize(file, zipped, shape);
            return new IdxFile(shape, items(data, file.name(), shape, limit));
        } catch (EOFException e) {
            throw damaged(file.name(), "a file that is cut short", e);
        } catch (ZipException e) {
            throw damaged(file.name(), "damaged gzip data (" + e.getMessage() + ")", e);
        } catch (IOException e) {
            throw file.unreadable(e);
        }
    }

    /** Bytes per item. */
    int itemSize() {
        return (int) Arrays.stream(shape).skip(1).asLongStream().reduce(1, (a, b) -> a * b);
    }

    private static int[] header(DataInputStream in, String name, int dimensions, String what) throws IOException {
        int magic = in.readInt();
        int expected = UNSIGNED_BYTE << 8 | dimensions;
        if (magic != expected) {
            throw InvalidInputException.of(
                    name,
                    "an IDX file of %s, which starts with %08X".formatted(what, expected),
                    "%08X".formatted(magic),
                    "Check that data.images and data.labels name the right files.");
        }
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
    private static void checkSize(DataFile file, boolean zipped, int[] shape) {
        double needed = Arrays.stream(shape).asDoubleStream().reduce(1, (a, b) -> a * b);
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

    private static byte[][] items(DataInputStream in, String name, int[] shape, int limit) throws IOException {
        byte[][] items = new byte[Math.min(shape[0], limit)][];
        IdxFile sizes = new IdxFile(shape, items);
        long memory = Runtime.getRuntime().maxMemory();
        if ((long) items.length * sizes.itemSize() > memory) {
            throw InvalidInputException.of(
                    name,
                    "images that fit into memory (" + memory + " bytes)",
                    items.length + " of " + sizes.itemSize() + " bytes each",
                    "Lower data.limit, or give Java more memory (-Xmx).");
        }
        for (int i = 0; i < items.length; i++) {
            items[i] = in.readNBytes(sizes.itemSize());
            if (items[i].length < sizes.itemSize()) {
                throw new EOFException();
            }
        }
        in.skipNBytes((long) (shape[0] - items.length) * sizes.itemSize());
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
