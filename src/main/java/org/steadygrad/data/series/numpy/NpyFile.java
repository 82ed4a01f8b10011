package org.steadygrad.data.series.numpy;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.series.arrays.SeriesArray;

/** Reads one array. Memory is taken as bytes come, so that a header alone can't make it run out. */
final class NpyFile {
    /** Bytes of Java memory that an element takes at most beside its own: a double, and a text for labels. */
    private static final int MEMORY_PER_ELEMENT = 8;

    private final NpyHeader header;
    private final ByteBuffer bytes;

    private NpyFile(NpyHeader header, byte[] bytes) {
        this.header = header;
        this.bytes = ByteBuffer.wrap(bytes).order(header.bigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * @param name of the array
     * @param who the array, for errors
     */
    static SeriesArray read(InputStream in, String name, String who) throws IOException {
        DataInputStream data = new DataInputStream(in);
        try {
            NpyHeader header = NpyHeader.read(data, who);
            double size = header.count() * header.width();
            double memory = Runtime.getRuntime().maxMemory() / 4.0;
            if (size > Integer.MAX_VALUE - 8 || size + header.count() * MEMORY_PER_ELEMENT > memory) {
                throw InvalidInputException.of(
                        who,
                        "an array that fits into a quarter of the memory (%.0f bytes)".formatted(memory),
                        "%.0f elements of %d bytes".formatted(header.count(), header.width()),
                        "Give Java more memory (-Xmx), or use a part of the data.");
            }
            byte[] bytes = data.readNBytes((int) size);
            if (bytes.length < size) {
                throw new EOFException();
            }
            return new NpyFile(header, bytes).array(name);
        } catch (EOFException e) {
            throw new InvalidInputException(who + ": expected a whole array, got one that is cut short.", e);
        }
    }

    private SeriesArray array(String name) {
        int count = (int) header.count();
        int[] order = order(count);
        boolean labels = header.shape().length < 3;
        double[] numbers = header.isText() ? null : new double[count];
        String[] texts = labels ? new String[count] : null;
        for (int i = 0; i < count; i++) {
            int at = order == null ? i : order[i];
            if (numbers != null) {
                numbers[i] = number(at);
            }
            if (texts != null) {
                texts[i] = header.isText() ? text(at) : plain(at, numbers[i]);
            }
        }
        return new SeriesArray(name, header.shape(), numbers, texts);
    }

    /** Positions in the file of the elements in C order; null if they stand so. */
    private int[] order(int count) {
        int[] shape = header.shape();
        if (!header.fortran() || shape.length < 2) {
            return null;
        }
        int[] order = new int[count];
        int[] index = new int[shape.length];
        for (int i = 0; i < count; i++) {
            int place = 0;
            for (int axis = shape.length - 1; axis >= 0; axis--) {
                place = place * shape[axis] + index[axis];
            }
            order[i] = place;
            for (int axis = shape.length - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--) {
                index[axis] = 0;
            }
        }
        return order;
    }

    private double number(int element) {
        int at = element * header.width();
        return switch (header.kind()) {
            case 'b' -> bytes.get(at) == 0 ? 0 : 1;
            case 'f' ->
                switch (header.bytes()) {
                    case 2 -> half(bytes.getShort(at));
                    case 4 -> bytes.getFloat(at);
                    default -> bytes.getDouble(at);
                };
            default -> whole(at);
        };
    }

    private double whole(int at) {
        boolean unsigned = header.kind() == 'u';
        return switch (header.bytes()) {
            case 1 -> unsigned ? Byte.toUnsignedInt(bytes.get(at)) : bytes.get(at);
            case 2 -> unsigned ? Short.toUnsignedInt(bytes.getShort(at)) : bytes.getShort(at);
            case 4 -> unsigned ? Integer.toUnsignedLong(bytes.getInt(at)) : bytes.getInt(at);
            default -> {
                long value = bytes.getLong(at);
                yield unsigned && value < 0 ? new BigDecimal(Long.toUnsignedString(value)).doubleValue() : value;
            }
        };
    }

    /** IEEE 754 binary16. */
    private static double half(short bits) {
        int exponent = bits >> 10 & 0x1F;
        int mantissa = bits & 0x3FF;
        double size = exponent == 0
                ? mantissa * 0x1p-24
                : exponent == 31
                        ? mantissa == 0 ? Double.POSITIVE_INFINITY : Double.NaN
                        : (1 + mantissa * 0x1p-10) * Math.pow(2, exponent - 15.0);
        return bits < 0 ? -size : size;
    }

    /** A number as a class is called; whole ones without decimals. */
    private String plain(int element, double number) {
        if (header.kind() == 'f') {
            return number == Math.rint(number) && Math.abs(number) < 1e15
                    ? String.valueOf((long) number)
                    : String.valueOf(number);
        }
        if (header.bytes() < 8) {
            return String.valueOf((long) number);
        }
        long value = bytes.getLong(element * header.width());
        return header.kind() == 'u' ? Long.toUnsignedString(value) : String.valueOf(value);
    }

    /** Text is filled up with characters 0. */
    private String text(int element) {
        byte[] own = new byte[header.width()];
        bytes.get(element * header.width(), own);
        Charset charset = header.kind() == 'S'
                ? StandardCharsets.UTF_8
                : Charset.forName(header.bigEndian() ? "UTF-32BE" : "UTF-32LE");
        String text = new String(own, charset);
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == 0) {
            end--;
        }
        return text.substring(0, end);
    }
}
