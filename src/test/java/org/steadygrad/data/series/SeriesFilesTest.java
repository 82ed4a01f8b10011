package org.steadygrad.data.series;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.data.Batches.all;
import static org.steadygrad.data.Batches.assertContract;
import static org.steadygrad.data.Batches.assertRefused;
import static org.steadygrad.data.Batches.features;
import static org.steadygrad.data.Batches.labels;
import static org.steadygrad.data.Batches.write;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.DataArtifact.Columns;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.data.DataSource;
import org.steadygrad.spec.DataSpec.Missing;
import org.steadygrad.spec.DataSpec.SeriesTask;

/** Files of series as batches. */
class SeriesFilesTest {
    @TempDir
    private Path folder;

    private Path file(String name, String cases) {
        return write(folder, name, "@dimension 2\n@classLabel true up down left\n@data\n" + cases);
    }

    private Path many(int count) {
        return file(
                "many.ts",
                IntStream.range(0, count)
                        .mapToObj(i -> i + ",".repeat(1) + (i + 0.5) + (i % 3 == 0 ? ",9" : "") + ":1,2"
                                + (i % 3 == 0 ? ",8" : "") + (i % 2 == 0 ? ":up" : ":down"))
                        .collect(Collectors.joining("\n")));
    }

    @Test
    void keepsTheContract() {
        Path path = many(23);
        assertContract(() -> SeriesSpecs.of(path).validation(0.3).open());
    }

    @Test
    void anExamplePerSeriesPaddedAndMasked() {
        DataSource source =
                SeriesSpecs.of(file("in.ts", "1,2,3:4,5,6:up\n7:8:down\n")).open();
        assertEquals(new DataDescription(InputKind.SEQUENCE, 2, TargetKind.CLASS, 2, 3), source.description());
        assertEquals(List.of("down", "up"), ((Columns) source.artifact()).classes());
        MultiDataSet batch = all(source.training(), 0).get(0);
        int longer = features(batch).getInt(0, 0, 0) == 1 ? 0 : 1;
        assertArrayEquals(
                new float[] {4, 5, 6}, features(batch).slice(longer).getRow(1).toFloatVector());
        assertArrayEquals(
                new float[] {7, 0, 0},
                features(batch).slice(1 - longer).getRow(0).toFloatVector());
        assertArrayEquals(
                new float[] {1, 0, 0},
                batch.getFeaturesMaskArray(0).getRow(1 - longer).toFloatVector());
        assertEquals(1, labels(batch).getInt(longer, 1));
    }

    @Test
    void aValidationFileIsTakenWhole() {
        Path held = file("held.ts", "9:9:down\n8:8:up\n1,2:3,4:left\n");
        DataSource source = SeriesSpecs.of(file("in.ts", "1,2:3,4:up\n7:8:down\n"))
                .validation(held)
                .open();
        assertEquals(2, features(all(source.training(), 0).get(0)).size(0));
        assertEquals(
                3, features(all(source.validation().orElseThrow(), 0).get(0)).size(0));
        String notes = source.notes().toString();
        assertTrue(notes.contains("class \"left\" has no example in training, but 1 in validation"), notes);
        assertTrue(notes.contains("1 of 3 validation sequences") && notes.contains("held.ts, line 6"), notes);
        assertRefused(
                () -> SeriesSpecs.of(file("in.ts", "1,2:3,4:up\n7:8:down\n"))
                        .validation(write(folder, "one.ts", "@classLabel true up\n@data\n1,2:up\n"))
                        .open(),
                "one.ts",
                "columns");
    }

    @Test
    void missingValuesAndLabels() {
        Path path = file("in.ts", "1,?:3,4:up\n7:8:down\n");
        assertRefused(
                () -> SeriesSpecs.of(path).open(), "in.ts, line 4", "dimension \"1\"", "time step 1", "data.missing");
        DataSource source = SeriesSpecs.of(path).missing(Missing.PREVIOUS).open();
        assertTrue(
                source.notes().toString().contains("1 of 6 values are missing"),
                source.notes().toString());
        assertRefused(() -> SeriesSpecs.of(file("in.ts", "1:2:?\n3:4:up\n")).open(), "line 4", "class");
        Path unlabelled = write(folder, "un.ts", "@univariate true\n@classLabel false\n@data\n1,2\n");
        assertRefused(() -> SeriesSpecs.of(unlabelled).open(), "un.ts", "data.task");
        DataSource next =
                SeriesSpecs.of(unlabelled).task(SeriesTask.FORECASTING).open();
        assertEquals(2, labels(all(next.training(), 0).get(0)).getInt(0, 0, 0));
    }

    @Test
    void classesOfTheModelAreKept() {
        DataSource trained =
                SeriesSpecs.of(file("in.ts", "1:2:up\n3:4:left\n5:6:down\n")).open();
        DataSource other =
                SeriesSpecs.of(file("other.ts", "1:2:left\n3:4:up\n")).open(trained.artifact());
        assertEquals(3, other.description().targetSize());
        assertRefused(
                () -> SeriesSpecs.of(file("other.ts", "1:2:right\n3:4:up\n")).open(trained.artifact()),
                "other.ts, line 4",
                "\"right\"",
                "[down, left, up]");
    }
}
