package org.steadygrad.data.pianoroll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.data.Batches.all;
import static org.steadygrad.data.Batches.assertContract;
import static org.steadygrad.data.Batches.assertRefused;
import static org.steadygrad.data.Batches.features;
import static org.steadygrad.data.Batches.labels;
import static org.steadygrad.data.Batches.realFile;
import static org.steadygrad.data.Batches.write;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.DataSources;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.DataSpec.KeyNumbers;

class PianoRollDataTest {
    @TempDir
    private Path folder;

    private DataSource open(String json) {
        Path file = write(folder, "roll.json", json);
        return DataSources.open(new DataSpec.PianoRoll(file.toString(), 9, KeyNumbers.FROM_ZERO, 21), 4, 3);
    }

    /** A sequence in which keys t mod 9 and 8 sound at step t. */
    private static String sequence(int steps) {
        return IntStream.range(0, steps)
                .mapToObj(t -> t % 9 == 8 ? "[8]" : "[" + t % 9 + ",8]")
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static String rolls(int... lengths) {
        return IntStream.of(lengths).mapToObj(PianoRollDataTest::sequence).collect(Collectors.joining(",", "[", "]"));
    }

    @Test
    void keepsTheContract() {
        assertContract(
                () -> open("{\"train\":" + rolls(2, 3, 7, 17, 33, 8, 9, 10, 31) + ",\"valid\":" + rolls(5, 6) + "}"));
    }

    @Test
    void labelsAreTheNextStepAndPaddingIsMasked() {
        DataSource source = open("{\"test\":[], \"valid\":" + rolls(2, 40) + ",\"train\":" + rolls(3, 2, 33, 18) + "}");
        assertEquals(new DataDescription(InputKind.SEQUENCE, 9, TargetKind.KEYS_PER_STEP, 9, 39), source.description());
        MultiDataSet batch = all(source.training(), 0).get(0);
        INDArray x = features(batch);
        assertEquals(32, x.size(2));
        int steps = 0;
        for (int i = 0; i < 4; i++) {
            int length = batch.getFeaturesMaskArray(0).getRow(i).sumNumber().intValue();
            steps += length;
            for (int t = 0; t < 32; t++) {
                boolean exists = t < length;
                assertEquals(exists ? 1 : 0, batch.getFeaturesMaskArray(0).getInt(i, t));
                assertEquals(exists ? 1 : 0, batch.getLabelsMaskArray(0).getInt(i, t));
                for (int key = 0; key < 9; key++) {
                    assertEquals(exists && (key == t % 9 || key == 8) ? 1 : 0, x.getInt(i, key, t));
                    assertEquals(
                            exists && (key == (t + 1) % 9 || key == 8) ? 1 : 0,
                            labels(batch).getInt(i, key, t));
                }
            }
        }
        assertEquals(2 + 1 + 32 + 17, steps);
        assertEquals(
                39, features(all(source.validation().orElseThrow(), 0).get(0)).size(2));
    }

    @Test
    void silenceIsAStepAndValidationMayBeMissing() {
        DataSource source = open("{\"by\":{\"name\":[1]},\"train\":[[[],[],[3,3]]]}");
        MultiDataSet batch = all(source.training(), 0).get(0);
        assertEquals(0, features(batch).sumNumber().intValue());
        assertEquals(1, labels(batch).sumNumber().intValue());
        assertEquals(1, labels(batch).getInt(0, 3, 1));
        assertTrue(source.validation().isEmpty());
    }

    @TestFactory
    Stream<DynamicTest> wrongFilesAreRefusedWithTheirPlace() {
        return Stream.of(
                refused("{\"train\":[\n [[1],[9]]]}", "line 2, column 8", "train[0][1]", "0 to 8", "\"9\""),
                refused("{\"train\":[[[1],[-1]]]}", "line 1", "train[0][1]", "\"-1\""),
                refused("{\"train\":[[[1],[2.5]]]}", "train[0][1]", "\"2.5\""),
                refused("{\"train\":[[[1],[99999999999]]]}", "train[0][1]", "99999999999"),
                refused("{\"train\":[[[1],[\"2\"]]]}", "train[0][1]"),
                refused("{\"train\":[[[1],[null]]]}", "train[0][1]", "null"),
                refused("{\"train\":[[[1],[2]],[[1],2]]}", "train[1][1]", "list of keys"),
                refused("{\"train\":[[[1],[2]],3]}", "train[1]", "list of steps"),
                refused("{\"train\":{}}", "train", "list of sequences"),
                refused("{\"train\":[[[1],[2]]],\n\"valid\":[[[1]]]}", "line 2", "valid[0]", "at least 2 steps"),
                refused("{\"test\":[[7]],\"train\":[[[1],[2]]]}", "test[0][0]"),
                refused("{\"train\":[]}", "train", "no sequence"),
                refused("{\"valid\":[]}", "train", "nothing"),
                refused("[1,2]", "line 1, column 1", "object"),
                refused("{\"train\":[[[1],[2]]]} {}", "nothing after"),
                refused("{\"train\":[[[1],[2", "line 1", "JSON"),
                refused("{\"train\":[[[1],[2]]]", "line 1"),
                refused("{\"train\" [[1]]}", "line 1, column", "JSON"),
                refused("", "object"));
    }

    private DataSource open(String json, int keys, KeyNumbers numbering, int firstKey) {
        Path file = write(folder, "roll.json", json);
        return DataSources.open(new DataSpec.PianoRoll(file.toString(), keys, numbering, firstKey), 4, 3);
    }

    @Test
    void midiNumbersAreTakenWhenAskedFor() {
        DataSource source = open("{\"train\":[[[21,60],[108]]]}", 88, KeyNumbers.MIDI, 21);
        MultiDataSet batch = all(source.training(), 0).get(0);
        assertEquals(1, features(batch).getInt(0, 0, 0));
        assertEquals(1, features(batch).getInt(0, 39, 0));
        assertEquals(1, labels(batch).getInt(0, 87, 0));
        assertEquals(
                3,
                features(batch).sumNumber().intValue()
                        + labels(batch).sumNumber().intValue());
        assertEquals(List.of(), source.notes());
        assertEquals(
                1,
                labels(all(
                                        open("{\"train\":[[[0],[127]]]}", 128, KeyNumbers.MIDI, 0)
                                                .training(),
                                        0)
                                .get(0))
                        .getInt(0, 127, 0));
    }

    @Test
    void howKeysAreCountedIsSaid() {
        String unclear = open("{\"train\":[[[43,60],[81]]]}", 88, KeyNumbers.FROM_ZERO, 21)
                .notes()
                .toString();
        for (String word : List.of("from 0", "43 to 81", "MIDI numbers 64 to 102", "numbering to midi")) {
            assertTrue(unclear.contains(word), unclear);
        }
        String clear = open("{\"train\":[[[3,60],[81]]]}", 88, KeyNumbers.FROM_ZERO, 21)
                .notes()
                .toString();
        assertTrue(clear.contains("24 to 102") && !clear.contains("numbering"), clear);
    }

    @Test
    void numbersOfTheOtherWayOfCountingAreRefused() {
        assertRefused(
                () -> open("{\"train\":[[[43],[88]]]}", 88, KeyNumbers.FROM_ZERO, 21),
                "0 to 87",
                "\"88\"",
                "numbering to midi");
        assertRefused(
                () -> open("{\"train\":[[[43],[20]]]}", 88, KeyNumbers.MIDI, 21), "21", "108", "\"20\"", "fromZero");
        assertRefused(() -> open("{\"train\":[[[43],[109]]]}", 88, KeyNumbers.MIDI, 21), "109");
        assertRefused(() -> open("{}", 88, KeyNumbers.MIDI, 60), "firstKey", "128");
    }

    private DynamicTest refused(String json, String... words) {
        String[] all = Stream.concat(Stream.of("roll.json"), Stream.of(words)).toArray(String[]::new);
        return DynamicTest.dynamicTest(json.isEmpty() ? "empty" : json, () -> assertRefused(() -> open(json), all));
    }

    @Test
    void readsChorales() {
        Path file = realFile("JSB_Chorales.json");
        DataSource source =
                DataSources.open(new DataSpec.PianoRoll(file.toString(), 88, KeyNumbers.FROM_ZERO, 21), 16, 7);
        assertEquals(
                new DataDescription(InputKind.SEQUENCE, 88, TargetKind.KEYS_PER_STEP, 88, 143), source.description());
        assertEquals(15, source.training().batchesPerEpoch());
        int sequences = 0;
        for (MultiDataSet batch : all(source.training(), 0)) {
            sequences += (int) features(batch).size(0);
            assertTrue(features(batch).size(2) <= 128);
        }
        assertEquals(229, sequences);
        assertEquals(5, source.validation().orElseThrow().batchesPerEpoch());
    }
}
