package org.steadygrad.data.csv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.data.Batches.all;
import static org.steadygrad.data.Batches.assertContract;
import static org.steadygrad.data.Batches.assertRefused;
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
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.BatchCell;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.DataArtifact.Column;
import org.steadygrad.data.DataArtifact.Columns;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.data.DataSource;
import org.steadygrad.spec.DataSpec.Missing;
import org.steadygrad.spec.DataSpec.Normalization;

/** Windows that overlap, paths, validation files, and what is said of a split. */
class CsvForecastTest {
    @TempDir
    private Path folder;

    /** Column y counts on from 1000, z is twice the row. */
    private static String series(int begin, int end) {
        return "y,z\n"
                + IntStream.range(begin, end)
                        .mapToObj(i -> (1000 + i) + "," + 2 * i)
                        .collect(Collectors.joining("\n"));
    }

    private static Set<Integer> starts(BatchSequence part, int epoch) {
        Set<Integer> found = new TreeSet<>();
        for (MultiDataSet batch : all(part, epoch)) {
            for (int i = 0; i < features(batch).size(0); i++) {
                found.add(features(batch).getInt(i, 0, 0) - 1000);
            }
        }
        return found;
    }

    private static Set<Integer> range(int begin, int end, int step) {
        return IntStream.iterate(begin, i -> i < end, i -> i + step)
                .boxed()
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void keepsTheContract() {
        assertContract(
                () -> CsvSpecs.forecast(folder, "y").path(3).validation(0.3).open(series(0, 50)));
        assertContract(
                () -> CsvSpecs.forecast(folder, "y").stride(2).validation(0.3).open(series(0, 50)));
    }

    /** Rows 0 to 39 are trained on: the last path ends in row 39. Validation forecasts each of the rows 40 to 49. */
    @Test
    void aPathFollowsEachWindow() {
        DataSource source = CsvSpecs.forecast(folder, "y", "z")
                .window(6)
                .path(5)
                .validation(0.2)
                .open(series(0, 50));
        assertEquals(new DataDescription(InputKind.SEQUENCE, 2, TargetKind.NUMBERS, 10, 6), source.description());
        assertEquals(range(0, 30, 1), starts(source.training(), 1));
        for (MultiDataSet batch : all(source.training(), 0)) {
            for (int i = 0; i < features(batch).size(0); i++) {
                int last = features(batch).getInt(i, 0, 5) - 1000;
                for (int ahead = 1; ahead <= 5; ahead++) {
                    assertEquals(1000 + last + ahead, labels(batch).getInt(i, ahead - 1));
                    assertEquals(2 * (last + ahead), labels(batch).getInt(i, 4 + ahead));
                }
            }
        }
        assertEquals(Set.of(34, 39), starts(source.validation().orElseThrow(), 0));
        String origin = source.validation().orElseThrow().origin(0, 0, new BatchCell(true, 1, 7, -1));
        assertTrue(origin.endsWith("in.csv, line 49, column \"z\""), origin);
    }

    @Test
    void stridesAreChosen() {
        CsvSpecs specs = CsvSpecs.forecast(folder, "y").window(6).path(5).validation(0.2);
        assertEquals(range(0, 30, 4), starts(specs.stride(4).open(series(0, 50)).training(), 0));
        DataSource steps = CsvSpecs.forecast(folder, "y")
                .window(6)
                .horizon(3)
                .stride(1)
                .validation(0.2)
                .open(series(0, 50));
        assertEquals(range(0, 32, 1), starts(steps.training(), 0));
        assertEquals(TargetKind.NUMBERS_PER_STEP, steps.description().target());
    }

    @Test
    void pathsWithMissingValuesAreLeftOut() {
        String csv = series(0, 20).replace("1010,", ",");
        DataSource source = CsvSpecs.forecast(folder, "y")
                .inputs("z")
                .window(2)
                .path(3)
                .missing(Missing.PREVIOUS)
                .open(csv);
        Set<Integer> rows = new TreeSet<>();
        for (MultiDataSet batch : all(source.training(), 0)) {
            for (int i = 0; i < features(batch).size(0); i++) {
                rows.add(features(batch).getInt(i, 0, 0) / 2);
            }
        }
        Set<Integer> expected = range(0, 16, 1);
        expected.removeAll(Set.of(6, 7, 8));
        assertEquals(expected, rows);
    }

    @Test
    void eachStepOfAPathHasItsScaling() {
        CsvSpecs specs =
                CsvSpecs.forecast(folder, "y").inputs("z").window(2).path(2).normalization(Normalization.MIN_MAX);
        Columns columns = (Columns) specs.open(series(0, 11)).artifact();
        assertEquals(
                List.of(new Column("y (+1)", 1000, 10, 1005), new Column("y (+2)", 1000, 10, 1005)), columns.targets());
        DataSource again = specs.open(series(20, 26), columns);
        assertEquals(2.2, labels(all(again.training(), 0).get(0)).getDouble(0, 0) - 0.1 * order(again), 1e-5);
        assertRefused(() -> specs.path(3).open(series(0, 11), columns), "y (+2)");
    }

    /** Number of the window that comes first in the first batch. */
    private static int order(DataSource source) {
        double z = features(all(source.training(), 0).get(0)).getDouble(0, 0, 0);
        return (int) Math.round((z * 20 - 40) / 2);
    }

    @Test
    void aValidationFileIsScoredWhole() {
        DataSource steps = CsvSpecs.forecast(folder, "y")
                .window(4)
                .validationFile(series(100, 141))
                .open(series(0, 21));
        assertEquals(
                40,
                all(steps.validation().orElseThrow(), 0).stream()
                        .mapToInt(batch -> batch.getLabelsMaskArray(0) == null
                                ? (int) (labels(batch).size(0) * labels(batch).size(2))
                                : batch.getLabelsMaskArray(0).sumNumber().intValue())
                        .sum());
        assertEquals(4, starts(steps.training(), 0).size());
        DataSource paths = CsvSpecs.forecast(folder, "y")
                .window(4)
                .path(3)
                .validationFile(series(100, 110))
                .open(series(0, 20));
        assertEquals(Set.of(100, 103), starts(paths.validation().orElseThrow(), 0));
        assertRefused(
                () -> CsvSpecs.forecast(folder, "y")
                        .validationFile("y,w\n1,2\n3,4\n")
                        .open(series(0, 21)),
                "held.csv",
                "columns of",
                "[y, z]");
        DataSource sequences = CsvSpecs.classes(folder, "c")
                .sequence("id")
                .validationFile("id,x,c\nu,1,a\nw,5,b\n")
                .open("id,x,c\nu,1,a\nv,2,b\n");
        assertEquals(2, features(all(sequences.training(), 0).get(0)).size(0));
        String notes = sequences.notes().toString();
        assertTrue(notes.contains("1 of 2 validation sequences have the inputs of a training sequence"), notes);
        assertTrue(notes.contains("held.csv, lines 2 to 2 and") && notes.contains("in.csv, lines 2 to 2"), notes);
        String origin = sequences.validation().orElseThrow().origin(0, 0, new BatchCell(false, 1, 0, 0));
        assertTrue(origin.endsWith("held.csv, line 3, column \"x\""), origin);
    }

    /** Training 0 to 9: deviation 2.8723; validation up to 19, 3.48 deviations above. */
    @Test
    void validationBeyondTheRangeOfTrainingIsSaid() {
        String csv = "x\n" + IntStream.range(0, 20).mapToObj(String::valueOf).collect(Collectors.joining("\n"));
        String notes =
                CsvSpecs.forecast(folder, "x").validation(0.5).open(csv).notes().toString();
        assertTrue(
                notes.contains("3.5 deviations") && notes.contains("10.00 to 19.00, in training 0.000 to 9.000"),
                notes);
        String flat = "x\n"
                + IntStream.range(0, 20).mapToObj(i -> String.valueOf(i % 5)).collect(Collectors.joining("\n"));
        assertEquals(
                List.of(),
                CsvSpecs.forecast(folder, "x").validation(0.5).open(flat).notes());
    }

    @Test
    void aColumnThatStartsToVaryInValidationIsSaid() {
        String csv = "x,y\n"
                + IntStream.range(0, 20)
                        .mapToObj(i -> (i < 12 ? 0.1 : 5) + "," + i % 5)
                        .collect(Collectors.joining("\n"));
        String notes =
                CsvSpecs.forecast(folder, "y").validation(0.5).open(csv).notes().toString();
        assertTrue(
                notes.contains("input \"x\" is 0.1000 throughout training, but 0.1000 to 5.000 in validation"), notes);
    }

    @Test
    void labelsArePathsInBatches() {
        DataSource source = CsvSpecs.forecast(folder, "y").window(1).path(1).open(series(0, 3));
        assertArrayEquals(
                new long[] {2, 1}, labels(all(source.training(), 0).get(0)).shape());
        assertRefused(
                () -> CsvSpecs.forecast(folder, "y").window(3).path(4).open(series(0, 6)), "7 rows", "data.horizon");
    }
}
