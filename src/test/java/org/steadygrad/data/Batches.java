package org.steadygrad.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.check.InvalidInputException;

/** What the tests of data sources share. */
public final class Batches {
    private Batches() {}

    public static List<MultiDataSet> all(BatchSequence sequence, int epoch) {
        return all(sequence, epoch, 0);
    }

    public static List<MultiDataSet> all(BatchSequence sequence, int epoch, int firstBatch) {
        List<MultiDataSet> batches = new ArrayList<>();
        try (BatchIterator iterator = sequence.epoch(epoch, firstBatch)) {
            iterator.forEachRemaining(batches::add);
        }
        return batches;
    }

    public static INDArray features(MultiDataSet batch) {
        return batch.getFeatures(0);
    }

    public static INDArray labels(MultiDataSet batch) {
        return batch.getLabels(0);
    }

    public static void assertSame(List<MultiDataSet> expected, List<MultiDataSet> actual) {
        assertEquals(expected.size(), actual.size(), "number of batches");
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(features(expected.get(i)), features(actual.get(i)), "features of batch " + i);
            assertEquals(labels(expected.get(i)), labels(actual.get(i)), "labels of batch " + i);
            assertEquals(expected.get(i).getFeaturesMaskArray(0), actual.get(i).getFeaturesMaskArray(0), "mask " + i);
            assertEquals(expected.get(i).getLabelsMaskArray(0), actual.get(i).getLabelsMaskArray(0), "mask " + i);
        }
    }

    /** Checks what every source must keep: shapes as described, resumable epochs, and two that open the same. */
    public static void assertContract(java.util.function.Supplier<DataSource> opener) {
        DataSource source = opener.get();
        DataSource again = opener.get();
        assertEquals(source.description(), again.description());
        assertEquals(source.artifact(), again.artifact());
        List<BatchSequence> sequences = new ArrayList<>(List.of(source.training()));
        List<BatchSequence> others = new ArrayList<>(List.of(again.training()));
        source.validation().ifPresent(sequences::add);
        again.validation().ifPresent(others::add);
        for (int i = 0; i < sequences.size(); i++) {
            for (int epoch = 0; epoch < 3; epoch++) {
                List<MultiDataSet> batches = all(sequences.get(i), epoch);
                assertEquals(sequences.get(i).batchesPerEpoch(), batches.size(), "batchesPerEpoch");
                boolean training = i == 0;
                batches.forEach(batch -> assertFits(source.description(), batch, training));
                assertSame(batches, all(others.get(i), epoch));
                for (int first = 0; first <= batches.size(); first += Math.max(1, batches.size() / 3)) {
                    assertSame(batches.subList(first, batches.size()), all(sequences.get(i), epoch, first));
                }
            }
        }
    }

    private static void assertFits(DataDescription description, MultiDataSet batch, boolean training) {
        INDArray x = features(batch);
        INDArray y = labels(batch);
        boolean vector = description.input() == DataDescription.InputKind.VECTOR;
        assertEquals(vector ? 2 : 3, x.rank());
        assertEquals(description.input() == DataDescription.InputKind.SYMBOLS ? 1 : description.inputSize(), x.size(1));
        assertEquals(description.target().perStep() ? 3 : 2, y.rank());
        assertEquals(description.targetSize(), y.size(1));
        assertTrue(vector || !training || x.size(2) <= description.maxSteps(), "maxSteps");
        assertEquals(x.size(0), y.size(0));
        assertTrue(!x.isAttached() && !y.isAttached(), "arrays must not live in a workspace");
    }

    public static Path write(Path folder, String name, String content) {
        return write(folder, name, content.getBytes(StandardCharsets.UTF_8));
    }

    public static Path write(Path folder, String name, byte[] content) {
        try {
            return Files.write(folder.resolve(name), content);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Runs what must fail and checks that the message holds each of {@code words}. */
    public static void assertRefused(org.junit.jupiter.api.function.Executable action, String... words) {
        String message = assertThrows(InvalidInputException.class, action).getMessage();
        for (String word : words) {
            assertTrue(message.contains(word), () -> "\"" + word + "\" is missing in: " + message);
        }
    }

    /** A real data file from the folder that the property {@code data.dir} names; skips the test where it is absent. */
    public static Path realFile(String name) {
        String folder = System.getProperty("data.dir");
        assertNotNull(folder, "system property data.dir");
        Path file = Path.of(folder, name);
        Assumptions.assumeTrue(
                Files.isRegularFile(file),
                "skipped: " + name + " isn't in " + folder + " (name another with -Ddata.dir)");
        return file;
    }
}
