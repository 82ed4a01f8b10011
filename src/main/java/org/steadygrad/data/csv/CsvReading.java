package org.steadygrad.data.csv;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.csv.CsvRows.Segment;
import org.steadygrad.data.input.DataFile;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.DataSpec.CsvTask;
import org.steadygrad.spec.DataSpec.Missing;

/** Reads and checks a CSV file row by row, as {@link CsvRecords} gives them. */
final class CsvReading {
    private final DataSpec.Csv spec;
    private final String file;
    private CsvColumns columns;
    private final List<double[]> inputs = new ArrayList<>();
    private final List<double[]> targets = new ArrayList<>();
    private final List<String> labels = new ArrayList<>();
    private final List<Long> lines = new ArrayList<>();
    private final List<Integer> begins = new ArrayList<>();
    private final Set<String> finished = new HashSet<>();
    private final Map<String, String> known = new HashMap<>();
    private String sequence;

    private CsvReading(DataSpec.Csv spec, String file) {
        this.spec = spec;
        this.file = file;
    }

    static CsvRows read(DataSpec.Csv spec) {
        DataFile file = DataFile.of("data.path", spec.path());
        CsvReading reading = new CsvReading(spec, file.name());
        try (CsvRecords records = CsvRecords.of(spec, file.name(), new StringReader(file.text()))) {
            if (!records.names().isEmpty()) {
                reading.columns = CsvColumns.of(spec, records.names());
            }
            while (records.hasNext()) {
                CsvRecords.Row row = records.next();
                reading.data(row.line(), row.cells());
            }
        }
        return reading.finish();
    }

    private void data(long line, List<String> cells) {
        if (columns.sequence() >= 0) {
            startSequence(cell(line, columns.sequence(), cells));
        }
        lines.add(line);
        inputs.add(numbers(line, columns.inputs(), cells, spec.missing() != Missing.ERROR));
        if (spec.task() == CsvTask.CLASSIFICATION) {
            labels.add(label(cell(line, columns.targets()[0], cells)));
        } else {
            boolean optional = spec.task() == CsvTask.FORECASTING && spec.missing() != Missing.ERROR;
            targets.add(numbers(line, columns.targets(), cells, optional));
        }
    }

    private void startSequence(CsvCell cell) {
        if (cell.missing()) {
            throw cell.error("the name of a sequence", "");
        }
        if (cell.content().equals(sequence)) {
            return;
        }
        if (!finished.add(cell.content())) {
            throw cell.error("the rows of a sequence to stand together", "Sort the file by this column.");
        }
        sequence = cell.content();
        begins.add(inputs.size());
    }

    private String label(CsvCell cell) {
        if (cell.missing()) {
            throw cell.error("a class", "A target can't be filled in: take the row out.");
        }
        if (cell.notANumber()) {
            throw cell.error("a class", "It would be a class of its own: take the row out, or give the class a name.");
        }
        return known.computeIfAbsent(cell.content(), content -> content);
    }

    private double[] numbers(long line, int[] chosen, List<String> cells, boolean optional) {
        double[] values = new double[chosen.length];
        for (int i = 0; i < chosen.length; i++) {
            CsvCell cell = cell(line, chosen[i], cells);
            if (cell.missing() && !optional) {
                throw cell.error(
                        "a number",
                        spec.missing() == Missing.ERROR
                                ? "Set data.missing to mean or previous to have empty input cells filled in."
                                : "A target can't be filled in: take the row out.");
            }
            values[i] = cell.missing() ? Double.NaN : cell.number();
        }
        return values;
    }

    private CsvCell cell(long line, int column, List<String> cells) {
        return new CsvCell(file, line, columns.names().get(column), cells.get(column));
    }

    private CsvRows finish() {
        if (inputs.isEmpty()) {
            throw InvalidInputException.of(
                    file, "rows of numbers", "no row" + (columns == null ? "" : " below the header"), "");
        }
        if (columns.sequence() < 0) {
            begins.add(0);
        }
        List<Segment> segments = IntStream.range(0, begins.size())
                .mapToObj(i -> new Segment(begins.get(i), i + 1 < begins.size() ? begins.get(i + 1) : inputs.size()))
                .toList();
        return new CsvRows(
                file,
                columns,
                inputs.toArray(double[][]::new),
                targets.toArray(double[][]::new),
                labels,
                lines.stream().mapToLong(Long::longValue).toArray(),
                segments);
    }
}
