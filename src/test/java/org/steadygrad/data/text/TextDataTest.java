package org.steadygrad.data.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.data.Batches.all;
import static org.steadygrad.data.Batches.assertContract;
import static org.steadygrad.data.Batches.assertRefused;
import static org.steadygrad.data.Batches.features;
import static org.steadygrad.data.Batches.labels;
import static org.steadygrad.data.Batches.realFile;
import static org.steadygrad.data.Batches.write;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.DataSources;
import org.steadygrad.data.Vocabulary;
import org.steadygrad.spec.DataSpec;

class TextDataTest {
    /** 200 different letters in a row, some outside the basic plane, so that every position is recognised. */
    private static final String LETTERS = IntStream.range(0, 200)
            .mapToObj(i -> Character.toString(i % 2 == 0 ? 0x4E00 + i : 0x1F300 + i))
            .collect(Collectors.joining());

    @TempDir
    private Path folder;

    private DataSource open(String text, int length, double validation) {
        Path file = write(folder, "in.txt", text);
        return DataSources.open(new DataSpec.Text(file.toString(), length, validation), 3, 11);
    }

    /** The text of each sequence's inputs followed by its last label, where unmasked. */
    private static List<String> sequences(DataSource source, BatchSequence part, int epoch) {
        Vocabulary vocabulary = Vocabulary.of((DataArtifact.Vocabulary) source.artifact());
        List<String> texts = new ArrayList<>();
        for (MultiDataSet batch : all(part, epoch)) {
            INDArray next = labels(batch).argMax(1);
            for (int i = 0; i < features(batch).size(0); i++) {
                INDArray mask = batch.getFeaturesMaskArray(0);
                int steps = mask == null
                        ? (int) features(batch).size(2)
                        : mask.getRow(i).sumNumber().intValue();
                int[] symbols = new int[steps + 1];
                for (int t = 0; t < steps; t++) {
                    symbols[t] = features(batch).getInt(i, 0, t);
                    assertTrue(t == 0 || symbols[t] == next.getInt(i, t - 1), "label is the next character");
                }
                symbols[steps] = next.getInt(i, steps - 1);
                texts.add(vocabulary.decode(symbols));
            }
        }
        return texts;
    }

    @Test
    void keepsTheContract() {
        assertContract(() -> open(LETTERS, 7, 0.2));
    }

    @Test
    void trainingWindowsAreNeighboursAndMoveFromEpochToEpoch() {
        DataSource source = open(LETTERS, 7, 0.2);
        String training = LETTERS.substring(0, LETTERS.offsetByCodePoints(0, 160));
        List<Integer> offsets = new ArrayList<>();
        for (int epoch = 0; epoch < 6; epoch++) {
            List<Integer> starts = new ArrayList<>();
            for (String text : sequences(source, source.training(), epoch)) {
                int at = training.indexOf(text);
                assertTrue(at >= 0, "a window outside the training part");
                starts.add(training.codePointCount(0, at));
            }
            List<Integer> sorted = starts.stream().sorted().toList();
            assertNotEquals(sorted, starts, "the windows are shuffled");
            assertEquals(
                    IntStream.range(0, sorted.size())
                            .mapToObj(i -> sorted.get(0) + 7 * i)
                            .toList(),
                    sorted);
            assertEquals(21 + (160 - 7) % 7 / 7, sorted.size());
            offsets.add(sorted.get(0));
        }
        assertTrue(offsets.stream().distinct().count() > 2, offsets::toString);
    }

    @Test
    void validationIsTheEndOfTheFileOnceAndInOrder() {
        DataSource source = open(LETTERS, 7, 0.2);
        List<String> texts = sequences(source, source.validation().orElseThrow(), 0);
        assertEquals(6, texts.size());
        StringBuilder joined = new StringBuilder(texts.get(0));
        texts.stream().skip(1).forEach(t -> joined.append(t.substring(Character.charCount(t.codePointAt(0)))));
        assertEquals(LETTERS.substring(LETTERS.offsetByCodePoints(0, 160)), joined.toString());
        MultiDataSet last = all(source.validation().orElseThrow(), 0).get(1);
        assertArrayEquals(
                new float[] {1, 1, 1, 1, 0, 0, 0},
                last.getLabelsMaskArray(0).getRow(2).toFloatVector());
        assertNull(all(source.validation().orElseThrow(), 0).get(0).getLabelsMaskArray(0));
    }

    @Test
    void describesSymbolsOfTheWholeFileSorted() {
        DataSource source = open("ba".repeat(50) + "z\uD83D\uDE00", 4, 0.02);
        assertEquals(new DataArtifact.Vocabulary(List.of("a", "b", "z", "\uD83D\uDE00")), source.artifact());
        assertEquals(new DataDescription(InputKind.SYMBOLS, 4, TargetKind.CLASS_PER_STEP, 4, 4), source.description());
    }

    @Test
    void noValidationWhenNoneIsAskedFor() {
        assertTrue(open(LETTERS, 199, 0).validation().isEmpty());
    }

    @Test
    void aByteOrderMarkIsNoCharacter() {
        assertEquals(
                new DataArtifact.Vocabulary(List.of("a", "b")),
                open("\uFEFFabababab", 2, 0).artifact());
    }

    @Test
    void theSavedVocabularyIsUsedAndUnknownCharactersAreNamed() {
        Path file = write(folder, "eval.txt", "ab\nabc\u00e9ab");
        DataSpec spec = new DataSpec.Text(file.toString(), 2, 0);
        DataArtifact saved = new DataArtifact.Vocabulary(List.of("c", "b", "a", "\n", "\u00e9"));
        assertEquals(saved, DataSources.open(spec, 3, 1, saved).artifact());
        DataArtifact smaller = new DataArtifact.Vocabulary(List.of("a", "b", "c", "\n"));
        assertRefused(() -> DataSources.open(spec, 3, 1, smaller), "eval.txt, line 2, column 4", "'\u00e9'", "U+00E9");
        assertRefused(() -> DataSources.open(spec, 3, 1, new DataArtifact.None()), "none", "Text");
    }

    @Test
    void filesThatAreNoTextAreRefusedWithTheOffset() {
        byte[] invalid = "abcdefgh".repeat(9).getBytes(StandardCharsets.UTF_8);
        invalid[17] = (byte) 0xC3;
        byte[] binary = invalid.clone();
        binary[17] = 0;
        byte[] cut = "abcde\u00e9".getBytes(StandardCharsets.UTF_8);
        assertRefused(() -> read("bad.txt", invalid), "bad.txt, byte offset 17", "C3", "UTF-8");
        assertRefused(() -> read("nul.txt", binary), "nul.txt, byte offset 17", "binary");
        assertRefused(() -> read("cut.txt", java.util.Arrays.copyOf(cut, 6)), "cut.txt, byte offset 5");
        assertRefused(() -> read("empty.txt", new byte[0]), "empty.txt", "empty");
        assertRefused(() -> read("short.txt", "abc".getBytes(StandardCharsets.UTF_8)), "short.txt", "5", "3");
        assertRefused(() -> open(LETTERS, 7, 0.001), "in.txt", "validation");
        assertRefused(() -> open("a".repeat(40), 7, 0.1), "in.txt", "at least 2 different characters", "U+0061");
    }

    private void read(String name, byte[] content) {
        DataSources.open(new DataSpec.Text(write(folder, name, content).toString(), 4, 0), 1, 1);
    }

    @Test
    void missingFilesAndFoldersAreRefused() {
        assertRefused(() -> DataSources.open(new DataSpec.Text("no/such.txt", 4, 0), 1, 1), "data.path", "no/such.txt");
        assertRefused(() -> DataSources.open(new DataSpec.Text(folder.toString(), 4, 0), 1, 1), "a folder");
        assertRefused(() -> DataSources.open(new DataSpec.Text("builtin:no.txt", 4, 0), 1, 1), "builtin:no.txt");
        assertRefused(() -> DataSources.open(new DataSpec.Text("builtin:../data/x", 4, 0), 1, 1), "builtin:");
        assertRefused(() -> DataSources.open(new DataSpec.Text("a\0b", 4, 0), 1, 1), "data.path");
    }

    @Test
    void readsShakespeare() throws Exception {
        Path file = realFile("tinyshakespeare.txt");
        DataSource source = DataSources.open(new DataSpec.Text(file.toString(), 128, 0.1), 32, 7);
        assertEquals(65, source.description().inputSize());
        String text = Files.readString(file);
        assertEquals(1_115_394, text.length());
        assertEquals((1_003_855 - 128) / 128 / 32 + 1, source.training().batchesPerEpoch());
        assertTrue(text.contains(
                sequences(source, source.validation().orElseThrow(), 0).get(3)));
    }
}
