package org.steadygrad.data.csv;

import java.util.List;
import org.steadygrad.data.csv.CsvRows.Segment;

/**
 * Where rows and columns stand in a file.
 *
 * @param file its name
 * @param lines line numbers of the rows, from 1
 * @param inputs names of the input columns
 * @param targets names of the target columns
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and shared with the rows
record CsvPlaces(String file, long[] lines, List<String> inputs, List<String> targets) {

    static CsvPlaces of(CsvRows rows) {
        return new CsvPlaces(rows.file(), rows.lines(), rows.inputNames(), rows.targetNames());
    }

    String input(int number) {
        return inputs.get(number);
    }

    /** Several labels are the classes of one column. */
    String target(int number) {
        return targets.get(Math.min(number, targets.size() - 1));
    }

    String cell(int row, String column) {
        return "%s, line %d, column \"%s\"".formatted(file, lines[row], column);
    }

    String rows(Segment rows) {
        return "%s, lines %d to %d".formatted(file, lines[rows.begin()], lines[rows.end() - 1]);
    }
}
