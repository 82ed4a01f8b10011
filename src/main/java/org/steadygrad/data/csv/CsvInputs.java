package org.steadygrad.data.csv;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PushbackReader;
import java.io.Reader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.check.Nearest;
import org.steadygrad.data.DataArtifact.Columns;
import org.steadygrad.data.InputExamples;
import org.steadygrad.data.input.DataFile;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.DataSpec.CsvTask;
import org.steadygrad.spec.DataSpec.Forecast;
import org.steadygrad.spec.DataSpec.Missing;

/**
 * The inputs of a CSV file for a trained model. Columns are found by the names they had in training, whatever their order;
 * targets needn't be there. With a sequence column an example is one sequence, without one a window of {@code window} rows, each
 * beginning where the one before ended. No more than one example is held at a time, and the names of the sequences.
 */
public final class CsvInputs implements InputExamples {
    private static final String NUMBER = "[1-9]\\d{0,5}";
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    /** What a decoder puts in the place of bytes that are no text; reading ahead, it can't name their line itself. */
    private static final char NO_TEXT = '\uFFFD';

    private final DataSpec.Csv spec;
    private final String file;
    private final CsvRecords records;
    private final int[] inputs;
    private final int time;
    private final TimeFormat timeFormat;
    private final int sequence;
    private final int[] kept;
    private final List<KeyColumn> keys;
    private final Set<String> seen = new HashSet<>();
    private final boolean path;
    private final int windowRows;
    private final int history;
    private final int reach;
    /** Rows before those that come next: a window, and what references are made of. */
    private final Deque<CsvRecords.Row> before = new ArrayDeque<>();

    private CsvRecords.Row pending;

    /** Rows after the pending one that were read to see when they are. */
    private final Deque<CsvRecords.Row> ahead = new ArrayDeque<>();

    /** Position of the column of times that forecasts are said to be for; -1 for none. */
    private final int stamps;

    /** Rows ahead of a row whose times are said with it. */
    private final List<Integer> stamped;

    /** Null where it can't be told how times are written. */
    private final ForecastTimes times;

    private CsvInputs(DataSpec.Csv spec, String file, CsvRecords records, Columns fitted, List<String> keep) {
        this.spec = spec;
        this.file = file;
        this.records = records;
        path = spec.task() == CsvTask.FORECASTING && spec.forecast() == Forecast.PATH;
        windowRows = fitted.window() > 0 ? fitted.window() : spec.windowOrUsual();
        history = fitted.history();
        reach = fitted.reach();
        if (!records.hasNext()) {
            throw InvalidInputException.of(
                    file, "rows of numbers", "no row" + (records.names().isEmpty() ? "" : " below the header"), "");
        }
        int plain = fitted.inputs().size() - Calendar.names(spec.calendar()).size();
        inputs = IntStream.range(0, plain)
                .map(i -> input(i, fitted.inputs().get(i).name()))
                .toArray();
        time = spec.calendar().isEmpty() ? -1 : time();
        timeFormat = time < 0 ? null : timeFormat();
        sequence = spec.sequence() == null ? -1 : sequence(spec.sequence());
        kept = keep.stream().mapToInt(name -> named("--keep", name)).toArray();
        keys = new ArrayList<>(List.of(new KeyColumn("line", true)));
        if (sequence >= 0) {
            keys.add(new KeyColumn(records.names().get(sequence), false));
        }
        stamps = stamps();
        stamped = stamps < 0
                ? List.of()
                : path && spec.horizon() > 1 ? List.of(1, spec.horizon()) : List.of(spec.horizon());
        times = stampFormat().map(ForecastTimes::new).orElse(null);
        if (stamps >= 0) {
            keys.add(new KeyColumn(records.names().get(stamps), false));
            stamped.stream()
                    .filter(rows -> times != null)
                    .forEach(rows -> keys.add(new KeyColumn(records.names().get(stamps) + "+" + rows, false)));
        }
        IntStream.of(kept)
                .filter(i -> i != sequence && i != stamps)
                .forEach(i -> keys.add(new KeyColumn(records.names().get(i), false)));
        pending = following();
    }

    /**
     * Reads up to the first row.
     *
     * @param spec how the file is written, and what makes an example; its path and targets don't count
     * @param fitted the columns saved with the model
     * @param keep names (or numbers from 1) of columns that become keys
     */
    public static CsvInputs open(DataSpec.Csv spec, Columns fitted, DataFile file, List<String> keep) {
        CsvRecords records = CsvRecords.of(spec, file.name(), text(file));
        try {
            return new CsvInputs(spec, file.name(), records, fitted, keep);
        } catch (RuntimeException e) {
            records.close();
            throw e;
        }
    }

    private static Reader text(DataFile file) {
        try {
            PushbackReader text = new PushbackReader(new InputStreamReader(
                    file.open(),
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .onMalformedInput(CodingErrorAction.REPLACE)
                            .onUnmappableCharacter(CodingErrorAction.REPLACE)));
            int first = text.read();
            if (first >= 0 && first != BYTE_ORDER_MARK) {
                text.unread(first);
            }
            return text;
        } catch (IOException e) {
            throw file.unreadable(e);
        }
    }

    /** @param number of the input, which counts where the run file names inputs by their columns' numbers */
    private int input(int number, String wanted) {
        List<String> names = records.names();
        int found = names.indexOf(wanted);
        if (found < 0) {
            String hint = !records.header()
                    ? "Its first row was taken for values; the model knows its columns by name. Give the file a header."
                    : Nearest.to(wanted, names)
                                    .map(near -> "Did you mean \"" + near + "\"? ")
                                    .orElse("") + "Its columns are " + names + ".";
            throw InvalidInputException.of(file, "the column \"" + wanted + "\", an input of the model", null, hint);
        }
        if (names.lastIndexOf(wanted) == found) {
            return found;
        }
        String chosen = spec.inputs() == null ? "" : spec.inputs().get(number);
        if (chosen.matches(NUMBER)
                && Integer.parseInt(chosen) <= names.size()
                && names.get(Integer.parseInt(chosen) - 1).equals(wanted)) {
            return Integer.parseInt(chosen) - 1;
        }
        throw InvalidInputException.of(
                file,
                "one column \"" + wanted + "\"",
                "several (" + (found + 1) + " and " + (names.lastIndexOf(wanted) + 1) + ")",
                "Which of them is the input can't be told: rename the others.");
    }

    /** As in training: the column that is named, or else the first of times. */
    private int time() {
        if (spec.time() != null) {
            return named("data.time", spec.time());
        }
        return records.form().columns().stream()
                .filter(column -> column.kind() == CsvColumn.Kind.TIMES)
                .findFirst()
                .map(column -> column.number() - 1)
                .orElseThrow(() -> InvalidInputException.of(
                        file,
                        "a column of dates or times, of which the model's inputs " + Calendar.names(spec.calendar())
                                + " are made",
                        null,
                        "The columns are " + records.names() + "."));
    }

    private TimeFormat timeFormat() {
        if (spec.timeFormat() != null) {
            return TimeFormat.Named.of(spec.timeFormat());
        }
        TimeFormat format = records.form().columns().get(time).times();
        if (format == null) {
            throw InvalidInputException.of(
                    file + ", column \"" + records.names().get(time) + "\"",
                    "times of which can be told how they are written",
                    "others, or dates in which the day or the month may come first",
                    "Say it, for example --set data.timeFormat='dd.MM.uuuu HH:mm'.");
        }
        return format;
    }

    /** Of forecasts, the column of times that the run file names or that the file shows. */
    private int stamps() {
        if (spec.task() != CsvTask.FORECASTING) {
            return -1;
        }
        int found = spec.time() == null ? -1 : records.names().indexOf(spec.time());
        return found >= 0
                ? found
                : records.form().columns().stream()
                        .filter(column -> column.kind() == CsvColumn.Kind.TIMES)
                        .findFirst()
                        .map(column -> column.number() - 1)
                        .filter(column -> column != sequence)
                        .orElse(-1);
    }

    private Optional<TimeFormat> stampFormat() {
        if (stamps < 0) {
            return Optional.empty();
        }
        return spec.timeFormat() != null
                ? Optional.of(TimeFormat.Named.of(spec.timeFormat()))
                : Optional.ofNullable(records.form().columns().get(stamps).times());
    }

    private int sequence(String wanted) {
        int found = named("data.sequence", wanted);
        if (IntStream.of(inputs).anyMatch(i -> i == found)) {
            throw InvalidInputException.of(
                    "data.sequence",
                    "a column that tells sequences apart",
                    "column " + wanted + ", \"" + records.names().get(found) + "\", an input of the model",
                    "Name it, for example --set data.sequence=id.");
        }
        return found;
    }

    private int named(String who, String wanted) {
        List<String> names = records.names();
        int named = names.indexOf(wanted);
        if (named >= 0 && names.lastIndexOf(wanted) != named) {
            throw InvalidInputException.of(
                    who, "a single column of " + file, wanted, "Several are called so: give the number of one.");
        }
        if (named >= 0) {
            return named;
        }
        if (wanted.matches(NUMBER) && Integer.parseInt(wanted) <= names.size()) {
            return Integer.parseInt(wanted) - 1;
        }
        throw InvalidInputException.of(who, "a column of " + file, wanted, "The columns are " + names + ".");
    }

    @Override
    public List<KeyColumn> keys() {
        return List.copyOf(keys);
    }

    @Override
    public boolean hasNext() {
        return pending != null;
    }

    @Override
    public Example next() {
        if (pending == null) {
            throw new NoSuchElementException("The file has no further row.");
        }
        return path ? nextWindow() : nextRun();
    }

    /** A window of a path: {@code stride} rows after the one before, or at the end of a sequence fewer, so that it ends there. */
    private Example nextWindow() {
        String name = sequence < 0 ? null : name(pending);
        int stride = spec.stride() == null ? spec.horizon() : spec.stride();
        int least = windowRows + history;
        int wanted = before.isEmpty() ? least : stride;
        while (wanted > 0 && pending != null && (name == null || name.equals(name(pending)))) {
            remember(pending, windowRows + reach);
            pending = following();
            wanted--;
        }
        if (before.size() < least) {
            throw InvalidInputException.of(
                    file + ", line " + before.getFirst().line(),
                    "at least " + least + " rows to forecast from (data.window"
                            + (history > 0 ? ", and " + history + " for data.transform)" : ")"),
                    before.size(),
                    "");
        }
        Example example = example(List.copyOf(before), before.size() - windowRows, before.size() - windowRows);
        if (pending == null || (name != null && !name.equals(name(pending)))) {
            before.clear();
            checkNew(name, example.origin().get(0));
        }
        return example;
    }

    private void remember(CsvRecords.Row row, int most) {
        before.addLast(row);
        if (before.size() > most) {
            before.removeFirst();
        }
    }

    /** A sequence; or some rows after those that are shown for them. */
    private Example nextRun() {
        String name = sequence < 0 ? null : name(pending);
        List<CsvRecords.Row> run = new ArrayList<>(before);
        int context = run.size();
        int wanted = windowRows + (context == 0 ? history : 0);
        while (pending != null && (name == null ? run.size() - context < wanted : name.equals(name(pending)))) {
            run.add(pending);
            if (name == null && spec.task() == CsvTask.FORECASTING) {
                remember(pending, windowRows + reach);
            }
            pending = following();
        }
        Example example = example(run, context, Math.max(0, context - windowRows));
        checkNew(name, example.origin().get(0));
        return example;
    }

    private Example example(List<CsvRecords.Row> run, int context, int known) {
        List<double[]> steps = new ArrayList<>();
        List<List<Object>> rowKeys = new ArrayList<>();
        List<String> origin = new ArrayList<>();
        List<String> moments = moments(run);
        for (CsvRecords.Row row : run) {
            rowKeys.add(rowKeys(row, moments, steps.size()));
            steps.add(numbers(row));
            origin.add(file + ", line " + row.line());
        }
        return new Example(steps.toArray(double[][]::new), rowKeys, origin, context, known);
    }

    /** Times of rows and of as many of those that follow in the same sequence as forecasts may be for. */
    private List<String> moments(List<CsvRecords.Row> run) {
        if (times == null) {
            return List.of();
        }
        List<String> moments = new ArrayList<>();
        run.forEach(row -> moments.add(row.cells().get(stamps)));
        String name = sequence < 0 ? null : run.get(0).cells().get(sequence);
        CsvRecords.Row row = pending;
        Iterator<CsvRecords.Row> later = null;
        while (ahead.size() < spec.horizon() && records.hasNext()) {
            ahead.addLast(records.next());
        }
        for (int i = 0; i < spec.horizon() && row != null; i++) {
            if (name != null && !name.equals(row.cells().get(sequence))) {
                break;
            }
            moments.add(row.cells().get(stamps));
            later = later == null ? ahead.iterator() : later;
            row = later.hasNext() ? later.next() : null;
        }
        return moments;
    }

    /** @param name of a sequence that has ended; null where there is none */
    private void checkNew(String name, String origin) {
        if (name != null && !seen.add(name)) {
            String cell = origin + ", column \"" + records.names().get(sequence) + "\"";
            throw InvalidInputException.of(
                    cell, "the rows of a sequence to stand together", name, "Sort the file by this column.");
        }
    }

    /** The next row, of which all is text; null at the end. */
    private CsvRecords.Row following() {
        if (ahead.isEmpty() && !records.hasNext()) {
            return null;
        }
        CsvRecords.Row row = ahead.isEmpty() ? records.next() : ahead.removeFirst();
        for (int i = 0; i < row.cells().size(); i++) {
            String content = row.cells().get(i);
            if (content.indexOf(NO_TEXT) >= 0 || content.indexOf('\0') >= 0) {
                throw cell(row, i).error("text", "Save the file as UTF-8.");
            }
        }
        return row;
    }

    private String name(CsvRecords.Row row) {
        CsvCell cell = cell(row, sequence);
        if (cell.content().isEmpty()) {
            throw cell.error("the name of a sequence", "");
        }
        return cell.content();
    }

    /**
     * @param moments times of the rows of an example and after
     * @param number which of them the row's is
     */
    private List<Object> rowKeys(CsvRecords.Row row, List<String> moments, int number) {
        List<Object> values = new ArrayList<>(keys.size());
        values.add(row.line());
        if (sequence >= 0) {
            values.add(row.cells().get(sequence));
        }
        if (stamps >= 0) {
            values.add(row.cells().get(stamps));
            if (times != null) {
                stamped.forEach(rows -> values.add(times.at(moments, number, rows)));
            }
        }
        for (int column : kept) {
            if (column != sequence && column != stamps) {
                values.add(row.cells().get(column));
            }
        }
        return values;
    }

    private double[] numbers(CsvRecords.Row row) {
        double[] values = new double[inputs.length + 2 * spec.calendar().size()];
        if (time >= 0) {
            CsvCell cell = cell(row, time);
            LocalDateTime at = timeFormat
                    .parse(cell.content())
                    .orElseThrow(() -> cell.error("a time, " + timeFormat.words(), "Mend the cell."));
            Calendar.fill(spec.calendar(), at, values, inputs.length);
        }
        for (int i = 0; i < inputs.length; i++) {
            CsvCell cell = cell(row, inputs[i]);
            if (cell.missing() && spec.missing() == Missing.ERROR) {
                throw cell.error(
                        "a number", "Empty cells are filled in with --set data.missing=mean or data.missing=previous.");
            }
            values[i] = cell.missing() ? Double.NaN : cell.number();
        }
        return values;
    }

    private CsvCell cell(CsvRecords.Row row, int column) {
        return new CsvCell(
                file,
                row.line(),
                records.names().get(column),
                row.cells().get(column),
                records.form().reading());
    }

    @Override
    public void close() {
        records.close();
    }
}
