package org.steadygrad.data.csv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.data.Batches.all;
import static org.steadygrad.data.Batches.assertContract;
import static org.steadygrad.data.Batches.features;
import static org.steadygrad.data.Batches.labels;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.DataArtifact.Columns;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.DataSources;
import org.steadygrad.spec.DataSpec.Header;
import org.steadygrad.spec.DataSpec.Missing;

class CsvDataTest {
    @TempDir
    private Path folder;

    /** Sequences s1 ... with 1, 3, 7, 17, 33 ... rows; x counts the rows of the file, k is the sequence's number. */
    private static String sequences(int count) {
        int[] lengths = {1, 3, 7, 17, 33};
        StringBuilder csv = new StringBuilder("id,x,k,class\n");
        int row = 0;
        for (int s = 0; s < count; s++) {
            for (int t = 0; t < lengths[s % 5]; t++) {
                csv.append("s%d,%d,%d,%s\n"
                        .formatted(s, row++, s, s % 2 == 0 ? "even" : "an, \"odd\" one")
                        .replace("an, \"odd\" one", "\"an, \"\"odd\"\" one\""));
            }
        }
        return csv.toString();
    }

    private static String series(int rows) {
        return "t,y\n"
                + IntStream.range(0, rows).mapToObj(i -> i + "," + (1000 + i)).collect(Collectors.joining("\n"));
    }

    private static Set<Integer> firstInputs(BatchSequence part) {
        Set<Integer> found = new TreeSet<>();
        for (MultiDataSet batch : all(part, 0)) {
            for (int i = 0; i < features(batch).size(0); i++) {
                found.add(features(batch).getInt(i, 0, 0));
            }
        }
        return found;
    }

    @Test
    void keepsTheContract() {
        assertContract(() ->
                CsvSpecs.classes(folder, "class").sequence("id").validation(0.3).open(sequences(23)));
        assertContract(
                () -> CsvSpecs.forecast(folder, "y").horizon(2).validation(0.3).open(series(50)));
    }

    @Test
    void classesOfSequencesArePaddedAndMasked() {
        DataSource source = CsvSpecs.classes(folder, "class").sequence("id").open(sequences(10));
        assertEquals(new DataDescription(InputKind.SEQUENCE, 2, TargetKind.CLASS, 2, 33), source.description());
        assertEquals(List.of("an, \"odd\" one", "even"), ((Columns) source.artifact()).classes());
        int[] lengths = {1, 3, 7, 17, 33};
        int seen = 0;
        for (MultiDataSet batch : all(source.training(), 0)) {
            assertNull(batch.getLabelsMaskArray(0));
            for (int i = 0; i < features(batch).size(0); i++) {
                int sequence = features(batch).getInt(i, 1, 0);
                int steps = (int) features(batch).size(2);
                for (int t = 0; t < steps; t++) {
                    int expected = t < lengths[sequence % 5] ? 1 : 0;
                    INDArray mask = batch.getFeaturesMaskArray(0);
                    assertEquals(expected, mask == null ? 1 : mask.getInt(i, t));
                    int x = features(batch).getInt(i, 0, t);
                    assertEquals(expected == 0 ? 0 : features(batch).getInt(i, 0, 0) + t, x);
                }
                assertEquals(sequence % 2 == 0 ? 1 : 0, labels(batch).getInt(i, 1));
                assertEquals(1, labels(batch).getRow(i).sumNumber().intValue());
                seen++;
            }
        }
        assertEquals(10, seen);
    }

    @Test
    void validationSequencesAreDrawnWithTheSeedAndDisjoint() {
        CsvSpecs specs =
                CsvSpecs.forecast(folder, "x").inputs("k").sequence("id").validation(0.25);
        String csv = sequences(40).replaceAll("(?m)^s\\d*[05],.*\n", "");
        DataSource source = specs.open(csv);
        Set<Integer> training = firstInputs(source.training());
        Set<Integer> held = firstInputs(source.validation().orElseThrow());
        assertEquals(8, held.size());
        assertEquals(24, training.size());
        training.retainAll(held);
        assertTrue(training.isEmpty());
        DataSource other = DataSources.open(specs.spec(folder.resolve("in.csv").toString()), 4, 6);
        assertNotEquals(held, firstInputs(other.validation().orElseThrow()));
    }

    @Test
    void forecastsHorizonStepsAhead() {
        DataSource source = CsvSpecs.forecast(folder, "y")
                .window(7)
                .horizon(3)
                .validation(0.3)
                .open(series(60));
        assertEquals(
                new DataDescription(InputKind.SEQUENCE, 2, TargetKind.NUMBERS_PER_STEP, 1, 7), source.description());
        for (MultiDataSet batch : all(source.training(), 1)) {
            assertNull(batch.getLabelsMaskArray(0));
            INDArray expected =
                    features(batch).get(NDArrayIndex.all(), NDArrayIndex.interval(0, 1), NDArrayIndex.all());
            assertEquals(expected.add(1003), labels(batch));
            assertTrue(labels(batch).maxNumber().intValue() < 1042, "a training target from the validation part");
        }
        MultiDataSet held = all(source.validation().orElseThrow(), 0).get(0);
        // seven rows before are shown, and not scored; the shortest comes first
        assertArrayEquals(new long[] {3, 2, 14}, features(held).shape());
        assertEquals(49, features(held).getInt(0, 0, 0));
        assertEquals(1059, labels(held).getInt(0, 0, 7));
        assertArrayEquals(
                new float[] {0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0},
                held.getLabelsMaskArray(0).getRow(0).toFloatVector());
        assertArrayEquals(
                new float[] {1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0},
                held.getFeaturesMaskArray(0).getRow(0).toFloatVector());
        assertEquals(35, features(held).getInt(1, 0, 0));
        assertEquals(1045, labels(held).getInt(1, 0, 7));
    }

    @Test
    void aWindowHasTheTargetOfItsLastRow() {
        DataSource source = CsvSpecs.numbers(folder, "y").window(5).open(series(23));
        for (MultiDataSet batch : all(source.training(), 0)) {
            for (int i = 0; i < features(batch).size(0); i++) {
                assertEquals(
                        1000 + features(batch).getInt(i, 0, 4), labels(batch).getInt(i, 0));
            }
        }
    }

    @Test
    void readsTheUsualDialects() {
        float[] expected = {1, 2, 3};
        String[][] dialects = {
            {"x,y\n1,0\n2,0\n3,9\n", ","},
            {"\uFEFFx,y\r\n1,0\r\n2,0\r\n3,9", ","},
            {"x;y\n1;0\n2;0\n3;9\n", ";"},
            {"x\ty\n1\t0\n2\t0\n3\t9\n", "tab"},
            {"x\ty\n1\t0\n2\t0\n3\t9\n", "\t"},
            {"\"x\",\"y\"\n\"1\", 0\n+2.0,0\n.3e1,9\n\n", ","},
            {"1,0\n2,0\n3,9\n", ","},
        };
        for (String[] dialect : dialects) {
            DataSource source =
                    CsvSpecs.numbers(folder, "2").separator(dialect[1]).open(dialect[0]);
            MultiDataSet batch = all(source.training(), 0).get(0);
            assertArrayEquals(expected, features(batch).reshape(3).toFloatVector(), dialect[0]);
            assertEquals(9, labels(batch).getInt(0, 0));
        }
    }

    @Test
    void theHeaderKeyDecidesWhenGiven() {
        String numbers = "1,2\n3,4\n5,6\n7,8\n";
        CsvSpecs specs = CsvSpecs.numbers(folder, "2").window(1);
        assertEquals(
                4,
                firstInputs(specs.header(Header.AUTO).open(numbers).training()).size());
        assertEquals(
                4, firstInputs(specs.header(Header.NO).open(numbers).training()).size());
        DataSource named = specs.header(Header.YES).open(numbers);
        assertEquals(3, firstInputs(named.training()).size());
        assertEquals("1", ((Columns) named.artifact()).inputs().get(0).name());
    }

    @Test
    void aColumnOfOneValueMayHaveBlankCells() {
        DataSource source = CsvSpecs.forecast(folder, "y")
                .sequence(null)
                .missing(Missing.PREVIOUS)
                .open("y\n1\n\n3\n4\n");
        assertArrayEquals(
                new float[] {1, 1, 3},
                features(all(source.training(), 0).get(0)).reshape(3).toFloatVector());
    }

    @Test
    void filesOnTheClassPathAreOpened() {
        DataSource source = DataSources.open(CsvSpecs.forecast(folder, "y").spec("builtin:line-for-tests.csv"), 1, 1);
        assertEquals(2, source.description().inputSize());
    }
}
