package org.steadygrad.data.csv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.data.Batches.all;
import static org.steadygrad.data.Batches.assertContract;
import static org.steadygrad.data.Batches.assertRefused;
import static org.steadygrad.data.Batches.features;
import static org.steadygrad.data.Batches.labels;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.DataArtifact.Column;
import org.steadygrad.data.DataArtifact.Columns;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.LabelReferences;
import org.steadygrad.data.Reference;
import org.steadygrad.data.Reference.Kind;
import org.steadygrad.spec.DataSpec.Missing;
import org.steadygrad.spec.DataSpec.Normalization;
import org.steadygrad.spec.DataSpec.Transform;

/** What is learnt of a series in place of its values. */
class CsvTransformTest {
    @TempDir
    private Path folder;

    private final Random random = new Random(5);

    /** Months from January 1990 on. */
    private static String months(int count, IntToDoubleFunction y) {
        StringBuilder csv = new StringBuilder("date,y\n");
        for (int t = 0; t < count; t++) {
            csv.append(String.format(Locale.ROOT, "%d-%02d-01,%.6f%n", 1990 + t / 12, 1 + t % 12, y.applyAsDouble(t)));
        }
        return csv.toString();
    }

    private static String plain(int count, IntToDoubleFunction y) {
        StringBuilder csv = new StringBuilder("y\n");
        for (int t = 0; t < count; t++) {
            csv.append(String.format(Locale.ROOT, "%.6f%n", y.applyAsDouble(t)));
        }
        return csv.toString();
    }

    private CsvSpecs auto() {
        return CsvSpecs.forecast(folder, "y")
                .window(null)
                .transform(Transform.AUTO)
                .normalization(Normalization.STANDARD)
                .validation(0.2);
    }

    private Column chosen(CsvSpecs specs, String csv) {
        return ((Columns) specs.open(csv).artifact()).inputs().get(0);
    }

    private static double season(int t) {
        return Math.sin(2 * Math.PI * t / 12);
    }

    private double noise() {
        return random.nextGaussian();
    }

    @Test
    void whatTheSeriesAsksFor() {
        Column noise = chosen(auto(), months(150, t -> 5 + noise()));
        assertNull(noise.reference());
        assertTrue(!noise.log());
        double[] walk = new double[300];
        for (int t = 1; t < walk.length; t++) {
            walk[t] = walk[t - 1] + noise();
        }
        assertEquals(Reference.last(), chosen(auto(), plain(300, t -> walk[t])).reference());
        Column season = chosen(auto(), months(150, t -> 50 + 10 * season(t) + noise()));
        assertEquals(Kind.SEASON, season.reference().kind());
        assertEquals(12, season.reference().season());
        assertTrue(season.reference().seasons() >= 5, "noise is averaged");
        Column both = chosen(auto(), months(150, t -> 50 + 10 * season(t) + walk[t] + 2 * t));
        assertEquals(Kind.SEASON_AND_LAST, both.reference().kind());
        assertTrue(!both.log(), "the season doesn't grow with the level");
        Column growing = chosen(auto(), months(150, t -> Math.exp(3 + t / 50.0 + 0.3 * season(t) + 0.02 * noise())));
        assertEquals(Kind.SEASON_AND_LAST, growing.reference().kind());
        assertTrue(growing.log());
        Column grown = chosen(auto(), plain(300, t -> Math.exp(3 + walk[t] / 20 + t / 200.0)));
        assertEquals(Reference.last(), grown.reference());
        assertTrue(grown.log(), "returns");
    }

    @Test
    void aSeasonIsToldByTimesOrNoticedOrGiven() {
        IntToDoubleFunction seven = t -> 20 + 8 * (t % 7) + noise();
        assertEquals(7, chosen(auto(), plain(200, seven)).reference().season());
        StringBuilder days = new StringBuilder("date,y\n");
        for (int t = 0; t < 200; t++) {
            days.append(java.time.LocalDate.of(2020, 1, 1).plusDays(t))
                    .append(',')
                    .append(seven.applyAsDouble(t))
                    .append('\n');
        }
        assertEquals(7, chosen(auto(), days.toString()).reference().season());
        assertEquals(
                14, chosen(auto().season(14), plain(200, seven)).reference().season());
        assertNull(chosen(auto().season(1), plain(200, seven)).reference());
        StringBuilder years = new StringBuilder("rownames,time,y\n");
        for (int t = 0; t < 120; t++) {
            years.append(String.format(
                    Locale.ROOT, "%d,%.6f,%.4f%n", t + 1, 1949 + t / 12.0, 100 + 30 * season(t) + noise()));
        }
        DataSource decimal = auto().open(years.toString());
        Columns columns = (Columns) decimal.artifact();
        assertEquals(1, columns.inputs().size(), "the time is no input");
        assertEquals(12, columns.inputs().get(0).reference().season());
        assertTrue(
                decimal.notes().toString().contains("\"time\" holds evenly spaced years"),
                decimal.notes().toString());
        assertTrue(
                decimal.notes().toString().contains("mean of up to"),
                decimal.notes().toString());
    }

    /** Labels and what they are told from give the values back, wherever they stand. */
    @ParameterizedTest
    @EnumSource(
            value = Transform.class,
            names = {"DIFFERENCE", "SEASON", "SEASON_AND_DIFFERENCE", "RETURNS"})
    void labelsAreTheValuesBack(Transform transform) {
        double[] y = new double[120];
        String csv = months(y.length, t -> y[t] = 100 + t + 10 * season(t) + noise());
        for (boolean path : new boolean[] {false, true}) {
            for (Normalization normalization : Normalization.values()) {
                CsvSpecs specs =
                        auto().transform(transform).normalization(normalization).window(14);
                CsvSpecs ahead = path ? specs.path(3) : specs.horizon(3);
                DataSource source = ahead.open(csv);
                assertContract(() -> ahead.open(csv));
                Columns columns = (Columns) source.artifact();
                int labels = 0;
                for (MultiDataSet batch : all(source.validation().orElseThrow(), 0)) {
                    labels += check(batch, columns, y, path);
                }
                assertEquals(path ? 24 : 21, labels);
            }
        }
    }

    /** @return number of labels */
    private static int check(MultiDataSet batch, Columns columns, double[] y, boolean path) {
        INDArray labels = labels(batch);
        INDArray from = LabelReferences.of(batch).orElseThrow();
        INDArray mask = batch.getLabelsMaskArray(0);
        int count = 0;
        for (int example = 0; example < labels.size(0); example++) {
            for (int i = 0; i < labels.size(1); i++) {
                for (int t = 0; t < (path ? 1 : labels.size(2)); t++) {
                    if (!path && mask != null && mask.getDouble(example, t) == 0) {
                        continue;
                    }
                    long[] at = path ? new long[] {example, i} : new long[] {example, i, t};
                    double value = columns.targets().get(i).raw(labels.getDouble(at), from.getDouble(at));
                    double nearest = java.util.Arrays.stream(y)
                            .map(v -> Math.abs(v - value))
                            .min()
                            .orElseThrow();
                    assertEquals(0, nearest, 1e-3);
                    count++;
                }
            }
        }
        return count;
    }

    /** Nothing that comes later, in validation at that, changes what was chosen, fitted or shown before. */
    @Test
    void theFutureIsNotLookedAt() {
        double[] y = new double[150];
        for (int t = 0; t < y.length; t++) {
            y[t] = Math.exp(3 + t / 60.0 + 0.3 * season(t) + 0.02 * noise());
        }
        DataSource now = auto().open(months(150, t -> y[t]));
        DataSource other = auto().open(months(150, t -> t < 120 ? y[t] : 500 + t));
        assertEquals(now.artifact(), other.artifact());
        MultiDataSet one = all(now.training(), 0).get(0);
        MultiDataSet two = all(other.training(), 0).get(0);
        assertEquals(features(one), features(two));
        assertEquals(labels(one), labels(two));
    }

    @Test
    void windowsSuitShortSeries() {
        Columns months = (Columns) auto().open(months(100, t -> 100 + 2 * t + 20 * season(t) + noise()))
                .artifact();
        assertEquals((80 - 13 - 1) / 2, months.window());
        Columns many = (Columns) auto().open(months(600, t -> 100 + 2 * t + 20 * season(t) + noise()))
                .artifact();
        assertEquals(72, many.window());
        Columns usual = (Columns) auto().open(plain(400, t -> noise())).artifact();
        assertEquals(0, usual.window());
    }

    @Test
    void gapsAreCarriedOver() {
        String gap = months(100, t -> 100 + 2 * t + noise()).replaceFirst("1991-03-01,[0-9.]+", "1991-03-01,");
        assertRefused(() -> auto().transform(Transform.DIFFERENCE).open(gap), "line 16");
        DataSource source = auto().transform(Transform.DIFFERENCE)
                .missing(Missing.MEAN)
                .window(60)
                .validation(0)
                .open(gap);
        Column column = ((Columns) source.artifact()).inputs().get(0);
        double lowest = Double.POSITIVE_INFINITY;
        for (MultiDataSet batch : all(source.training(), 0)) {
            lowest = Math.min(lowest, features(batch).minNumber().doubleValue());
        }
        assertTrue(column.raw(lowest, 0) > -10, "the mean of the column would be a fall by dozens");
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertRefused(
                () -> auto().transform(Transform.SEASON).open(plain(100, t -> noise())),
                "data.transform",
                "data.season");
        assertRefused(() -> auto().transform(Transform.RETURNS).open(plain(100, t -> t - 3)), "line 2", "above 0");
        assertRefused(
                () -> auto().transform(Transform.SEASON).season(60).open(plain(70, t -> noise())), "data.transform");
    }
}
