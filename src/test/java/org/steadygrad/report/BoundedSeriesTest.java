package org.steadygrad.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.runlog.Look;

class BoundedSeriesTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7, 17, 33, 499, 500, 501, 1000, 1001, 100_003})
    void seriesKeepTheirExtremesAndTheirMean(int length) {
        Series series = new Series();
        int peak = length / 3 + 1;
        for (int i = 1; i <= length; i++) {
            series.add(i, i == peak ? 1000 : i == length ? -5 : 1);
        }
        JsonNode json = series.json();
        int buckets = json.get("x").size();
        assertTrue(buckets <= Series.MOST && buckets >= Math.min(length, Series.MOST / 2), "buckets: " + buckets);
        JsonNode highs = json.has("high") ? json.get("high") : json.get("mean");
        JsonNode lows = json.has("low") ? json.get("low") : json.get("mean");
        assertEquals(length == peak ? 1000 : -5, min(lows));
        assertEquals(1000, max(highs));
        for (int i = 1; i < buckets; i++) {
            assertTrue(json.get("x").get(i - 1).asInt() < json.get("x").get(i).asInt());
        }
    }

    @Test
    void whatIsNotFiniteIsAGapAndCounted() {
        Series series = new Series();
        for (int i = 1; i <= 1000; i++) {
            series.add(i, i <= 500 ? 2 : i % 2 == 0 ? Double.NaN : Double.NEGATIVE_INFINITY);
        }
        JsonNode json = series.json();
        assertEquals(2, json.get("mean").get(0).asDouble());
        assertTrue(
                json.get("mean").get(499).isNull() && json.get("low").get(499).isNull());
        assertEquals(2, json.get("lost").get(499).asInt());
        assertEquals(0, json.get("lost").get(0).asInt());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7, 17, 33, 100, 101, 5000})
    void thinnedItemsAreSpreadAndEndWithTheNewest(int count) {
        Thinned<Integer> thinned = new Thinned<>(100);
        IntStream.rangeClosed(1, count).forEach(thinned::add);
        List<Integer> items = thinned.items();
        assertEquals(count, thinned.count());
        assertTrue(items.size() <= 101 && items.size() >= Math.min(count, 50), "kept " + items.size());
        assertEquals(1, items.get(0));
        assertEquals(count, items.get(items.size() - 1));
        int widest = IntStream.range(1, items.size())
                .map(i -> items.get(i) - items.get(i - 1))
                .max()
                .orElse(1);
        assertTrue(widest <= Math.max(1, 2 * count / 50), "a hole of " + widest);
    }

    @Test
    void gridsAverageWhatTheyMergeAndLeaveOutWhatIsNotFinite() {
        Grid grid = new Grid("gradient", "mean");
        for (int i = 0; i < 400; i++) {
            double gradient = i < 200 ? 1 : i % 2 == 0 ? Double.NaN : 3;
            grid.add(i + 1, Map.of("a", new double[] {gradient, i % 2}));
        }
        JsonNode json = grid.json();
        assertEquals(200, json.get("columns").size());
        assertEquals(1, json.get("columns").get(0).asInt());
        assertEquals(399, json.get("columns").get(199).asInt());
        assertEquals(1, json.get("gradient").get(0).get(0).asDouble());
        assertEquals(3, json.get("gradient").get(0).get(199).asDouble());
        assertEquals(0.5, json.get("mean").get(0).get(7).asDouble());
    }

    @Test
    void gridsOfManyRowsHaveFewerColumnsAndTakeRowsThatComeLater() {
        Grid grid = new Grid("update");
        for (int i = 1; i <= 1000; i++) {
            Map<String, double[]> values = new HashMap<>();
            for (int row = 0; row < (i < 500 ? 7 : 800); row++) {
                values.put("p" + row, new double[] {row});
            }
            grid.add(i, values);
        }
        JsonNode json = grid.json();
        assertEquals(800, json.get("rows").size());
        assertTrue(json.get("columns").size() <= 20, json.get("columns").size() + " columns");
        int late = IntStream.range(0, 800)
                .filter(i -> json.get("rows").get(i).asText().equals("p799"))
                .findFirst()
                .orElseThrow();
        assertTrue(json.get("update").get(late).get(0).isNull());
        assertEquals(
                799,
                json.get("update").get(late).get(json.get("columns").size() - 1).asDouble());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7, 17, 33, 64, 65, 1000})
    void gradientsThroughTimeKeepTheirLargestNormHoweverLongTheSequence(int length) {
        TimeGrid grid = new TimeGrid("gru1", "forward");
        for (int i = 1; i <= 500; i++) {
            Look.Profile profile = SampleRun.look(i, 1, length).profiles().get(0);
            grid.add(i, profile);
        }
        JsonNode json = grid.json();
        assertTrue(json.get("columns").size() <= TimeGrid.COLUMNS + 1);
        assertTrue(json.get("steps").size() <= TimeGrid.POINTS);
        assertEquals(length, json.get("length").asInt());
        int last = json.get("steps").size() - 1;
        assertEquals(length - 1, json.get("steps").get(last).asInt());
        assertEquals(1, json.get("norms").get(last).get(0).asDouble());
        assertEquals(Math.min(length, 44), json.get("horizon").get(0).asInt());
    }

    @Test
    void sequencesOfDifferentLengthsShareTheirTimeSteps() {
        TimeGrid grid = new TimeGrid("gru1", "forward");
        grid.add(1, SampleRun.look(1, 1, 3).profiles().get(0));
        grid.add(2, SampleRun.look(2, 1, 7).profiles().get(0));
        JsonNode norms = grid.json().get("norms");
        assertEquals(7, norms.size());
        assertEquals(1, norms.get(2).get(0).asDouble());
        assertTrue(norms.get(6).get(0).isNull(), "the short sequence has no seventh step");
        assertEquals(1, norms.get(6).get(1).asDouble());
        assertFalse(norms.get(2).get(1).isNull());
    }

    private static double min(JsonNode array) {
        return IntStream.range(0, array.size())
                .mapToDouble(i -> array.get(i).asDouble())
                .min()
                .orElseThrow();
    }

    private static double max(JsonNode array) {
        return IntStream.range(0, array.size())
                .mapToDouble(i -> array.get(i).asDouble())
                .max()
                .orElseThrow();
    }
}
