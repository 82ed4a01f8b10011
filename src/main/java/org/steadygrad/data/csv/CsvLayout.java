package org.steadygrad.data.csv;

import java.util.HashSet;
import java.util.List;
import org.steadygrad.data.csv.CsvLines.Line;
import org.steadygrad.spec.DataSpec.Header;

/**
 * Which cells of a row are those of columns.
 *
 * @param header number of cells of the first row that count
 * @param columns number of columns
 * @param rowNames whether rows have a cell before those
 * @param dropped number of empty cells after those
 */
record CsvLayout(int header, int columns, boolean rowNames, int dropped) {

    /** A header of one name less than rows have cells is R's; but a separator at each line's end is more common. */
    static CsvLayout of(List<Line> rows, Header header) {
        List<String> first = rows.get(0).cells();
        if (rows.size() == 1) {
            return new CsvLayout(first.size(), first.size(), false, 0);
        }
        int width = rows.get(1).cells().size();
        int most = Math.max(width, first.size());
        int used = most;
        while (used > 1 && unused(rows, used - 1)) {
            used--;
        }
        int names = Math.min(first.size(), used);
        int columns = Math.min(width, used);
        boolean rowNames = names == columns - 1 && header != Header.NO && firstCellsDiffer(rows, width);
        return new CsvLayout(names, names, rowNames, most - used);
    }

    private static boolean unused(List<Line> rows, int column) {
        return rows.stream()
                .allMatch(row ->
                        row.cells().size() <= column || row.cells().get(column).isEmpty());
    }

    private static boolean firstCellsDiffer(List<Line> rows, int width) {
        List<String> cells = rows.stream()
                .skip(1)
                .filter(row -> row.cells().size() == width)
                .map(row -> row.cells().get(0))
                .toList();
        return new HashSet<>(cells).size() == cells.size();
    }

    /** The first row's cells, one per column. */
    List<String> first(List<String> cells) {
        return cells.subList(0, Math.min(header, cells.size()));
    }

    /** The cells of a row that {@link #fits}, one per column. */
    List<String> row(List<String> cells) {
        int begin = rowNames ? 1 : 0;
        return cells.subList(begin, begin + columns);
    }

    boolean fits(List<String> cells) {
        int most = columns + (rowNames ? 1 : 0) + dropped;
        return cells.size() <= most && cells.size() >= most - dropped;
    }
}
