package org.steadygrad.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.steadygrad.runlog.Look;

/**
 * The gradient through time of one recurrent layer and direction over the iterations, in bounded memory: at most {@value #COLUMNS}
 * looks, each with at most {@value #POINTS} time steps, of which groups of neighbours keep the largest norm. Looks may have noted
 * other steps, in any order, since sequences differ in length.
 */
final class TimeGrid extends ViewPart<ObjectNode> {
    static final int COLUMNS = 96;
    static final int POINTS = 64;

    private record Column(int iteration, int horizon, int length, List<Integer> steps, List<Double> norms) {}

    private final String layer;
    private final String direction;
    private final Thinned<Column> columns = new Thinned<>(COLUMNS);

    TimeGrid(String layer, String direction) {
        this.layer = layer;
        this.direction = direction;
    }

    void add(int iteration, Look.Profile profile) {
        List<Integer> steps = profile.steps();
        int points = steps.size();
        int length =
                steps.stream().limit(points).mapToInt(step -> step + 1).max().orElse(0);
        if (length == 0 || steps.stream().limit(points).anyMatch(step -> step < 0)) {
            return;
        }
        int kept = Math.min(points, POINTS);
        int[] keptSteps = new int[kept];
        double[] norms = new double[kept];
        Arrays.fill(norms, Double.NaN);
        for (int i = 0; i < points; i++) {
            int place = (int) ((long) i * kept / points);
            keptSteps[place] = steps.get(i);
            norms[place] = larger(norms[place], profile.norms().get(i));
        }
        changed();
        columns.add(new Column(
                iteration,
                profile.horizon(),
                length,
                Arrays.stream(keptSteps).boxed().toList(),
                Arrays.stream(norms).boxed().toList()));
    }

    private static double larger(double before, double value) {
        return Double.isNaN(before) || (Double.isFinite(value) && value > before) ? value : before;
    }

    /**
     * {@code layer}, {@code direction}, {@code length} of the longest sequence, {@code columns} the iterations, {@code steps} the time
     * steps, {@code norms} by time step, then column, and {@code horizon} by column.
     */
    @Override
    ObjectNode make() {
        List<Column> items = columns.items();
        int length = items.stream().mapToInt(Column::length).max().orElse(1);
        int bins = Math.min(POINTS, length);
        TreeMap<Integer, double[]> rows = new TreeMap<>();
        int[] label = new int[bins];
        for (int c = 0; c < items.size(); c++) {
            Column column = items.get(c);
            for (int i = 0; i < column.steps().size(); i++) {
                int bin = (int) ((long) column.steps().get(i) * bins / length);
                label[bin] = Math.max(label[bin], column.steps().get(i));
                double[] row = rows.computeIfAbsent(bin, b -> empty(items.size()));
                row[c] = larger(row[c], column.norms().get(i));
            }
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("layer", layer).put("direction", direction).put("length", length);
        ArrayNode iterations = json.putArray("columns");
        ArrayNode horizons = json.putArray("horizon");
        items.forEach(column -> iterations.add(column.iteration()));
        items.forEach(column -> horizons.add(column.horizon()));
        ArrayNode steps = json.putArray("steps");
        ArrayNode norms = json.putArray("norms");
        rows.forEach((bin, row) -> {
            steps.add(label[bin]);
            norms.add(Numbers.array(row));
        });
        return json;
    }

    private static double[] empty(int columns) {
        double[] row = new double[columns];
        Arrays.fill(row, Double.NaN);
        return row;
    }
}
