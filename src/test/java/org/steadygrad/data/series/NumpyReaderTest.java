package org.steadygrad.data.series;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.data.Batches.assertRefused;
import static org.steadygrad.data.Batches.write;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.data.series.SeriesSet.Series;
import org.steadygrad.data.series.SeriesSet.Target;
import org.steadygrad.spec.DataSpec.ArrayLayout;
import org.steadygrad.spec.DataSpec.SeriesTask;

/** Files are put together byte by byte, as numpy.lib.format describes them. */
class NumpyReaderTest {
    @TempDir
    private Path folder;

    private static byte[] npy(String type, boolean fortran, String shape, byte[] elements) {
        return npy(1, type, fortran, shape, elements);
    }

    private static byte[] npy(int version, String type, boolean fortran, String shape, byte[] elements) {
        String header = "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n"
                .formatted(type, fortran ? "True" : "False", shape);
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + (version == 1 ? 2 : 4) + text.length + elements.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        file.put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) version)
                .put((byte) 0);
        if (version == 1) {
            file.putShort((short) text.length);
        } else {
            file.putInt(text.length);
        }
        return file.put(text).put(elements).array();
    }

    private static byte[] floats(boolean big, double... values) {
        ByteBuffer bytes =
                ByteBuffer.allocate(4 * values.length).order(big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        Arrays.stream(values).forEach(value -> bytes.putFloat((float) value));
        return bytes.array();
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static byte[] text(int width, String... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * width * values.length);
        for (int i = 0; i < values.length; i++) {
            bytes.position(4 * width * i).put(values[i].getBytes(Charset.forName("UTF-32LE")));
        }
        return bytes.array();
    }

    private static byte[] zip(Object... namesAndArrays) {
        ByteArrayOutputStream zip = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(zip)) {
            for (int i = 0; i < namesAndArrays.length; i += 2) {
                out.putNextEntry(new ZipEntry(namesAndArrays[i] + ".npy"));
                out.write((byte[]) namesAndArrays[i + 1]);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return zip.toByteArray();
    }

    private SeriesSpecs npz(Object... namesAndArrays) {
        return SeriesSpecs.of(write(folder, "in.npz", zip(namesAndArrays)));
    }

    private SeriesSpecs single(byte[] array) {
        return SeriesSpecs.of(write(folder, "in.npy", array));
    }

    private static double[][] values(SeriesSet set, int number) {
        return set.series().get(number).values();
    }

    private static List<String> labels(SeriesSet set) {
        return set.series().stream().map(Series::label).toList();
    }

    @Test
    void paddedSeriesInFortranOrderWithLengthsMaskAndNames() {
        // numpy: array([[[1,2,3],[4,5,6]],[[7,8,nan],[9,nan,nan]]], '>f4'), first index fastest
        byte[] x = floats(true, 1, 7, 4, 9, 2, 8, 5, Double.NaN, 3, Double.NaN, 6, Double.NaN);
        byte[] lengths = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(3)
                .putLong(2)
                .array();
        SeriesSet set = npz(
                        "train/X", npy(">f4", true, "(2, 2, 3)", x),
                        "lengths", npy("<i8", false, "(2,)", lengths),
                        "mask", npy("|b1", false, "(2, 3)", bytes(1, 1, 1, 1, 1, 0)),
                        "y", npy("<U2", false, "(2,)", text(2, "b", "aé")),
                        "rate", npy("<f4", false, "()", floats(false, 16.5)))
                .read();
        assertArrayEquals(new double[][] {{1, 2, 3}, {4, 5, 6}}, values(set, 0));
        assertArrayEquals(new double[][] {{7, 8}, {9, Double.NaN}}, values(set, 1));
        assertEquals(List.of("b", "aé"), labels(set));
        assertTrue(
                set.notes().toString().contains("2 cases of 2 dimensions with 3 steps"),
                set.notes().toString());
    }

    @Test
    void aKeyPerSeriesInTheOrderOfTheFile() {
        SeriesSet set = npz(
                        "0", npy("<f4", false, "(3,)", floats(false, 0, 1, 2)),
                        "2", npy("<f2", false, "(1, 2)", bytes(0x00, 0x3C, 0x00, 0xC0)),
                        "10", npy(">i2", false, "(2,)", bytes(0, 7, 0xFF, 0xFE)),
                        "y", npy("|u1", false, "(3,)", bytes(1, 0, 200)))
                .read();
        assertArrayEquals(new double[][] {{0, 1, 2}}, values(set, 0));
        assertArrayEquals(new double[][] {{1, -2}}, values(set, 1));
        assertArrayEquals(new double[][] {{7, -2}}, values(set, 2));
        assertEquals(List.of("1", "0", "200"), labels(set));
    }

    @Test
    void layoutsOfOneArray() {
        byte[] x = npy(2, "<f4", false, "(2, 2, 3)", floats(false, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
        assertArrayEquals(
                new double[][] {{6, 7, 8}, {9, 10, 11}}, values(single(x).read(), 1));
        assertArrayEquals(
                new double[][] {{6, 9}, {7, 10}, {8, 11}},
                values(single(x).layout(ArrayLayout.CASE_STEP_DIMENSION).read(), 1));
        assertArrayEquals(
                new double[][] {{2, 3}},
                values(
                        single(npy(3, "<f4", false, "(2, 2)", floats(false, 0, 1, 2, 3)))
                                .read(),
                        1));
    }

    /** Bit patterns of the largest and least value of each type. */
    @Test
    void everyTypeOfNumbers() {
        Map<String, byte[]> arrays = new TreeMap<>(Map.of(
                "|i1", bytes(0x80, 0x7F),
                "|u1", bytes(0x80, 0xFF),
                "<i2", bytes(0, 0x80, 0xFF, 0x7F),
                ">u2", bytes(0x80, 0, 0xFF, 0xFF),
                "<u4", bytes(0, 0, 0, 0x80, 0xFF, 0xFF, 0xFF, 0xFF),
                ">i4", bytes(0x80, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF),
                "<u8", bytes(0, 0, 0, 0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0xC0),
                "<f2", bytes(0x01, 0x00, 0xFF, 0x7B),
                ">f8", bytes(0x40, 0x09, 0x21, 0xFB, 0x54, 0x44, 0x2D, 0x18, 0xC0, 0, 0, 0, 0, 0, 0, 0)));
        Map<String, double[]> expected = Map.of(
                "|i1", new double[] {-128, 127},
                "|u1", new double[] {128, 255},
                "<i2", new double[] {-32768, 32767},
                ">u2", new double[] {32768, 65535},
                "<u4", new double[] {2147483648.0, 4294967295.0},
                ">i4", new double[] {-2147483648.0, 2147483647.0},
                "<u8", new double[] {9223372036854775808.0, 13835058055282163712.0},
                "<f2", new double[] {5.9604644775390625e-08, 65504},
                ">f8", new double[] {Math.PI, -2});
        arrays.forEach((type, elements) -> assertArrayEquals(
                new double[][] {expected.get(type)},
                values(single(npy(type, false, "(1, 2)", elements)).read(), 0),
                type));
    }

    @Test
    void numbersToLearnAndClasses() {
        byte[] x = npy("<f4", false, "(2, 2)", floats(false, 0, 1, 2, 3));
        SeriesSet numbers = npz("x", x, "target", npy("<f4", false, "(2,)", floats(false, 0.5, 2)))
                .read();
        assertEquals(Target.NUMBERS, numbers.target());
        assertArrayEquals(new double[] {0.5}, numbers.series().get(0).targets());
        SeriesSpecs whole = npz("x", x, "target", npy("<f4", false, "(2,)", floats(false, -1, 2)));
        assertEquals(List.of("-1", "2"), labels(whole.read()));
        assertEquals(Target.NUMBERS, whole.task(SeriesTask.REGRESSION).read().target());
        Path labels =
                write(folder, "labels.npy", npy("|S2", false, "(2,)", "a\0bc".getBytes(StandardCharsets.US_ASCII)));
        assertEquals(
                List.of("a", "bc"), labels(single(x).labels(labels.toString()).read()));
    }

    @Test
    void whatCantBeReadIsRefused() {
        byte[] x = npy("<f4", false, "(2, 2)", floats(false, 0, 1, 2, 3));
        assertRefused(() -> single(npy("|O", false, "(2,)", bytes(1, 2))).read(), "in.npy", "type O", "Python");
        assertRefused(
                () -> single(npy("<c8", false, "(1,)", bytes(1, 2, 3, 4, 5, 6, 7, 8)))
                        .read(),
                "dimensions");
        assertRefused(() -> single(npy("<M8", false, "(1,)", bytes(1))).read(), "int64");
        assertRefused(
                () -> single(npy("<f4", false, "(999999999, 999999999)", bytes(1)))
                        .read(),
                "memory");
        assertRefused(() -> single(npy("<f4", false, "(99999, 2)", bytes(1))).read(), "cut short");
        assertRefused(
                () -> single(npy("<f4", false, "(1, 1)", floats(false, 1, 2))).read(), "more bytes");
        assertRefused(() -> single(bytes(1, 2, 3, 4, 5, 6, 7, 8)).read(), "NUMPY");
        assertRefused(() -> single(Arrays.copyOf(x, 30)).read(), "cut short");
        assertRefused(() -> single(npy("<f4", false, "(0, 4)", bytes())).read(), "case");
        assertRefused(
                () -> single(npy("<f4", false, "(1, 1)", floats(false, Double.POSITIVE_INFINITY)))
                        .read(),
                "case 0",
                "finite");
        assertRefused(() -> npz("a", x, "b", x).read(), "data.features", "\"a\" [2, 2]");
        assertRefused(() -> npz("x", x, "data", x).read(), "data.features", "several");
        assertRefused(
                () -> npz("x", x, "y", npy("|u1", false, "(3,)", bytes(1, 2, 3)))
                        .read(),
                "2 cases",
                "\"y\" [3]");
        assertRefused(() -> npz("x", x).features("z").read(), "data.features", "\"z\"");
        assertRefused(
                () -> npz("x", x, "mask", npy("|b1", false, "(2, 2)", bytes(1, 1, 0, 1)))
                        .read(),
                "case 1",
                "gap at step 0");
        assertRefused(
                () -> npz("0", npy("<f4", false, "(2,)", floats(false, 1, 2)), "1", x)
                        .read(),
                "array \"1\"",
                "data.layout");
        assertRefused(
                () -> SeriesSpecs.of(write(folder, "in.npz", bytes(1, 2, 3))).read(), "in.npz", "zip");
        assertRefused(
                () -> SeriesSpecs.of(write(folder, "in.parquet", bytes(1, 2, 3)))
                        .read(),
                "in.parquet",
                "extension",
                "pandas");
    }
}
