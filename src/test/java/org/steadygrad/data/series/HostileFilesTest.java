package org.steadygrad.data.series;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.steadygrad.data.Batches.write;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataSources;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.yaml.RunFiles;

/** Files that somebody damaged, at random places: they are read, or refused in words that name them, and nothing else. */
class HostileFilesTest {
    private static final int VARIANTS = 120;

    /** What is apt to be in the way. */
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
            "\n",
            "\r",
            "\\",
            "?",
            "NaN",
            "inf",
            "1e999",
            "-",
            "%",
            "#",
            "@",
            "@data\n",
            " ",
            "\t",
            "é",
            "999999999999",
            "0x1",
            ";",
            "\0");

    @TempDir
    private Path folder;

    private static byte[] damaged(byte[] whole, SplittableRandom random) {
        byte[] bytes = whole.clone();
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(Math.max(1, bytes.length));
            switch (random.nextInt(4)) {
                case 0 -> bytes = Arrays.copyOf(bytes, at);
                case 1 -> bytes = spliced(bytes, at, at, SNIPPETS.get(random.nextInt(SNIPPETS.size())));
                case 2 -> bytes = spliced(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(9)), "");
                default -> {
                    if (bytes.length > 0) {
                        bytes[at] = (byte) random.nextInt(256);
                    }
                }
            }
        }
        return bytes;
    }

    private static byte[] spliced(byte[] bytes, int from, int to, String text) {
        byte[] inserted = text.getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(bytes, from + inserted.length + bytes.length - to);
        System.arraycopy(inserted, 0, all, from, inserted.length);
        System.arraycopy(bytes, to, all, from + inserted.length, bytes.length - to);
        return all;
    }

    private void assertReadOrRefused(String name, byte[] whole, String data) {
        SplittableRandom random = new SplittableRandom(name.hashCode());
        DataSpec spec = RunFiles.parse(
                        "data: {" + data + ", path: '" + folder.resolve(name) + "', missing: previous, validation: 0}\n"
                                + "model: {layers: [gru: 2]}\n",
                        "run.yaml")
                .data();
        int read = 0;
        for (int i = 0; i < VARIANTS; i++) {
            byte[] bytes = i == 0 ? whole : damaged(whole, random);
            write(folder, name, bytes);
            try {
                DataSources.open(spec, 2, 1);
                read++;
            } catch (InvalidInputException e) {
                assertTrue(i > 0, e.getMessage());
                assertTrue(e.getMessage().contains(name) || e.getMessage().startsWith("data."), e.getMessage());
            } catch (RuntimeException e) {
                fail("variant " + i + ": " + new String(bytes, StandardCharsets.ISO_8859_1), e);
            }
        }
        assertTrue(read > 0 && read < VARIANTS, read + " were read");
    }

    private void assertReadOrRefused(String name, String whole, String data) {
        assertReadOrRefused(name, whole.getBytes(StandardCharsets.UTF_8), data);
    }

    @Test
    void ts() {
        assertReadOrRefused(
                "in.ts",
                "# c\n@timestamps false\n@dimension 2\n@equalLength false\n@classLabel true up down\n@data\n1,?,3:4,5,6:up\n-1e-3:8:down\n\n7,9:8,2:up\n",
                "kind: series");
        assertReadOrRefused(
                "stamped.ts",
                "@timestamps true\n@targetLabel true\n@data\n(2026-01-01 00:00:00,1),(2,?):0.5\n(1,2):-7\n",
                "kind: series");
    }

    @Test
    void arff() {
        assertReadOrRefused(
                "in.arff",
                "@relation 'x'\n@attribute s relational\n@attribute a numeric\n@attribute b real\n@end s\n@attribute c {u,'v w'}\n@data\n'1,2\\n3,?',u\n\"4,5\\n6,7\",'v w',{0.5}\n",
                "kind: series");
        assertReadOrRefused(
                "sparse.arff",
                "@relation x\n@attribute a numeric\n@attribute c {u,v}\n@data\n{0 1.5}\n{0 2, 1 v}\n{}\n",
                "kind: series");
    }

    @Test
    void csv() {
        String csv =
                "sep=;\n# c\nid;when;x;y;c\nu;01.02.2020;1,5;2;\"a; b\"\nu;02.02.2020;;3;\"a; b\"\nv;03.02.2020;-0,25;4;d\nv;04.02.2020;7;5;d\n";
        assertReadOrRefused(
                "in.csv", csv, "kind: csv, task: classification, target: [c], sequence: id, calendar: [hour]");
        assertReadOrRefused("series.csv", csv, "kind: csv, task: forecasting, target: [y], inputs: [x], window: 1");
        assertReadOrRefused(
                "blanks.csv",
                "\"x\" \"y\"\n\"1\" 1.5 2\n\"2\"  2.5   NA\n\"3\" 4 5\n\"4\" 1 2\n",
                "kind: csv, task: forecasting, target: [y], window: 1");
    }

    @Test
    void numpy() throws IOException {
        byte[] header =
                "{'descr': '<i2', 'fortran_order': True, 'shape': (3, 1, 2), }".getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream array = new ByteArrayOutputStream();
        array.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length, 0});
        array.write(header);
        array.write(new byte[] {1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0});
        assertReadOrRefused("in.npy", array.toByteArray(), "kind: series, task: forecasting");
        byte[] labels = "{'descr': '|S1', 'fortran_order': False, 'shape': (3,), }".getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream zip = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(zip)) {
            out.putNextEntry(new ZipEntry("X.npy"));
            out.write(array.toByteArray());
            out.putNextEntry(new ZipEntry("y.npy"));
            out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) labels.length, 0});
            out.write(labels);
            out.write("aba".getBytes(StandardCharsets.US_ASCII));
        }
        assertReadOrRefused("in.npz", zip.toByteArray(), "kind: series");
    }

    @Test
    void idx() {
        byte[] images = {0, 0, 0x0B, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6};
        write(folder, "labels", new byte[] {0, 0, 0x08, 1, 0, 0, 0, 3, 1, 0, 1});
        SplittableRandom random = new SplittableRandom(3);
        DataSpec spec = RunFiles.parse(
                        "data: {kind: idx, images: '" + folder.resolve("images") + "', labels: '"
                                + folder.resolve("labels") + "', validation: 0}\nmodel: {layers: [gru: 2]}\n",
                        "run.yaml")
                .data();
        for (int i = 0; i < VARIANTS; i++) {
            byte[] bytes = i == 0 ? images : damaged(images, random);
            write(folder, "images", bytes);
            try {
                DataSources.open(spec, 2, 1);
            } catch (InvalidInputException e) {
                assertTrue(i > 0 && e.getMessage().contains("images"), e.getMessage());
            }
        }
    }
}
