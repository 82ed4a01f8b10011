package org.steadygrad.data.csv;

import java.util.List;

/**
 * A CSV file's rows, parsed but not scaled.
 *
 * @param file its name
 * @param columns what its columns are
 * @param inputs [row][input], NaN where missing
 * @param targets [row][target], NaN where missing; empty for classification
 * @param labels the target cell of each row for classification, else empty
 * @param lines line numbers of the rows, from 1
 * @param sequences the rows that belong together, in the order of the file
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and copies of whole files would be costly
record CsvRows(
        String file,
        CsvColumns columns,
        double[][] inputs,
        double[][] targets,
        List<String> labels,
        long[] lines,
        List<Segment> sequences) {

    /** Rows {@code begin} to {@code end - 1}. */
    record Segment(int begin, int end) {
        int length() {
            return end - begin;
        }
    }

    CsvCell cell(int row, String column, String content) {
        return new CsvCell(file, lines[row], column, content);
    }
}
