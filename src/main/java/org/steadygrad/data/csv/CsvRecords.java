package org.steadygrad.data.csv;

import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.spec.DataSpec;

/**
 * The rows of a CSV file (RFC 4180, with any separator), one at a time. Cells are trimmed, blank lines are passed over, and
 * the header is taken for the names of the columns.
 */
final class CsvRecords implements Iterator<CsvRecords.Row>, AutoCloseable {
    private final DataSpec.Csv spec;
    private final String file;
    private final CloseableIterator<CsvRecord> records;
    private List<String> names = List.of();
    private boolean header;
    private long line;
    private Row next;

    /**
     * A row of as many cells as there are columns.
     *
     * @param line number of its line, from 1
     */
    record Row(long line, List<String> cells) {}

    private CsvRecords(DataSpec.Csv spec, String file, CloseableIterator<CsvRecord> records) {
        this.spec = spec;
        this.file = file;
        this.records = records;
        next = read();
    }

    /**
     * Reads up to the first row.
     *
     * @param spec how the file is written
     * @param file its name, for errors
     * @param text is closed with this
     */
    static CsvRecords of(DataSpec.Csv spec, String file, Reader text) {
        CsvReader.CsvReaderBuilder format = CsvReader.builder()
                .fieldSeparator(separator(spec.separator()))
                .skipEmptyLines(false)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .allowUnclosedQuote(false);
        return new CsvRecords(spec, file, format.ofCsvRecord(text).iterator());
    }

    private static char separator(String separator) {
        String plain = separator.equals("tab") ? "\t" : separator;
        if ("\"\r\n".contains(plain)) {
            throw InvalidInputException.of(
                    "data.separator", "a character that can separate", separator, "Usual ones are ',' and ';'.");
        }
        return plain.charAt(0);
    }

    /** Names of all columns; a column without a name has its number. Empty when the file has no row. */
    List<String> names() {
        return names;
    }

    /** Whether the first row names the columns. */
    boolean header() {
        return header;
    }

    @Override
    public boolean hasNext() {
        return next != null;
    }

    @Override
    public Row next() {
        if (next == null) {
            throw new NoSuchElementException("The file has no further row.");
        }
        Row row = next;
        next = read();
        return row;
    }

    private Row read() {
        try {
            while (records.hasNext()) {
                CsvRecord row = records.next();
                line = row.getStartingLineNumber();
                List<String> cells = row.getFields().stream().map(String::trim).toList();
                if (holds(cells)) {
                    return new Row(line, checked(cells));
                }
            }
            return null;
        } catch (CsvParseException e) {
            String why = e.getCause() == null
                    ? e.getMessage()
                    : e.getMessage() + " " + e.getCause().getMessage();
            throw new InvalidInputException(file + ": expected CSV, got: " + why, e);
        } catch (UncheckedIOException e) {
            String got = e.getCause() instanceof CharacterCodingException
                    ? "bytes after line " + line + " that are none. Save the text as UTF-8."
                    : "an error: " + e.getCause().getMessage() + ".";
            throw new InvalidInputException(file + ": expected UTF-8 text, got " + got, e);
        }
    }

    /** Whether a row holds values; what the first one says of the columns is kept. */
    private boolean holds(List<String> cells) {
        boolean blank = cells.size() == 1 && cells.get(0).isEmpty();
        if (blank && names.size() != 1) {
            return false;
        }
        if (!names.isEmpty()) {
            return true;
        }
        header = hasHeader(cells);
        names = names(cells, header);
        return !header;
    }

    private boolean hasHeader(List<String> first) {
        return switch (spec.header()) {
            case YES -> true;
            case NO -> false;
            case AUTO -> first.stream().anyMatch(cell -> !CsvCell.isNumber(cell) && !CsvCell.isMissing(cell));
        };
    }

    private static List<String> names(List<String> first, boolean header) {
        return IntStream.range(0, first.size())
                .mapToObj(i -> header && !first.get(i).isEmpty() ? first.get(i) : String.valueOf(i + 1))
                .toList();
    }

    private List<String> checked(List<String> cells) {
        int expected = names.size();
        if (cells.size() != expected) {
            String last = cells.size() < expected
                    ? "the cell for column \"" + names.get(cells.size()) + "\" is missing"
                    : "the first cell too many is \"" + cells.get(expected) + "\"";
            throw InvalidInputException.of(
                    file + ", line " + line,
                    expected + " cells as in the first row",
                    cells.size() + " (" + last + ")",
                    "Cells that hold the separator '" + spec.separator() + "' must be quoted.");
        }
        return cells;
    }

    @Override
    public void close() {
        try {
            records.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
