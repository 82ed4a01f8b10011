package org.steadygrad.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Quantities by name over the iterations, as heat maps show them, in bounded memory: at most {@value #MOST_COLUMNS} columns, fewer
 * where there are many rows. When they are full, neighbours are merged into the mean of their finite values.
 */
final class Grid extends ViewPart<ObjectNode> {
    static final int MOST_COLUMNS = 200;
    private static final int LEAST_COLUMNS = 20;
    private static final int MOST_CELLS = 16_000;

    /** Sums and counts by quantity and row. */
    private static final class Column {
        private final int iteration;
        private int looks = 1;
        private double[][] sums;
        private int[][] counts;
        /** Of the values, as far as they were asked for since the last change. */
        private JsonNode[][] nodes;

        Column(int iteration, int quantities, int rows) {
            this.iteration = iteration;
            sums = new double[quantities][rows];
            counts = new int[quantities][rows];
            nodes = new JsonNode[quantities][rows];
        }

        void put(int quantity, int row, double value) {
            if (Double.isFinite(value)) {
                sums[quantity][row] += value;
                counts[quantity][row]++;
            }
        }

        void absorb(Column next) {
            looks += next.looks;
            for (int q = 0; q < sums.length; q++) {
                int rows = Math.max(sums[q].length, next.sums[q].length);
                sums[q] = Arrays.copyOf(sums[q], rows);
                counts[q] = Arrays.copyOf(counts[q], rows);
                nodes[q] = new JsonNode[rows];
                for (int row = 0; row < next.sums[q].length; row++) {
                    sums[q][row] += next.sums[q][row];
                    counts[q][row] += next.counts[q][row];
                }
            }
        }

        JsonNode value(int quantity, int row) {
            if (row >= nodes[quantity].length) {
                return NullNode.instance;
            }
            JsonNode[] known = nodes[quantity];
            if (known[row] == null) {
                // where none was finite, 0 of 0 isn't either
                known[row] = Numbers.node(sums[quantity][row] / counts[quantity][row]);
            }
            return known[row];
        }
    }

    private final List<String> quantities;
    private final Map<String, Integer> rows = new LinkedHashMap<>();
    private final List<Column> columns = new ArrayList<>();
    private int width = 1;

    /** @param quantities names of what is known of every row */
    Grid(String... quantities) {
        this.quantities = List.of(quantities);
    }

    /** @param values by row, then in the order of the quantities */
    void add(int iteration, Map<String, double[]> values) {
        changed();
        values.keySet().forEach(name -> rows.putIfAbsent(name, rows.size()));
        Column column = new Column(iteration, quantities.size(), rows.size());
        values.forEach((name, numbers) -> {
            for (int q = 0; q < numbers.length; q++) {
                column.put(q, rows.get(name), numbers[q]);
            }
        });
        if (!columns.isEmpty() && columns.get(columns.size() - 1).looks < width) {
            columns.get(columns.size() - 1).absorb(column);
            return;
        }
        while (columns.size() >= limit()) {
            merge();
        }
        columns.add(column);
    }

    private int limit() {
        return Math.max(LEAST_COLUMNS, Math.min(MOST_COLUMNS, MOST_CELLS / Math.max(1, rows.size())));
    }

    private void merge() {
        List<Column> merged = new ArrayList<>();
        for (int i = 0; i < columns.size(); i += 2) {
            Column column = columns.get(i);
            if (i + 1 < columns.size()) {
                column.absorb(columns.get(i + 1));
            }
            merged.add(column);
        }
        columns.clear();
        columns.addAll(merged);
        width *= 2;
    }

    /** {@code columns} the iterations, {@code rows} the names, and under each quantity's name its values by row, then column. */
    @Override
    ObjectNode make() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode iterations = json.putArray("columns");
        columns.forEach(column -> iterations.add(column.iteration));
        ArrayNode names = json.putArray("rows");
        rows.keySet().forEach(names::add);
        for (int q = 0; q < quantities.size(); q++) {
            ArrayNode byRow = json.putArray(quantities.get(q));
            for (int row = 0; row < rows.size(); row++) {
                ArrayNode line = byRow.addArray();
                for (Column column : columns) {
                    line.add(column.value(q, row));
                }
            }
        }
        return json;
    }
}
