package org.steadygrad.data.csv;

import java.io.StringReader;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.input.DataFile;
import org.steadygrad.data.series.SeriesTable;
import org.steadygrad.data.series.SeriesTable.Origin;
import org.steadygrad.data.series.SeriesTable.Segment;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.DataSpec.CsvTask;
import org.steadygrad.spec.DataSpec.Missing;

/** Reads and checks a CSV file row by row, as {@link CsvRecords} gives them. Holds all of it in memory. */
final class CsvReading {
    private final DataSpec.Csv spec;
    private final String file;
    private final CsvForm form;
    private CsvColumns columns;
    private final List<double[]> inputs = new ArrayList<>();
    private final List<double[]> targets = new ArrayList<>();
    private final List<String> labels = new ArrayList<>();
    private final List<Double> weights = new ArrayList<>();
    private final List<Long> lines = new ArrayList<>();
    private final List<Integer> begins = new ArrayList<>();
    private final List<String> groups = new ArrayList<>();
    private final Set<String> finished = new HashSet<>();
    private final Map<String, String> known = new HashMap<>();
    private final MissingCells missing = new MissingCells();
    private final TimeOrder order = new TimeOrder();
    private String sequence;

    private CsvReading(DataSpec.Csv spec, String file, CsvForm form) {
        this.spec = spec;
        this.file = file;
        this.form = form;
    }

    static SeriesTable read(DataSpec.Csv spec, DataFile file) {
        try (CsvRecords records = CsvRecords.of(spec, file.name(), new StringReader(file.text()))) {
            CsvReading reading = new CsvReading(spec, file.name(), records.form());
            if (!records.names().isEmpty()) {
                reading.columns = CsvColumns.of(spec, file.name(), records.form());
            }
            while (records.hasNext() && (spec.limit() == null || reading.inputs.size() < spec.limit())) {
                CsvRecords.Row row = records.next();
                reading.data(row.line(), row.cells());
            }
            return reading.finish();
        }
    }

    private void data(long line, List<String> cells) {
        if (columns.sequence() >= 0) {
            startSequence(cell(line, columns.sequence(), cells));
        }
        if (columns.group() >= 0) {
            group(cell(line, columns.group(), cells));
        }
        if (columns.weight() >= 0) {
            weights.add(weight(cell(line, columns.weight(), cells)));
        }
        lines.add(line);
        inputs.add(inputs(line, cells));
        if (spec.task() == CsvTask.CLASSIFICATION || spec.task() == CsvTask.TAGGING) {
            labels.add(label(cell(line, columns.targets()[0], cells)));
        } else {
            boolean optional = spec.task() == CsvTask.FORECASTING && spec.missing() != Missing.ERROR;
            targets.add(numbers(line, columns.targets(), cells, optional));
        }
    }

    private double[] inputs(long line, List<String> cells) {
        double[] numbers = numbers(line, columns.inputs(), cells, spec.missing() != Missing.ERROR);
        for (int i = 0; i < numbers.length; i++) {
            if (Double.isNaN(numbers[i])) {
                missing.add(columns.inputNames().get(i), line);
            }
        }
        Optional<LocalDateTime> time = time(line, cells);
        if (spec.calendar().isEmpty()) {
            return numbers;
        }
        double[] all =
                Arrays.copyOf(numbers, numbers.length + 2 * spec.calendar().size());
        Calendar.fill(spec.calendar(), time.orElseThrow(), all, numbers.length);
        return all;
    }

    private Optional<LocalDateTime> time(long line, List<String> cells) {
        if (columns.timeFormat() == null) {
            return Optional.empty();
        }
        CsvCell cell = cell(line, columns.time(), cells);
        Optional<LocalDateTime> time = columns.timeFormat().parse(cell.content());
        if (time.isEmpty() && !spec.calendar().isEmpty()) {
            throw cell.error(
                    "a time, " + columns.timeFormat().words(),
                    "Mend the cell, or say in data.timeFormat how times are written.");
        }
        time.ifPresent(t -> order.add(t, line));
        return time;
    }

    private static double weight(CsvCell cell) {
        if (cell.missing()) {
            throw cell.error("a weight of at least 0", "Fill it in, or leave data.weight out.");
        }
        double weight = cell.number();
        if (!(weight >= 0)) {
            throw cell.error("a weight of at least 0", "A row that isn't to count weighs 0.");
        }
        return weight;
    }

    private void group(CsvCell cell) {
        if (groups.size() < begins.size()) {
            groups.add(cell.content());
        } else if (!groups.get(groups.size() - 1).equals(cell.content())) {
            throw cell.error("the group of the sequence's first row, " + groups.get(groups.size() - 1), "");
        }
    }

    private void startSequence(CsvCell cell) {
        if (cell.content().isEmpty()) {
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
        order.startSequence();
    }

    /** @return null if a label per step is missing, and may */
    private String label(CsvCell cell) {
        boolean optional = spec.task() == CsvTask.TAGGING && spec.missing() != Missing.ERROR;
        if (cell.notANumber() && !optional) {
            throw cell.error("a class", "It would be a class of its own: take the row out, or give the class a name.");
        }
        if (cell.missingClass() && !optional) {
            throw cell.error(
                    "a class",
                    spec.task() == CsvTask.TAGGING
                            ? "Set data.missing to mean or previous to have steps without a label left out of the loss."
                            : "A target can't be filled in: take the row out.");
        }
        return cell.notANumber() || cell.missingClass()
                ? null
                : known.computeIfAbsent(cell.content(), content -> content);
    }

    private double[] numbers(long line, int[] chosen, List<String> cells, boolean optional) {
        double[] values = new double[chosen.length];
        for (int i = 0; i < chosen.length; i++) {
            CsvCell cell = cell(line, chosen[i], cells);
            if (cell.missing() && !optional) {
                throw cell.error(
                        "a number",
                        spec.missing() == Missing.ERROR
                                ? "Set data.missing to mean or previous to have missing input cells filled in."
                                : "A target can't be filled in: take the row out.");
            }
            values[i] = cell.missing() ? Double.NaN : cell.number();
        }
        return values;
    }

    private CsvCell cell(long line, int column, List<String> cells) {
        return new CsvCell(file, line, columns.names().get(column), cells.get(column), form.reading());
    }

    private SeriesTable finish() {
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
        List<String> calendar = Calendar.names(spec.calendar());
        Stream<String> own = Stream.of(
                        missing.notes(spec.missing(), inputs.size()), order.note().stream(), windowNote().stream())
                .flatMap(notes -> notes)
                .map(note -> file + ": " + note + ".");
        return new SeriesTable(
                file,
                Stream.concat(columns.inputNames().stream(), calendar.stream()).toList(),
                calendar.size(),
                columns.targetNames(),
                inputs.toArray(double[][]::new),
                targets.toArray(double[][]::new),
                labels,
                weights.stream().mapToDouble(Double::doubleValue).toArray(),
                Origin.lines(file, lines.stream().mapToLong(Long::longValue).toArray()),
                segments,
                groups,
                Set.copyOf(columns.logarithms()),
                season(),
                Stream.of(form.notes().stream(), columns.notes().stream(), own)
                        .flatMap(notes -> notes)
                        .toList());
    }

    private int season() {
        return form.columns().stream()
                .filter(column -> column.kind() == CsvColumn.Kind.YEARS)
                .mapToInt(column -> Seasons.ofYears(column.yearStep()))
                .findFirst()
                .orElseGet(() -> order.seasons.season());
    }

    /** A table with an example in each row looks like a series. */
    private Optional<String> windowNote() {
        boolean one = spec.task() == CsvTask.CLASSIFICATION || spec.task() == CsvTask.REGRESSION;
        int window = spec.windowOrUsual();
        return one && columns.sequence() < 0 && window > 1
                ? Optional.of(
                        "there is no column of sequences (data.sequence), so that " + window
                                + " rows make one example, labelled by the last; if each row is an example, set data.window to 1")
                : Optional.empty();
    }

    /** Counts missing inputs. */
    private static final class MissingCells {
        private record Found(long first, long count) {}

        private final Map<String, Found> columns = new LinkedHashMap<>();

        void add(String column, long line) {
            columns.merge(column, new Found(line, 1), (old, one) -> new Found(old.first(), old.count() + 1));
        }

        Stream<String> notes(Missing filling, int rows) {
            String how = filling == Missing.MEAN ? "the column's mean" : "the value before";
            return columns.entrySet().stream()
                    .map(e -> "column \"%s\" lacks %d of %d values (the first in line %d), which are filled in with %s"
                            .formatted(
                                    e.getKey(),
                                    e.getValue().count(),
                                    rows,
                                    e.getValue().first(),
                                    how));
        }
    }

    /** Whether time goes on from row to row. */
    private static final class TimeOrder {
        private LocalDateTime last;
        private long lastLine;
        private String broken;
        private final Seasons seasons = new Seasons();

        void startSequence() {
            last = null;
        }

        void add(LocalDateTime time, long line) {
            if (last != null && !time.isAfter(last) && broken == null) {
                broken =
                        "the time in line %d (%s) isn't later than that in line %d (%s); rows are taken in the order of the file"
                                .formatted(line, time, lastLine, last);
            }
            if (last != null) {
                seasons.add(last, time);
            }
            last = time;
            lastLine = line;
        }

        Optional<String> note() {
            return Optional.ofNullable(broken);
        }
    }
}
