package org.steadygrad.data.series.numpy;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.steadygrad.check.InvalidInputException;

/**
 * The header of a {@code .npy} file, versions 1 to 3.
 *
 * @param bigEndian order of an element's bytes
 * @param kind NumPy's letter for the kind of elements
 * @param bytes per element; for text the characters
 * @param fortran whether the first index runs fastest
 * @param shape sizes of the axes
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record NpyHeader(boolean bigEndian, char kind, int bytes, boolean fortran, int[] shape) {
    private static final int LONGEST = 1 << 20;
    private static final Pattern TYPE = Pattern.compile("'descr'\\s*:\\s*'([<>|=]?)([a-zA-Z])(\\d{0,6})'");
    private static final Pattern STRUCTURED = Pattern.compile("'descr'\\s*:\\s*\\[");
    private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([\\d,\\sL]*)\\)");

    /** @param who the array, for errors */
    static NpyHeader read(DataInputStream in, String who) throws IOException {
        byte[] magic = in.readNBytes(6);
        if (!new String(magic, StandardCharsets.ISO_8859_1).equals("\u0093NUMPY")) {
            throw InvalidInputException.of(who, "an array of NumPy's, which begins with \\x93NUMPY", "other bytes", "");
        }
        int version = in.readUnsignedByte();
        in.readUnsignedByte();
        if (version < 1 || version > 3) {
            throw InvalidInputException.of(who, "version 1, 2 or 3 of NumPy's format", version, "");
        }
        long length = version == 1
                ? Short.toUnsignedLong(Short.reverseBytes(in.readShort()))
                : Integer.toUnsignedLong(Integer.reverseBytes(in.readInt()));
        if (length > LONGEST) {
            throw InvalidInputException.of(
                    who, "a header of at most " + LONGEST + " bytes", length, "The file is damaged.");
        }
        byte[] text = new byte[(int) length];
        in.readFully(text);
        return parse(new String(text, version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1), who);
    }

    private static NpyHeader parse(String text, String who) {
        Matcher type = TYPE.matcher(text);
        Matcher order = ORDER.matcher(text);
        Matcher shape = SHAPE.matcher(text);
        if (STRUCTURED.matcher(text).find()) {
            throw InvalidInputException.of(
                    who,
                    "an array of plain numbers or text",
                    "a structured one",
                    "Save each field as an array of its own.");
        }
        if (!type.find() || !order.find() || !shape.find()) {
            throw InvalidInputException.of(
                    who, "a header with descr, fortran_order and shape", text.strip(), "The file is damaged.");
        }
        String digits = type.group(3);
        return new NpyHeader(
                type.group(1).equals(">"),
                checkedKind(type.group(2).charAt(0), digits, who),
                digits.isEmpty() ? 1 : Integer.parseInt(digits),
                order.group(1).equals("True"),
                sizes(shape.group(1), who));
    }

    private static char checkedKind(char kind, String bytes, String who) {
        String remedy =
                switch (kind) {
                    case 'O' ->
                        "Objects are Python programs that reading would run. Save arrays of numbers, a key per series where lengths differ.";
                    case 'c' -> "Save real and imaginary parts as dimensions.";
                    case 'M', 'm' -> "Save times as numbers, for example with astype('int64').";
                    default -> "Convert it with astype('float64').";
                };
        boolean known =
                switch (kind) {
                    case 'b' -> bytes.equals("1");
                    case 'i', 'u' -> bytes.matches("[1248]");
                    case 'f' -> bytes.matches("[248]");
                    case 'U', 'S' -> true;
                    default -> false;
                };
        if (!known) {
            throw InvalidInputException.of(
                    who,
                    "truth values, whole numbers, floats of 2, 4 or 8 bytes, or text",
                    "the type " + kind + bytes,
                    remedy);
        }
        return kind;
    }

    private static int[] sizes(String text, String who) {
        String[] parts = text.replace("L", "").strip().split("\\s*,\\s*");
        if (text.isBlank()) {
            return new int[0];
        }
        long[] sizes =
                LongStream.range(0, parts.length).map(i -> size(parts[(int) i])).toArray();
        if (sizes.length > 32 || LongStream.of(sizes).anyMatch(size -> size < 0 || size > Integer.MAX_VALUE - 8)) {
            throw InvalidInputException.of(who, "a shape of at most 32 sizes below 2^31", "(" + text + ")", "");
        }
        return LongStream.of(sizes).mapToInt(size -> (int) size).toArray();
    }

    private static long size(String digits) {
        return digits.matches("\\d{1,10}") ? Long.parseLong(digits) : -1;
    }

    boolean isText() {
        return kind == 'U' || kind == 'S';
    }

    /** Bytes per element in the file. */
    int width() {
        return kind == 'U' ? 4 * bytes : bytes;
    }

    /** Number of elements, as a double, since a damaged header may announce more than a long holds. */
    double count() {
        double count = 1;
        for (int size : shape) {
            count *= size;
        }
        return count;
    }
}
