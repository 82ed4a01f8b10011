package org.steadygrad.predict;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.steadygrad.data.InputExamples.KeyColumn;

/**
 * Predictions as NumPy's {@code .npz}: an array of a number per row for each key and each output; of classes {@code class}, {@code
 * probability} [rows, classes] and the names, {@code classes} [classes]. Of keys that sound or not {@code probability} and {@code
 * keys}. Since an array begins with its length, rows lie in temporary files until all are there.
 */
final class NpzPredictions implements PredictionWriter {
    private final PredictionColumns columns;
    private final OutputStream out;
    private final Path folder;
    private final List<Spool> keys = new ArrayList<>();
    private final List<Spool> values = new ArrayList<>();
    private final Spool best;
    private long rows;

    /** An array on its way. */
    private static final class Spool implements AutoCloseable {
        private final Path file;
        private final DataOutputStream out;
        private int longest = 1;

        Spool(Path folder) throws IOException {
            file = Files.createTempFile(folder, "column", ".bin");
            out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16));
        }

        void text(String value) throws IOException {
            int[] points = value.codePoints().toArray();
            longest = Math.max(longest, points.length);
            out.writeInt(points.length);
            for (int point : points) {
                out.writeInt(Integer.reverseBytes(point));
            }
        }

        void number(double value) throws IOException {
            out.writeLong(Long.reverseBytes(Double.doubleToRawLongBits(value)));
        }

        void number(long value) throws IOException {
            out.writeLong(Long.reverseBytes(value));
        }

        /** Numbers lie here as in the array. */
        void copyNumbers(OutputStream target) throws IOException {
            out.close();
            Files.copy(file, target);
        }

        /** Texts are filled up with zeros to the length of the longest. */
        void copyTexts(OutputStream target, long count) throws IOException {
            out.close();
            byte[] cell = new byte[longest * Integer.BYTES];
            try (InputStream stored = Files.newInputStream(file);
                    DataInputStream in = new DataInputStream(new BufferedInputStream(stored, 1 << 16))) {
                for (long i = 0; i < count; i++) {
                    int bytes = in.readInt() * Integer.BYTES;
                    in.readFully(cell, 0, bytes);
                    Arrays.fill(cell, bytes, cell.length, (byte) 0);
                    target.write(cell);
                }
            }
        }

        @Override
        public void close() throws IOException {
            out.close();
            Files.deleteIfExists(file);
        }
    }

    NpzPredictions(PredictionColumns columns, OutputStream out) throws IOException {
        this.columns = columns;
        this.out = out;
        folder = Files.createTempDirectory("steadygrad-predictions");
        for (KeyColumn ignored : columns.keys()) {
            keys.add(new Spool(folder));
        }
        int arrays = columns.probabilities() ? 1 : columns.outputColumns().size();
        for (int i = 0; i < arrays; i++) {
            values.add(new Spool(folder));
        }
        best = new Spool(folder);
    }

    @Override
    public void write(PredictionColumns.Row row) throws IOException {
        rows++;
        for (int i = 0; i < keys.size(); i++) {
            if (row.keys().get(i) instanceof Long number) {
                keys.get(i).number(number);
            } else {
                keys.get(i).text((String) row.keys().get(i));
            }
        }
        if (columns.classes()) {
            best.text(row.best());
        }
        for (int i = 0; i < row.values().length; i++) {
            values.get(columns.probabilities() ? 0 : i).number(row.values()[i]);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            writeArrays();
        } finally {
            for (Spool spool : keys) {
                spool.close();
            }
            for (Spool spool : values) {
                spool.close();
            }
            best.close();
            Files.deleteIfExists(folder);
        }
    }

    private void writeArrays() throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
        for (int i = 0; i < keys.size(); i++) {
            KeyColumn key = columns.keys().get(i);
            if (key.number()) {
                begin(zip, key.name(), "<i8", rows + ",");
                keys.get(i).copyNumbers(zip);
            } else {
                begin(zip, key.name(), "<U" + keys.get(i).longest, rows + ",");
                keys.get(i).copyTexts(zip, rows);
            }
        }
        if (columns.classes()) {
            begin(zip, columns.classColumn(), "<U" + best.longest, rows + ",");
            best.copyTexts(zip, rows);
        }
        if (columns.probabilities()) {
            begin(zip, "probability", "<f8", rows + ", " + columns.outputs().size());
            values.get(0).copyNumbers(zip);
            names(zip, columns.classes() ? "classes" : "keys");
        } else {
            for (int i = 0; i < values.size(); i++) {
                begin(zip, columns.outputColumns().get(i), "<f8", rows + ",");
                values.get(i).copyNumbers(zip);
            }
        }
        zip.finish();
    }

    private void names(ZipOutputStream zip, String name) throws IOException {
        try (Spool names = new Spool(folder)) {
            for (String output : columns.outputs()) {
                names.text(output);
            }
            begin(zip, name, "<U" + names.longest, columns.outputs().size() + ",");
            names.copyTexts(zip, columns.outputs().size());
        }
    }

    /** Begins an array in NumPy's format, version 1.0. @param shape as in a Python tuple */
    private static void begin(ZipOutputStream zip, String name, String type, String shape) throws IOException {
        zip.putNextEntry(new ZipEntry(name + ".npy"));
        String header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }";
        int prefix = 10;
        int padded = (prefix + header.length() + 1 + 63) / 64 * 64;
        byte[] text =
                (header + " ".repeat(padded - prefix - header.length() - 1) + "\n").getBytes(StandardCharsets.US_ASCII);
        ByteBuffer start = ByteBuffer.allocate(prefix).order(ByteOrder.LITTLE_ENDIAN);
        start.put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 1)
                .put((byte) 0);
        start.putShort((short) text.length);
        zip.write(start.array());
        zip.write(text);
    }
}
