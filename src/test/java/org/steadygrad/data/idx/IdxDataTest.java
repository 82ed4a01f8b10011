package org.steadygrad.data.idx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.data.Batches.all;
import static org.steadygrad.data.Batches.assertContract;
import static org.steadygrad.data.Batches.assertRefused;
import static org.steadygrad.data.Batches.features;
import static org.steadygrad.data.Batches.realFile;
import static org.steadygrad.data.Batches.write;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.Batches;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.DataSources;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.DataSpec.ImageReading;

class IdxDataTest {
    private static final int COUNT = 17;
    private static final int ROWS = 3;
    private static final int COLUMNS = 5;

    @TempDir
    private Path folder;

    private static byte[] idx(int magic, int[] shape, byte[] payload) {
        ByteBuffer buffer =
                ByteBuffer.allocate(4 + 4 * shape.length + payload.length).putInt(magic);
        Arrays.stream(shape).forEach(buffer::putInt);
        return buffer.put(payload).array();
    }

    private static byte[] gz(byte[] content) throws IOException {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(zipped)) {
            out.write(content);
        }
        return zipped.toByteArray();
    }

    /** Pixel p of image i is 13 i + p; its class is i mod 4. */
    private static byte[] images(int count) {
        byte[] pixels = new byte[count * ROWS * COLUMNS];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i / (ROWS * COLUMNS) * 13 + i % (ROWS * COLUMNS));
        }
        return idx(0x803, new int[] {count, ROWS, COLUMNS}, pixels);
    }

    private static byte[] labels(int count) {
        byte[] classes = new byte[count];
        for (int i = 0; i < count; i++) {
            classes[i] = (byte) (i % 4);
        }
        return idx(0x801, new int[] {count}, classes);
    }

    private DataSpec.Idx spec(byte[] images, byte[] labels, ImageReading reading, Integer limit, double validation) {
        return new DataSpec.Idx(
                write(folder, "images", images).toString(),
                write(folder, "labels", labels).toString(),
                reading,
                limit,
                validation);
    }

    private DataSource open(byte[] images, byte[] labels) {
        return DataSources.open(spec(images, labels, ImageReading.ROWS, null, 0), 4, 3);
    }

    private DataSource open(ImageReading reading, Integer limit, double validation) {
        return DataSources.open(spec(images(COUNT), labels(COUNT), reading, limit, validation), 4, 3);
    }

    /** Numbers of the images in a split, each checked pixel by pixel against its label. */
    private static Set<Integer> check(BatchSequence part, ImageReading reading) {
        Set<Integer> found = new TreeSet<>();
        for (MultiDataSet batch : all(part, 0)) {
            INDArray x = features(batch);
            for (int i = 0; i < x.size(0); i++) {
                int image = Math.round(
                                x.getFloat(reading == ImageReading.FLAT ? new int[] {i, 0} : new int[] {i, 0, 0}) * 255)
                        / 13;
                for (int p = 0; p < ROWS * COLUMNS; p++) {
                    int[] index =
                            switch (reading) {
                                case ROWS -> new int[] {i, p % COLUMNS, p / COLUMNS};
                                case PIXELS -> new int[] {i, 0, p};
                                case FLAT -> new int[] {i, p};
                            };
                    assertEquals((13 * image + p) / 255.0, x.getDouble(index), 1e-6);
                }
                assertEquals(1, Batches.labels(batch).getRow(i).sumNumber().intValue());
                assertEquals(1, Batches.labels(batch).getInt(i, image % 4));
                assertTrue(found.add(image));
            }
        }
        return found;
    }

    @Test
    void keepsTheContract() {
        assertContract(() -> open(ImageReading.ROWS, null, 0.3));
    }

    @Test
    void readsRowsPixelsAndVectors() {
        List<DataDescription> expected = List.of(
                new DataDescription(InputKind.SEQUENCE, COLUMNS, TargetKind.CLASS, 4, ROWS),
                new DataDescription(InputKind.SEQUENCE, 1, TargetKind.CLASS, 4, ROWS * COLUMNS),
                new DataDescription(InputKind.VECTOR, ROWS * COLUMNS, TargetKind.CLASS, 4, 1));
        for (ImageReading reading : ImageReading.values()) {
            DataSource source = open(reading, null, 0.3);
            assertEquals(expected.get(reading.ordinal()), source.description());
            Set<Integer> training = check(source.training(), reading);
            Set<Integer> held = check(source.validation().orElseThrow(), reading);
            assertEquals(5, held.size());
            assertEquals(12, training.size());
            training.addAll(held);
            assertEquals(17, training.size());
        }
    }

    @Test
    void theSplitIsDrawnWithTheSeed() {
        DataSpec spec = spec(images(COUNT), labels(COUNT), ImageReading.FLAT, null, 0.3);
        Set<Integer> seed3 = check(DataSources.open(spec, 4, 3).validation().orElseThrow(), ImageReading.FLAT);
        Set<Integer> seed4 = check(DataSources.open(spec, 4, 4).validation().orElseThrow(), ImageReading.FLAT);
        assertNotEquals(seed3, seed4);
    }

    @Test
    void aLimitTakesTheFirstImagesButAllClasses() {
        DataSource source = open(ImageReading.FLAT, 3, 0);
        assertEquals(Set.of(0, 1, 2), check(source.training(), ImageReading.FLAT));
        assertEquals(4, source.description().targetSize());
        assertEquals(
                17,
                check(open(ImageReading.FLAT, 1000, 0).training(), ImageReading.FLAT)
                        .size());
        assertTrue(source.validation().isEmpty());
    }

    @Test
    void compressedFilesAreRecognisedByTheirBytes() throws IOException {
        DataSource source = open(gz(images(COUNT)), gz(labels(COUNT)));
        assertEquals(17, check(source.training(), ImageReading.ROWS).size());
    }

    @Test
    void damagedFilesAreRefused() throws IOException {
        byte[] images = images(COUNT);
        byte[] zipped = gz(images);
        byte[] labels = labels(COUNT);
        byte[] corrupt = zipped.clone();
        corrupt[corrupt.length - 6] ^= 1;
        byte[] garbage = zipped.clone();
        Arrays.fill(garbage, 12, 40, (byte) 0xFF);
        assertRefused(() -> open(Arrays.copyOf(images, images.length - 1), labels), "images", "[17, 3, 5]");
        assertRefused(() -> open(Arrays.copyOf(images, images.length + 1), labels), "images", "[17, 3, 5]");
        assertRefused(() -> open(gz(Arrays.copyOf(images, images.length - 1)), labels), "images", "cut short");
        assertRefused(() -> open(gz(Arrays.copyOf(images, images.length + 1)), labels), "images", "more bytes");
        assertRefused(() -> open(Arrays.copyOf(zipped, zipped.length / 2), labels), "images", "cut short");
        assertRefused(() -> open(corrupt, labels), "images", "gzip");
        assertRefused(() -> open(garbage, labels), "images", "gzip");
        assertRefused(() -> open(Arrays.copyOf(images, 9), labels), "images", "cut short");
        assertRefused(() -> open(new byte[0], labels), "images", "cut short");
        assertRefused(() -> open(images, new byte[] {0x1F, (byte) 0x8B}), "labels", "cut short");
    }

    @Test
    void headersThatLieAreRefusedBeforeMemoryIsTaken() throws IOException {
        int[] huge = {Integer.MAX_VALUE, 30_000, 30_000};
        byte[] lie = idx(0x803, huge, new byte[100]);
        assertRefused(() -> open(lie, labels(COUNT)), "images", "30000");
        assertRefused(() -> open(gz(lie), labels(COUNT)), "images", "30000", "compressed");
        assertRefused(() -> open(idx(0x803, new int[] {-1, 3, 5}, new byte[0]), labels(COUNT)), "images", "-1");
        assertRefused(() -> open(idx(0x803, new int[] {3, 0, 5}, new byte[0]), labels(COUNT)), "images", "0");
    }

    @Test
    void moreImagesThanFitIntoMemoryAreRefused() throws IOException {
        int count = (int) (Runtime.getRuntime().maxMemory() / 4_000_000) + 1;
        byte[] header = idx(0x803, new int[] {count, 2000, 2000}, new byte[0]);
        DataSpec.Idx spec = spec(header, labels(COUNT), ImageReading.FLAT, null, 0);
        try (RandomAccessFile images = new RandomAccessFile(spec.images(), "rw")) {
            images.setLength(header.length + 4_000_000L * count);
        }
        assertRefused(() -> DataSources.open(spec, 1, 1), "images", "memory", "data.limit");
    }

    @Test
    void filesThatDontBelongTogetherAreRefused() {
        assertRefused(() -> open(images(17), labels(16)), "labels", "images", "17", "16");
        assertRefused(() -> open(labels(17), images(17)), "labels", "00000801", "00000803");
        assertRefused(
                () -> open(images(17), "text, not labels".getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                "labels",
                "74657874");
        assertRefused(() -> open(images(1), labels(1)), "labels", "2 classes");
        assertRefused(() -> open(ImageReading.ROWS, 1, 0.5), "images", "data.limit");
    }

    @Test
    void readsDigits() {
        DataSpec spec = new DataSpec.Idx(
                realFile("t10k-images-idx3-ubyte.gz").toString(),
                realFile("t10k-labels-idx1-ubyte.gz").toString(),
                ImageReading.ROWS,
                null,
                0.1);
        DataSource source = DataSources.open(spec, 100, 7);
        assertEquals(new DataDescription(InputKind.SEQUENCE, 28, TargetKind.CLASS, 10, 28), source.description());
        assertEquals(90, source.training().batchesPerEpoch());
        assertEquals(10, source.validation().orElseThrow().batchesPerEpoch());
        MultiDataSet batch = all(source.training(), 0).get(0);
        double mean = features(batch).meanNumber().doubleValue();
        assertEquals(0.1325, mean, 0.02, "MNIST's mean grey value");
        assertEquals(1, features(batch).maxNumber().doubleValue());
    }

    /** Numbers of 8 bytes as they are; labels of 16 bits are names of classes, which go with the model. */
    @Test
    void otherTypesOfElements() {
        ByteBuffer doubles = ByteBuffer.allocate(3 * 2 * 8);
        for (double value : new double[] {0.5, -1.25, 1e-3, 2, 3, -6.5}) {
            doubles.putDouble(value);
        }
        byte[] images = idx(0xE03, new int[] {3, 1, 2}, doubles.array());
        byte[] labels = idx(0xB01, new int[] {3}, new byte[] {-1, -1, 1, 44, -1, -1});
        DataSpec.Idx spec = new DataSpec.Idx(
                write(folder, "i", images).toString(),
                write(folder, "l", labels).toString(),
                ImageReading.FLAT,
                null,
                0);
        DataSource source = DataSources.open(spec, 3, 5);
        assertEquals(new DataDescription(InputKind.VECTOR, 2, TargetKind.CLASS, 2, 1), source.description());
        assertEquals(List.of("-1", "300"), ((DataArtifact.Columns) source.artifact()).classes());
        MultiDataSet batch = all(source.training(), 0).get(0);
        for (int i = 0; i < 3; i++) {
            float first = features(batch).getFloat(i, 0);
            assertEquals(first == 0.001f ? 1 : 0, batch.getLabels(0).getInt(i, 1));
            assertEquals(
                    first == 0.5f ? -1.25f : first == 3 ? -6.5f : 2,
                    features(batch).getFloat(i, 1));
        }
        String notes = source.notes().toString();
        assertTrue(notes.contains("divided by 255") && notes.contains("[-1, 300]"), notes);
        byte[] others = idx(0xB01, new int[] {3}, new byte[] {1, 44, 1, 45, 1, 44});
        write(folder, "l", others);
        assertRefused(() -> DataSources.open(spec, 3, 5, source.artifact()), "label 1", "301", "[-1, 300]");
        doubles.putDouble(8, Double.NaN);
        write(folder, "i", idx(0xE03, new int[] {3, 1, 2}, doubles.array()));
        assertRefused(() -> DataSources.open(spec, 3, 5), "image 0", "element 1", "NaN");
    }
}
