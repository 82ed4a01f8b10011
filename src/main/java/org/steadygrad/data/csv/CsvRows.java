package org.steadygrad.data.csv;

import java.util.List;
import org.steadygrad.check.InvalidInputException;

/**
 * A CSV file's rows, parsed but not scaled.
 *
 * @param file its name
 * @param inputNames names of the inputs
 * @param unscaled number of last inputs that are left as they are by any scaling
 * @param targetNames names of the targets
 * @param inputs [row][input], NaN where missing
 * @param targets [row][target], NaN where missing; empty for classes
 * @param labels the class of each row, null where missing; empty for numbers
 * @param lines line numbers of the rows, from 1
 * @param sequences the rows that belong together, in the order of the file
 * @param notes what the reader decided by itself
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and copies of whole files would be costly
record CsvRows(
        String file,
        List<String> inputNames,
        int unscaled,
        List<String> targetNames,
        double[][] inputs,
        double[][] targets,
        List<String> labels,
        long[] lines,
        List<Segment> sequences,
        List<String> notes) {

    /** Rows {@code begin} to {@code end - 1}. */
    record Segment(int begin, int end) {
        int length() {
            return end - begin;
        }
    }

    InvalidInputException error(int row, String column, String expected, Object got, String remedy) {
        return InvalidInputException.of(
                "%s, line %d, column \"%s\"".formatted(file, lines[row], column), expected, got, remedy);
    }
}
