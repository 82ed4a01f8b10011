package org.steadygrad.reliability;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** Damages files: bits, bytes, stretches, ends, numbers; of zip files the entries, so that their check sums are right. */
final class Mutator {
    private static final int MOST_CHANGES = 4;

    /** What is apt to be in the way of readers of text. */
    private static final List<String> SNIPPETS = List.of(
            "\"",
            "'",
            "(",
            ")",
            ":",
            ",",
            ",,",
            "{",
            "}",
            "[",
            "]",
            "\n",
            "\r",
            "\\",
            "?",
            "NaN",
            "Infinity",
            "1e999",
            "-1",
            "-",
            "%",
            "#",
            "@",
            " ",
            "\t",
            "é",
            "999999999999",
            "2147483648",
            "0x1",
            ";",
            "\0",
            "null",
            "true",
            "{}",
            "[]",
            "&a",
            "*a",
            "!!int",
            "\u001b[31m");

    private final SplittableRandom random;

    Mutator(long seed) {
        random = new SplittableRandom(seed);
    }

    byte[] damaged(byte[] whole) {
        boolean zip = whole.length > 4 && whole[0] == 'P' && whole[1] == 'K';
        return zip && random.nextInt(4) > 0 ? entryDamaged(whole) : changed(whole);
    }

    private byte[] entryDamaged(byte[] zip) {
        Map<String, byte[]> entries = unzipped(zip);
        List<String> names = new ArrayList<>(entries.keySet());
        String name = names.get(random.nextInt(names.size()));
        switch (random.nextInt(12)) {
            case 0 -> entries.remove(name);
            case 1 -> entries.put(name, new byte[0]);
            case 2 -> entries.put(name, entries.get(names.get(random.nextInt(names.size()))));
            default -> entries.put(name, changed(entries.get(name)));
        }
        return zipped(entries);
    }

    private byte[] changed(byte[] whole) {
        byte[] bytes = whole.clone();
        int changes = 1 + random.nextInt(MOST_CHANGES);
        for (int i = 0; i < changes && bytes.length > 0; i++) {
            bytes = isText(whole) && random.nextInt(4) > 0 ? textChanged(bytes) : bytesChanged(bytes);
        }
        return bytes;
    }

    private static boolean isText(byte[] bytes) {
        int looked = Math.min(bytes.length, 1 << 12);
        int odd = 0;
        for (int i = 0; i < looked; i++) {
            odd += bytes[i] >= ' ' || bytes[i] == '\n' || bytes[i] == '\r' || bytes[i] == '\t' ? 0 : 1;
        }
        return odd * 50 <= looked;
    }

    private byte[] bytesChanged(byte[] bytes) {
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(8)) {
            case 0 -> bytes[at] = (byte) random.nextInt();
            case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 2 -> bytes[at] = (byte) (random.nextBoolean() ? 0xff : 0);
            case 3 -> bytes[at]++;
            case 4 -> {
                // sizes are mostly numbers of four or eight bytes
                byte[] size = random.nextBoolean() ? new byte[4] : new byte[8];
                Arrays.fill(size, (byte) (random.nextBoolean() ? 0xff : 0x7f));
                return replaced(bytes, at, Math.min(bytes.length, at + size.length), size);
            }
            case 5 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 6 -> {
                return removed(bytes, at);
            }
            default -> {
                return copied(bytes, at);
            }
        }
        return bytes;
    }

    private byte[] textChanged(byte[] bytes) {
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(6)) {
            case 0 -> {
                return removed(bytes, at);
            }
            case 1 -> {
                return copied(bytes, at);
            }
            case 2 -> {
                return numberReplaced(bytes, at);
            }
            case 3 -> {
                return lineRepeated(bytes, at);
            }
            default -> {
                byte[] snippet = SNIPPETS.get(random.nextInt(SNIPPETS.size())).getBytes(StandardCharsets.UTF_8);
                return replaced(bytes, at, random.nextBoolean() ? at : at + 1, snippet);
            }
        }
    }

    private byte[] removed(byte[] bytes, int at) {
        return replaced(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(16)), new byte[0]);
    }

    /** A stretch from elsewhere is put in. */
    private byte[] copied(byte[] bytes, int at) {
        int from = random.nextInt(bytes.length);
        byte[] stretch = Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + 1 + random.nextInt(64)));
        return replaced(bytes, at, random.nextBoolean() ? at : Math.min(bytes.length, at + stretch.length), stretch);
    }

    /** The next number becomes one that is hardly meant. */
    private byte[] numberReplaced(byte[] bytes, int at) {
        int from = at;
        while (from < bytes.length && (bytes[from] < '0' || bytes[from] > '9')) {
            from++;
        }
        int to = from;
        while (to < bytes.length && bytes[to] >= '0' && bytes[to] <= '9') {
            to++;
        }
        List<String> numbers = List.of(
                "0",
                "1",
                "-1",
                "2147483647",
                "2147483648",
                "99999999999999999999",
                "1e308",
                "1e-320",
                "NaN",
                "0.5",
                "");
        byte[] number = numbers.get(random.nextInt(numbers.size())).getBytes(StandardCharsets.UTF_8);
        return replaced(bytes, from, to, number);
    }

    private byte[] lineRepeated(byte[] bytes, int at) {
        int from = at;
        while (from > 0 && bytes[from - 1] != '\n') {
            from--;
        }
        int to = at;
        while (to < bytes.length && bytes[to] != '\n') {
            to++;
        }
        byte[] line = Arrays.copyOfRange(bytes, from, Math.min(bytes.length, to + 1));
        return replaced(
                bytes,
                from,
                random.nextBoolean() ? from : Math.min(bytes.length, to + 1),
                random.nextBoolean() ? line : new byte[0]);
    }

    private static byte[] replaced(byte[] bytes, int from, int to, byte[] with) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + with.length);
        out.write(bytes, 0, from);
        out.writeBytes(with);
        out.write(bytes, to, bytes.length - to);
        return out.toByteArray();
    }

    static Map<String, byte[]> unzipped(byte[] zip) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                entries.put(entry.getName(), in.readAllBytes());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return entries;
    }

    static byte[] zipped(Map<String, byte[]> entries) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                out.putNextEntry(new ZipEntry(entry.getKey()));
                out.write(entry.getValue());
                out.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
