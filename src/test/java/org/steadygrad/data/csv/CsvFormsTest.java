package org.steadygrad.data.csv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.data.Batches.all;
import static org.steadygrad.data.Batches.assertRefused;
import static org.steadygrad.data.Batches.features;
import static org.steadygrad.data.Batches.labels;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.DataArtifact.Column;
import org.steadygrad.data.DataArtifact.Columns;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.data.DataSource;
import org.steadygrad.spec.DataSpec.CalendarFeature;
import org.steadygrad.spec.DataSpec.Decimal;
import org.steadygrad.spec.DataSpec.Header;
import org.steadygrad.spec.DataSpec.Missing;

/** CSV as programs and people write it; what R and pandas read is in comments. */
class CsvFormsTest {
    @TempDir
    private Path folder;

    private static List<String> inputs(DataSource source) {
        return ((Columns) source.artifact()).inputs().stream().map(Column::name).toList();
    }

    private static float[] row(DataSource source, int input) {
        return features(all(source.training(), 0).get(0)).slice(0).getRow(input).toFloatVector();
    }

    private static float[] labelsOf(DataSource source) {
        return labels(all(source.training(), 0).get(0)).slice(0).toFloatVector();
    }

    private static void assertSays(DataSource source, String... words) {
        String notes = String.join("\n", source.notes());
        for (String word : words) {
            assertTrue(notes.contains(word), () -> "\"" + word + "\" is missing in: " + notes);
        }
    }

    private CsvSpecs three(String target) {
        return CsvSpecs.numbers(folder, target).window(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "NA", "N/A", "NaN", "nan", "-NaN", "null", "NULL", "?", "-", " ", "\"\""})
    void usualWordsForMissingValues(String word) {
        String csv = "a,y\n1,1\n" + word + ",2\n5,3\n";
        DataSource source = three("y").missing(Missing.MEAN).open(csv);
        assertArrayEquals(new float[] {1, 3, 5}, row(source, 0));
        assertSays(source, "in.csv", "column \"a\" lacks 1 of 3", "line 3", "mean");
        assertRefused(() -> three("y").open(csv), "line 3", "column \"a\"", "data.missing");
    }

    @Test
    void otherWordsForMissingValuesAreNamed() {
        String csv = "a,y\n1,1\n-999,2\nn.a.,3\n5,4\n";
        CsvSpecs specs = CsvSpecs.numbers(folder, "y").window(4).missing(Missing.PREVIOUS);
        assertArrayEquals(
                new float[] {1, 1, 1, 5}, row(specs.missingWords("-999", "n.a.").open(csv), 0));
        assertRefused(() -> specs.missingWords("-999").open(csv), "line 4", "n.a.", "data.missingWords");
    }

    @Test
    void minusIsAClassButAMissingNumber() {
        DataSource source =
                CsvSpecs.classes(folder, "y").window(1).missing(Missing.MEAN).open("a,y\n1,+\n-,-\n3,+\n");
        assertEquals(List.of("+", "-"), ((Columns) source.artifact()).classes());
    }

    @Test
    void decimalCommasAreNoticedAndSaid() {
        String csv = "x;y\n0,327;1\n-,5;2\n1,5e+01;3\n";
        DataSource source = three("y").open(csv);
        assertArrayEquals(new float[] {0.327f, -0.5f, 15}, row(source, 0));
        assertSays(source, "decimals are read with a comma", "0,327", "line 2", "separated by ';'");
        assertArrayEquals(
                new float[] {0.327f, -0.5f, 15},
                row(three("y").separator(";").decimal(Decimal.COMMA).open(csv), 0));
        assertRefused(() -> three("y").decimal(Decimal.POINT).open(csv), "line 2", "0,327", "data.decimal");
        // quoted cells of a file with commas between them
        assertArrayEquals(new float[] {0.5f, 2, 3}, row(three("y").open("x,y\n\"0,5\",1\n2,2\n3,3\n"), 0));
        assertRefused(
                () -> three("y").decimal(Decimal.COMMA).open("x;y\n1.5;1\n2;2\n3;3\n"),
                "line 2",
                "1.5",
                "data.decimal");
    }

    @Test
    void commentsArePassedOverAndSaid() {
        String csv = "# station 12\n# units: \"m\nx,y\n1,1\n#2,2\n3,2\n4,3\n";
        DataSource source = three("y").open(csv);
        assertArrayEquals(new float[] {1, 3, 4}, row(source, 0));
        assertSays(source, "3 lines begin with #", "line 1 the first", "line 5 looks like a row");
        assertArrayEquals(new float[] {1, 3, 4}, row(three("y").comment("%").open("% a\nx,y\n1,1\n3,2\n4,3\n"), 0));
        assertRefused(() -> three("y").comment("none").open("x,y\n1,1\n#2,2\n4,3\n"), "line 3", "#2");
    }

    @Test
    void errorsOfSpreadsheetsAreNoComments() {
        String csv = "x,y\n1,1\n#N/A,2\n4,3\n";
        assertRefused(() -> three("y").open(csv), "line 3", "#N/A", "data.comment");
        DataSource source = three("y").comment("none").missing(Missing.PREVIOUS).open(csv);
        assertArrayEquals(new float[] {1, 1, 4}, row(source, 0));
    }

    @Test
    void namesInACommentAreTaken() {
        DataSource source = three("y").open("# made by savetxt\n# x y\n1.0 10\n2.0 20\n3.0 30\n");
        assertEquals(List.of("x"), inputs(source));
        assertSays(source, "line 2, a comment, is taken for the names");
    }

    @Test
    void runsOfBlanksSeparate() {
        String csv = "x y\n  1.5   1\n 10.25  2\n\t-3\t \t3  \n";
        for (String separator : List.of("auto", " ", "blanks")) {
            assertArrayEquals(
                    new float[] {1.5f, 10.25f, -3},
                    row(three("y").separator(separator).open(csv), 0));
        }
        assertSays(three("y").open(csv), "separated by blanks");
        DataSource quoted = CsvSpecs.classes(folder, "label")
                .window(3)
                .open("x  label\n1  \"a  \"\"b\"\"\"\n2  c\n3 \"a  \"\"b\"\"\"\n");
        assertEquals(List.of("a  \"b\"", "c"), ((Columns) quoted.artifact()).classes());
    }

    @Test
    void excelSaysItsSeparator() {
        for (String first : List.of("sep=;\n", "\"sep=;\"\r\n", "SEP=;\n")) {
            DataSource source = three("y").open(first + "x;y\n1;1\n2;2\n3;3\n");
            assertArrayEquals(new float[] {1, 2, 3}, row(source, 0));
            assertSays(source, "';'", "its first line");
            assertRefused(() -> three("y").open(first + "x;y\n1;1\n2;z\n"), "line 4", "z");
        }
        assertRefused(() -> three("y").separator(",").open("sep=;\nx;y\n1;1\n"), "line 1", "sep=;", "data.separator");
    }

    @Test
    void separatorsAreNoticed() {
        for (String separator : List.of(",", ";", "\t", "|")) {
            String csv = "x,note,y\n1,\"a,b;c\",1\n2,d e,2\n3,f,3\n"
                    .replace("a,b;c", "a@b#c")
                    .replace(",", separator)
                    .replace("a@b#c", "a,b;c");
            assertArrayEquals(new float[] {1, 2, 3}, row(three("y").inputs("x").open(csv), 0), csv);
        }
    }

    @Test
    void emptyColumnsWithoutANameAreLeftOut() {
        for (String csv : List.of(
                "x,y,\n1,1,\n2,2,\n3,3,\n",
                "x,y\n1,1,\n2,2,\n3,3,\n",
                "x,y,\n1,1\n2,2\n3,3\n",
                "x,y,,,\n1,1,,,\n2,2,,,\n3,3,,,\n")) {
            DataSource source = three("y").open(csv);
            assertEquals(List.of("x"), inputs(source), csv);
            assertSays(source, "neither a name nor a value");
        }
        assertRefused(() -> three("y").open("x,y,\n1,1,\n2,2,9\n3,3,\n"), "line 2", "column \"3\"");
    }

    @Test
    void duplicateNamesAreToldApartByNumber() {
        String csv = "t,temp,temp\n5,1,10\n6,2,20\n9,3,30\n";
        DataSource source = three("3").inputs("2").open(csv);
        assertArrayEquals(new float[] {1, 2, 3}, row(source, 0));
        assertArrayEquals(new float[] {30}, labelsOf(source));
        assertSays(source, "columns 2 and 3", "\"temp\"");
        assertRefused(() -> three("temp").open(csv), "data.target", "2 and 3", "number");
    }

    @Test
    void anIndexIsNoInput() {
        String named = "x,y\n1.5,1\n2.5,2\n0.5,3\n";
        for (String csv : List.of(
                ",x,y\n0,1.5,1\n1,2.5,2\n2,0.5,3\n",
                "\"\",\"x\",\"y\"\n\"1\",1.5,1\n\"2\",2.5,2\n\"10\",0.5,3\n",
                ",x,y\nu,1.5,1\nv,2.5,2\nw,0.5,3\n",
                "rownames,x,y\n1,1.5,1\n2,2.5,2\n3,0.5,3\n",
                "Unnamed: 0,x,y\n3,1.5,1\n5,2.5,2\n4,0.5,3\n",
                "x,y,__index_level_0__\n1.5,1,0\n2.5,2,1\n0.5,3,2\n",
                "x y\n1 1.5 1\n2 2.5 2\n10 0.5 3\n",
                "\"x\",\"y\"\n\"a\",1.5,1\n\"b\",2.5,2\n\"c\",0.5,3\n")) {
            DataSource source = three("y").open(csv);
            assertEquals(List.of("x"), inputs(source), csv);
            assertArrayEquals(row(three("y").open(named), 0), row(source, 0), csv);
            assertSays(
                    source,
                    csv.startsWith("x y") || csv.startsWith("\"x\"") ? "row's name" : "numbers or names the rows");
        }
        assertEquals(List.of("1", "x"), inputs(three("y").inputs("1", "x").open(",x,y\n0,1.5,1\n1,2.5,2\n2,0.5,3\n")));
        assertEquals(List.of("1", "x"), inputs(three("y").open(",x,y\n0.7,1.5,1\n0.1,2.5,2\n0.4,0.5,3\n")));
        assertSays(three("y").open("t,y\n0,1\n1,2\n2,3\n"), "column \"t\" counts the rows and is an input");
        assertRefused(() -> three("y").open("x,y\n1,1,1\n1,2,2\n1,3,3\n"), "line 2", "2 cells", "3");
    }

    @Test
    void aFileWithoutNamesIsSaid() {
        DataSource numbers = three("2").open("1,2\n3,4\n5,6\n");
        assertArrayEquals(new float[] {1, 3, 5}, row(numbers, 0));
        assertSays(numbers, "line 1 holds values", "numbered from 1");
        DataSource mixed = CsvSpecs.classes(folder, "3")
                .inputs("2")
                .window(3)
                .open("2020-01-01,1,up\n2020-01-02,3,down\n2020-01-03,5,up\n");
        assertArrayEquals(new float[] {1, 3, 5}, row(mixed, 0));
        assertSays(mixed, "line 1 holds values");
        DataSource doubtful = three("y").open("x,7,y\n1,2,1\n2,2,2\n3,2,3\n");
        assertSays(doubtful, "taken for the names", "data.header");
        assertRefused(() -> three("y").open("1,2\n3,4\n"), "data.target", "\"y\"", "holds values", "data.header");
        assertTrue(CsvSpecs.numbers(folder, "y")
                .window(1)
                .open("x,y\n4,1\n2,2\n3,3\n")
                .notes()
                .isEmpty());
        assertFalse(three("2")
                .header(Header.NO)
                .open("1,2\n3,4\n5,6\n")
                .notes()
                .toString()
                .contains("line 1"));
    }

    @Test
    void tablesThatAreCutIntoWindowsAreSaid() {
        String table = "x,y\n1,up\n2,down\n3,up\n4,down\n";
        assertSays(CsvSpecs.classes(folder, "y").window(2).open(table), "2 rows make one example", "data.window to 1");
        assertFalse(CsvSpecs.classes(folder, "y")
                .window(1)
                .open(table)
                .notes()
                .toString()
                .contains("window"));
    }

    @Test
    void timesAreNoInputs() {
        String[] columns = {
            "2020-02-28,2020-02-29,2020-03-01",
            "2020-02-28T23:00:00Z,2020-02-29T00:00:00.5Z,2020-02-29T01:00:00+01:00",
            "28.02.2020 23:00,29.02.2020 00:00,29.02.2020 01:00",
            "2/28/2020 11:00 PM,2/29/2020 12:00 AM,2/29/2020 1:00 AM",
            "1949-01,1949-02,1949-03",
            "2020/02/28,2020/02/29,2020/03/01",
        };
        for (String column : columns) {
            String[] cells = column.split(",");
            String csv = "when,x,y\n"
                    + IntStream.range(0, 3)
                            .mapToObj(i -> cells[i] + "," + i * i + "," + i)
                            .collect(Collectors.joining("\n"));
            DataSource source = three("y").open(csv);
            assertEquals(List.of("x"), inputs(source), column);
            assertSays(source, "column \"when\" holds times");
            assertFalse(source.notes().toString().contains("isn't later"), column);
        }
        assertSays(
                three("y").open("when,x,y\n2020-01-02,1,1\n2020-01-01,5,2\n2020-01-03,3,3\n"),
                "the time in line 3",
                "isn't later",
                "line 2");
        assertRefused(
                () -> three("y").inputs("when").open("when,y\n2020-01-02,1\n2020-01-03,2\n"),
                "line 2",
                "data.calendar");
    }

    /** Angles by hand: 6 o'clock is a quarter of a day; 2024-01-04 is a Thursday, and at noon half of the week is over. */
    @Test
    void calendarFeaturesAreMadeOnRequest() {
        String csv = "when;y\n04.01.2024 06:00;1\n04.01.2024 12:00;2\n31.01.2024 18:00;3\n";
        DataSource source = CsvSpecs.numbers(folder, "y")
                .window(3)
                .normalization(org.steadygrad.spec.DataSpec.Normalization.STANDARD)
                .calendar(CalendarFeature.HOUR, CalendarFeature.DAY_OF_WEEK)
                .open(csv);
        assertEquals(
                List.of("hour of day (sine)", "hour of day (cosine)", "day of week (sine)", "day of week (cosine)"),
                inputs(source));
        assertArrayEquals(new float[] {1, 0, -1}, row(source, 0), 1e-6f);
        assertArrayEquals(new float[] {0, -1, 0}, row(source, 1), 1e-6f);
        assertEquals(0, row(source, 2)[1], 1e-6f);
        assertEquals(-1, row(source, 3)[1], 1e-6f);
        String unclear = "when,y\n01/02/2024,1\n03/02/2024,2\n05/02/2024,3\n";
        CsvSpecs month = CsvSpecs.numbers(folder, "y").window(3).calendar(CalendarFeature.MONTH);
        assertRefused(() -> month.open(unclear), "column \"when\"", "day or the month", "data.timeFormat");
        assertEquals(0.5, row(month.time("when", "dd/MM/uuuu").open(unclear), 0)[0], 1e-6);
        assertEquals(0, row(month.time("when", "MM/dd/uuuu").open(unclear), 0)[0], 1e-6);
        assertRefused(() -> month.time("when", "bb").open(unclear), "data.timeFormat", "bb");
        assertRefused(() -> month.time(null, null).open("x,y\n1,2\n"), "data.calendar", "data.time");
    }

    @Test
    void aLabelPerRow() {
        String csv = "id,x,tag\nu,1,up\nu,2,down\nu,3,up\nv,4,down\nv,5,?\n";
        CsvSpecs specs = CsvSpecs.tags(folder, "tag").sequence("id").missing(Missing.PREVIOUS);
        DataSource source = specs.open(csv);
        assertEquals(TargetKind.CLASS_PER_STEP, source.description().target());
        assertEquals(List.of("down", "up"), ((Columns) source.artifact()).classes());
        MultiDataSet batch = all(source.training(), 0).get(0);
        int u = features(batch).getInt(0, 0, 0) == 1 ? 0 : 1;
        assertArrayEquals(
                new float[] {0, 1, 0}, labels(batch).slice(u).getRow(0).toFloatVector());
        assertArrayEquals(
                new float[] {1, 0, 1}, labels(batch).slice(u).getRow(1).toFloatVector());
        assertArrayEquals(
                new float[] {1, 0, 0}, labels(batch).slice(1 - u).getRow(0).toFloatVector());
        assertArrayEquals(
                new float[] {1, 0, 0}, batch.getLabelsMaskArray(0).getRow(1 - u).toFloatVector());
        assertArrayEquals(
                new float[] {1, 1, 0},
                batch.getFeaturesMaskArray(0).getRow(1 - u).toFloatVector());
        assertRefused(() -> specs.missing(Missing.ERROR).open(csv), "line 6", "column \"tag\"", "data.missing");
        assertRefused(
                () -> CsvSpecs.classes(folder, "tag").sequence("id").open(csv.replace("?", "up")),
                "line 3",
                "line 2",
                "tagging");
        DataSource windows =
                CsvSpecs.tags(folder, "tag").window(2).validation(0.5).open("x,tag\n1,a\n2,b\n3,b\n4,a\n");
        assertEquals(
                1, labels(all(windows.validation().orElseThrow(), 0).get(0)).getInt(0, 1, 0));
    }

    @Test
    void quotesThatSwallowRowsAreFound() {
        String rows = "x,y,note\n" + "1,1,ok\n".repeat(5) + "1,1,\"open\n" + "1,1,ok\n".repeat(5);
        assertRefused(() -> three("y").inputs("x").open(rows), "line 7", "quote");
        assertRefused(() -> three("y").inputs("x").open(rows + "1,1,\"\n1,2,z\n"), "line 7", "quote", "1,1,ok");
        assertEquals(3, row(three("y").inputs("x").open("x,y,note\n1,1,\"two\nlines\"\n2,2,b\n3,3,c\n"), 0).length);
    }

    /** What is true of the first rows must hold for those that follow, far beyond what is looked at to find out. */
    @Test
    void longFilesKeepToTheirForm() {
        String head = "when;x;y\n";
        String rows = IntStream.range(0, 40_000)
                .mapToObj(i -> "2020-01-01;" + i + ",5;" + i)
                .collect(Collectors.joining("\n", head, "\n"));
        DataSource source = CsvSpecs.numbers(folder, "y").window(40_000).open(rows);
        float[] x = row(source, 0);
        assertEquals(39_999.5f, x[39_999]);
        assertEquals(40_000, x.length);
        assertRefused(() -> three("y").open(rows + "2020-01-01;1.5;1\n"), "line 40002", "1.5", "data.decimal");
        Stream.of("2020-01-01;\"1,5;1\n", "2020-01-01;1\n")
                .forEach(last -> assertRefused(() -> three("y").open(rows + last), "line 40002"));
    }
}
