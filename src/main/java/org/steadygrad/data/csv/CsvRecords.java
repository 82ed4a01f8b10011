package org.steadygrad.data.csv;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.spec.DataSpec;

/**
 * The rows of a CSV file, one at a time. How the file is written is found out from its first rows ({@link CsvForm}) and holds for
 * all others. Blank lines and comments are passed over.
 */
final class CsvRecords implements Iterator<CsvRecords.Row>, AutoCloseable {
    /** Characters that are looked at to find out how the file is written. */
    private static final int HEAD = 1 << 18;

    private final String file;
    private final CsvForm form;
    private final CsvLines lines;
    private boolean headerIsAhead;
    private Row next;

    /**
     * A row of as many cells as there are columns.
     *
     * @param line number of its line, from 1
     */
    record Row(long line, List<String> cells) {}

    private CsvRecords(String file, CsvForm form, CsvLines lines) {
        this.file = file;
        this.form = form;
        this.lines = lines;
        headerIsAhead = form.header();
        next = read();
    }

    /**
     * Reads up to the first row.
     *
     * @param spec how the file is written, as far as the user says it
     * @param file its name, for errors
     * @param text is closed with this
     */
    static CsvRecords of(DataSpec.Csv spec, String file, Reader text) {
        String head = head(file, text);
        CsvForm form = CsvSurvey.of(spec, file, head, head.length() < HEAD);
        Reader all = new Joined(new StringReader(form.separators().without(head)), text);
        return new CsvRecords(file, form, new CsvLines(file, form.separators(), spec.commentCharacter(), all));
    }

    private static String head(String file, Reader text) {
        char[] head = new char[HEAD];
        int length = 0;
        try {
            for (int n = 0; n >= 0 && length < HEAD; n = text.read(head, length, HEAD - length)) {
                length += n;
            }
        } catch (CharacterCodingException e) {
            throw new InvalidInputException(
                    file + ": expected UTF-8 text, got bytes that are none within the first " + HEAD
                            + " characters. Save the text as UTF-8.",
                    e);
        } catch (IOException e) {
            throw new InvalidInputException(file + ": reading it failed: " + e.getMessage() + ".", e);
        }
        return new String(head, 0, length);
    }

    /** How the file is written. */
    CsvForm form() {
        return form;
    }

    /** Names of all columns; a column without a name has its number. Empty when the file has no row. */
    List<String> names() {
        return form.names();
    }

    /** Whether the first row names the columns. */
    boolean header() {
        return form.header();
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
        for (CsvLines.Line line = lines.next(); line != null; line = lines.next()) {
            boolean blank = line.cells().size() == 1 && line.cells().get(0).isEmpty();
            if (line.comment() || (blank && (headerIsAhead || form.width() != 1))) {
                continue;
            }
            if (headerIsAhead) {
                headerIsAhead = false;
                continue;
            }
            lines.checkSwallowed(line, form.width());
            return new Row(line.number(), columns(line));
        }
        return null;
    }

    private List<String> columns(CsvLines.Line line) {
        int begin = form.rowNames() ? 1 : 0;
        int end = begin + form.columns().size();
        List<String> cells = line.cells();
        if (cells.size() < end || cells.size() > form.width()) {
            throw otherWidth(line, begin, end);
        }
        for (int i = end; i < cells.size(); i++) {
            if (!cells.get(i).isEmpty()) {
                throw InvalidInputException.of(
                        file + ", line " + line.number() + ", cell " + (i + 1),
                        "nothing in a column that has no name and no value before",
                        cells.get(i),
                        "Give the column a name.");
            }
        }
        return cells.subList(begin, end);
    }

    private InvalidInputException otherWidth(CsvLines.Line line, int begin, int end) {
        List<String> cells = line.cells();
        String last = cells.size() <= begin
                ? "only the row's name"
                : cells.size() < end
                        ? "the cell for column \"" + form.names().get(cells.size() - begin) + "\" is missing"
                        : "the first cell too many is \"" + cells.get(form.width()) + "\"";
        return InvalidInputException.of(
                file + ", line " + line.number(),
                (begin + form.columns().size()) + " cells as in the first row",
                cells.size() + " (" + last + ")",
                "Cells that hold the separator, " + form.separators().words() + ", must be quoted.");
    }

    @Override
    public void close() {
        lines.close();
    }

    /** One text after another. */
    private static final class Joined extends Reader {
        private final Reader first;
        private final Reader second;
        private boolean firstEnded;

        Joined(Reader first, Reader second) {
            this.first = first;
            this.second = second;
        }

        @Override
        public int read(char[] into, int offset, int length) throws IOException {
            if (!firstEnded) {
                int count = first.read(into, offset, length);
                if (count >= 0) {
                    return count;
                }
                firstEnded = true;
            }
            return second.read(into, offset, length);
        }

        @Override
        public void close() throws IOException {
            first.close();
            second.close();
        }
    }
}
