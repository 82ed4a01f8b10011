package org.steadygrad.data.csv;

import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.steadygrad.check.InvalidInputException;

/** The lines of a CSV text cut into cells (RFC 4180, with any separator), whatever they mean. Cells are trimmed. */
final class CsvLines implements AutoCloseable {
    private static final Pattern UNCLOSED = Pattern.compile("Unclosed quoted field.*line (\\d+)\\)");

    private static final Pattern SPREADSHEET_ERROR = Pattern.compile("(N/A|DIV/0!|REF!|VALUE!|NAME\\?|NUM!|NULL!)");

    private final String file;
    private final char separator;
    private final CloseableIterator<CsvRecord> records;
    private long line;

    /**
     * A line with content.
     *
     * @param number of the line, from 1
     * @param comment whether it is a comment, a single cell without the character that says so
     */
    record Line(long number, boolean comment, List<String> cells) {}

    /**
     * @param text in which a declaration of the separator was taken out; is closed with this
     * @param comment character that begins a comment, or -1
     */
    CsvLines(String file, Separators separators, int comment, Reader text) {
        this.file = file;
        separator = separators.character();
        CsvReader.CsvReaderBuilder format = CsvReader.builder()
                .fieldSeparator(separator)
                .trimWhitespacesAroundQuotes(separator != ' ' && separator != '\t')
                .skipEmptyLines(false)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .allowUnclosedQuote(false);
        if (comment >= 0) {
            format.commentStrategy(CommentStrategy.READ).commentCharacter((char) comment);
        }
        records = format.ofCsvRecord(separators.blanks() ? new BlankRuns(text, comment) : text)
                .iterator();
    }

    /** @return null at the end; a line without content has a single empty cell */
    Line next() {
        try {
            if (!records.hasNext()) {
                return null;
            }
            CsvRecord record = records.next();
            line = record.getStartingLineNumber();
            List<String> cells = record.getFields().stream().map(String::trim).toList();
            if (record.isComment()) {
                checkComment(cells.get(0));
            }
            return new Line(line, record.isComment(), cells);
        } catch (CsvParseException e) {
            throw unreadable(e);
        } catch (UncheckedIOException e) {
            String got = e.getCause() instanceof CharacterCodingException
                    ? "bytes after line " + line + " that are none. Save the text as UTF-8."
                    : "an error: " + e.getCause().getMessage() + ".";
            throw new InvalidInputException(file + ": expected UTF-8 text, got " + got, e);
        }
    }

    /** Errors of spreadsheets begin as comments do. */
    private void checkComment(String text) {
        Matcher error = SPREADSHEET_ERROR.matcher(text);
        if (error.lookingAt()) {
            throw InvalidInputException.of(
                    file + ", line " + line,
                    "a comment after #",
                    "#" + error.group(),
                    "If that is a cell of a spreadsheet, set data.comment to none, and name the word in data.missingWords unless it is #N/A.");
        }
    }

    private InvalidInputException unreadable(CsvParseException e) {
        String why = e.getCause() == null
                ? e.getMessage()
                : e.getMessage() + " " + e.getCause().getMessage();
        Matcher unclosed = UNCLOSED.matcher(why);
        if (unclosed.find()) {
            return new InvalidInputException(
                    file + ", line " + unclosed.group(1) + ": expected a closing quote, got the end of the file:"
                            + " a cell of this row begins with a quote and swallows all that follows. Close the quote, or double it if it is part of the text.",
                    e);
        }
        return new InvalidInputException(
                file + ": expected CSV, got: " + why
                        + ". A quote that isn't closed in an earlier line has this effect too.",
                e);
    }

    /**
     * @param columns number of columns
     * @throws InvalidInputException if a cell goes on for several lines one of which looks like a row: a quote wasn't closed, and
     *     the next one in the file closed it
     */
    void checkSwallowed(Line row, int columns) {
        for (String cell : row.cells()) {
            if (columns > 1 && cell.indexOf('\n') >= 0) {
                cell.lines()
                        .skip(1)
                        .filter(inner -> cells(inner) == columns)
                        .findFirst()
                        .ifPresent(inner -> {
                            throw InvalidInputException.of(
                                    file + ", line " + row.number(),
                                    "a quoted cell that ends where it should",
                                    "one that goes on for " + cell.lines().count() + " lines, such as: "
                                            + inner.strip(),
                                    "Close the quote that opens in line " + row.number()
                                            + ", or double it if it is part of the text.");
                        });
            }
        }
    }

    private int cells(String text) {
        String plain = separator == ' ' ? text.strip().replaceAll("[ \t]+", " ") : text;
        return (int) plain.chars().filter(c -> c == separator).count() + 1;
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
