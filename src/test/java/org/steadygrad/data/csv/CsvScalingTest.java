package org.steadygrad.data.csv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.steadygrad.data.Batches.all;
import static org.steadygrad.data.Batches.assertRefused;
import static org.steadygrad.data.Batches.features;
import static org.steadygrad.data.Batches.labels;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.DataArtifact.Column;
import org.steadygrad.data.DataArtifact.Columns;
import org.steadygrad.data.DataSource;
import org.steadygrad.spec.DataSpec.Missing;
import org.steadygrad.spec.DataSpec.Normalization;

/** Scaling, and what becomes of missing cells. */
class CsvScalingTest {
    @TempDir
    private Path folder;

    @Test
    void scalingIsFittedOnTrainingRowsOnly() {
        String csv = "a,c,y\n" + "0,5,10\n2,5,20\n".repeat(4) + "1000,7,-1000\n".repeat(8);
        for (Normalization normalization : Normalization.values()) {
            DataSource source = CsvSpecs.forecast(folder, "y")
                    .inputs("a", "c")
                    .normalization(normalization)
                    .validation(0.5)
                    .open(csv);
            Columns expected =
                    switch (normalization) {
                        case STANDARD ->
                            new Columns(
                                    List.of(new Column("a", 1, 1, 1), new Column("c", 5, 1, 5)),
                                    List.of(new Column("y", 15, 5, 15)),
                                    List.of());
                        case MIN_MAX ->
                            new Columns(
                                    List.of(new Column("a", 0, 2, 1), new Column("c", 5, 1, 5)),
                                    List.of(new Column("y", 10, 10, 15)),
                                    List.of());
                        case NONE ->
                            new Columns(
                                    List.of(new Column("a", 0, 1, 1), new Column("c", 0, 1, 5)),
                                    List.of(new Column("y", 0, 1, 15)),
                                    List.of());
                    };
            assertEquals(expected, source.artifact());
            Column a = expected.inputs().get(0);
            Column y = expected.targets().get(0);
            MultiDataSet held = all(source.validation().orElseThrow(), 0).get(0);
            // three rows before are shown, and not scored
            assertEquals((1000 - a.shift()) / a.scale(), features(held).getDouble(0, 0, 3), 1e-3);
            assertEquals((-1000 - y.shift()) / y.scale(), labels(held).getDouble(0, 0, 3), 1e-3);
        }
    }

    @Test
    void aConstantColumnThatRoundsAndATinySpreadStayFinite() {
        String csv = "a,b,y\n"
                + IntStream.range(0, 33)
                        .mapToObj(i -> "0.1," + (i % 2) + "e-200," + i)
                        .collect(Collectors.joining("\n"));
        DataSource source = CsvSpecs.numbers(folder, "y")
                .normalization(Normalization.STANDARD)
                .open(csv);
        Columns columns = (Columns) source.artifact();
        assertEquals(new Column("a", 0.1, 1, 0.1), columns.inputs().get(0));
        assertEquals(1e-200, columns.inputs().get(1).scale());
        INDArray x = features(all(source.training(), 0).get(0));
        assertEquals(0, x.getDouble(0, 0, 0));
        assertEquals(0.5, Math.abs(x.getDouble(0, 1, 0)), 0.02);
    }

    @Test
    void theSavedScalingIsUsed() {
        Columns saved =
                new Columns(List.of(new Column("t", 10, 4, 12)), List.of(new Column("y", 1000, 2, 0)), List.of());
        CsvSpecs specs = CsvSpecs.numbers(folder, "y").window(1).normalization(Normalization.STANDARD);
        DataSource source = specs.open("t,y\n30,1004\n", saved);
        assertEquals(saved, source.artifact());
        MultiDataSet batch = all(source.training(), 0).get(0);
        assertEquals(5, features(batch).getDouble(0, 0, 0));
        assertEquals(2, labels(batch).getDouble(0, 0));
        assertEquals(
                0.5,
                features(all(
                                        specs.missing(Missing.MEAN)
                                                .open("t,y\n,1004\n", saved)
                                                .training(),
                                        0)
                                .get(0))
                        .getDouble(0, 0, 0));
    }

    @Test
    void missingCellsAreFilledIn() {
        String csv = "id,x,y\nu,,1\nu,4,1\nu,NA,1\nu, ,1\nv,,2\nv,8,2\n";
        CsvSpecs specs = CsvSpecs.numbers(folder, "y").sequence("id");
        assertArrayEquals(
                new float[] {6, 4, 6, 6}, row(specs.missing(Missing.MEAN).open(csv), 4, 1));
        assertArrayEquals(
                new float[] {6, 4, 4, 4}, row(specs.missing(Missing.PREVIOUS).open(csv), 4, 1));
        assertArrayEquals(
                new float[] {6, 8, 0, 0}, row(specs.missing(Missing.PREVIOUS).open(csv), 4, 2));
    }

    /** The first input of the sequence with this target. */
    private static float[] row(DataSource source, int steps, int target) {
        MultiDataSet batch = all(source.training(), 0).get(0);
        assertEquals(steps, features(batch).size(2));
        int i = labels(batch).getInt(0, 0) == target ? 0 : 1;
        return features(batch).slice(i).getRow(0).toFloatVector();
    }

    @Test
    void stepsWithAMissingForecastTargetAreMasked() {
        DataSource source = CsvSpecs.forecast(folder, "y")
                .sequence("id")
                .missing(Missing.PREVIOUS)
                .open("id,y\nu,1\nu,2\nu,\nu,4\n");
        MultiDataSet batch = all(source.training(), 0).get(0);
        assertArrayEquals(new float[] {1, 2, 2}, features(batch).reshape(3).toFloatVector());
        assertArrayEquals(new float[] {2, 0, 4}, labels(batch).reshape(3).toFloatVector());
        assertArrayEquals(
                new float[] {1, 0, 1}, batch.getLabelsMaskArray(0).reshape(3).toFloatVector());
        assertNull(batch.getFeaturesMaskArray(0));
    }

    /** Logarithms of e^0, e^2 and e^4: mean 2, deviation 1.632993; the mean of the numbers themselves fills in. */
    @Test
    void logarithmsAreScaled() {
        String csv = "a,y\n1,1\n7.38905609893065,10\n54.598150033144236,100\n,10\n";
        CsvSpecs specs = CsvSpecs.forecast(folder, "y")
                .window(3)
                .missing(Missing.MEAN)
                .normalization(Normalization.STANDARD)
                .log("a", "2");
        DataSource source = specs.open(csv);
        Columns columns = (Columns) source.artifact();
        Column a = columns.inputs().get(0);
        assertEquals(2, a.shift(), 1e-12);
        assertEquals(1.632993161855452, a.scale(), 1e-12);
        assertEquals(20.99573537735829, a.mean(), 1e-12);
        MultiDataSet batch = all(source.training(), 0).get(0);
        assertArrayEquals(
                new float[] {-1.2247449f, 0, 1.2247449f},
                features(batch).slice(0).getRow(0).toFloatVector(),
                1e-6f);
        Column y = columns.targets().get(0);
        assertEquals(100, y.raw(labels(batch).getDouble(0, 0, 1)), 1e-4);
        assertEquals(20.99573537735829, a.raw(a.scaled(20.99573537735829)), 1e-12);
        assertRefused(
                () -> specs.open(csv.replace("1,1\n7", "0,1\n7")), "line 2", "column \"a\"", "data.log", "above 0");
        assertRefused(() -> specs.open(csv.replace(",100", ",-3")), "line 4", "column \"y\"", "data.log");
        assertRefused(() -> specs.log("z").open(csv), "data.log", "\"z\"");
        assertRefused(() -> specs.inputs("y").log("a").open(csv), "data.log", "inputs");
    }
}
