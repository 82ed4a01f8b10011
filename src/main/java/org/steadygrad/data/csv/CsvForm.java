package org.steadygrad.data.csv;

import java.util.List;
import java.util.Set;

/**
 * How a CSV file is written, as it was told and as its first rows show.
 *
 * @param separators between cells
 * @param columns without a leading column of R's row names, and without empty ones at the end that have no name
 * @param header whether the first row names the columns
 * @param rowNames whether rows begin with a cell for which the header has no name
 * @param dropped cells at the end of rows that belong to no column, and are empty
 * @param reading of numbers
 * @param notes what was decided without being told, one sentence each
 */
record CsvForm(
        Separators separators,
        List<CsvColumn> columns,
        boolean header,
        boolean rowNames,
        int dropped,
        CellReading reading,
        List<String> notes) {
    CsvForm {
        columns = List.copyOf(columns);
        notes = List.copyOf(notes);
    }

    List<String> names() {
        return columns.stream().map(CsvColumn::name).toList();
    }

    /** Number of cells in a row of the file. */
    int width() {
        return columns.size() + (rowNames ? 1 : 0) + dropped;
    }

    static CsvForm empty(Separators separators) {
        return new CsvForm(separators, List.of(), false, false, 0, new CellReading(false, Set.of()), List.of());
    }
}
