package org.steadygrad.data.csv;

import static org.steadygrad.data.Batches.assertRefused;
import static org.steadygrad.data.Batches.write;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataArtifact.Column;
import org.steadygrad.data.DataArtifact.Columns;
import org.steadygrad.data.DataArtifact.None;
import org.steadygrad.data.DataSources;
import org.steadygrad.spec.DataSpec.Header;
import org.steadygrad.spec.DataSpec.Missing;
import org.steadygrad.spec.DataSpec.Normalization;

/** Files and keys that can't be used, and the words that must tell what is wrong where. */
class CsvRefusalsTest {
    private static final String GOOD = "a,b,y\n1,2,3\n4,5,6\n7,8,9\n1,2,3\n";

    @TempDir
    private Path folder;

    private DynamicTest number(String title, String content, String... words) {
        return refused(title, f -> CsvSpecs.numbers(f, "y"), content, words);
    }

    private DynamicTest refused(String title, Function<Path, CsvSpecs> specs, String content, String... words) {
        String[] all = Stream.concat(Stream.of("in.csv"), Arrays.stream(words)).toArray(String[]::new);
        return DynamicTest.dynamicTest(
                title, () -> assertRefused(() -> specs.apply(folder).open(content), all));
    }

    @TestFactory
    Stream<DynamicTest> badCells() {
        return Stream.of(
                number("letter", "a,b,y\n1,2,3\n4,x5,6\n", "line 3", "column \"b\"", "\"x5\"", "number"),
                number("nan", "a,b,y\n1,2,3\n4,NaN,6\n", "line 3", "column \"b\"", "\"NaN\""),
                number("infinity", "a,b,y\n1,2,3\n-Infinity,1,6\n", "line 3", "column \"a\"", "\"-Infinity\""),
                number("overflow", "a,b,y\n1,1e999,3\n", "line 2", "column \"b\"", "\"1e999\""),
                number("java suffix", "a,b,y\n1,1f,3\n", "line 2", "column \"b\"", "\"1f\""),
                number("hexadecimal", "a,b,y\n1,0x1p3,3\n", "line 2", "\"0x1p3\""),
                number(
                        "both decimals",
                        "a,b,y\n1,\"2,5\",3\n1.5,2,3\n",
                        "\"2,5\" in line 2",
                        "\"1.5\" in line 3",
                        "data.decimal"),
                number("thousands or decimals", "a;b;y\n1;2,500;3\n", "line 2", "2,500", "data.decimal"),
                number("empty", "a,b,y\n1,2,3\n4,,6\n", "line 3", "column \"b\"", "data.missing"),
                number("NA", "a,b,y\nNA,2,3\n", "line 2", "column \"a\"", "\"NA\"", "data.missing"),
                number("target", "a,b,y\n1,2,?\n", "line 2", "column \"y\"", "\"?\""),
                number("too large for a float", "a,b,y\n1,2,3\n1,2e300,3\n1,2,3\n", "line 3", "column \"b\"", "2e300"),
                number("cell after quoted lines", "a,b,y\n\"1\",\"2\",3\n\n\n4,?,6\n", "line 5", "column \"b\""),
                refused(
                        "missing target",
                        f -> CsvSpecs.numbers(f, "y").missing(Missing.MEAN),
                        "a,y\n1,1\n2,\n3,3\n",
                        "line 3",
                        "column \"y\"",
                        "take the row out"),
                refused(
                        "missing class",
                        f -> CsvSpecs.classes(f, "y"),
                        "a,y\n1,u\n2,NA\n",
                        "line 3",
                        "column \"y\"",
                        "class"),
                refused(
                        "class that is NaN",
                        f -> CsvSpecs.classes(f, "y"),
                        "a,y\n1,u\n2,-nan\n",
                        "line 3",
                        "column \"y\"",
                        "a class of its own"),
                refused(
                        "only missing cells in training",
                        f -> CsvSpecs.forecast(f, "y").missing(Missing.MEAN).validation(0.5),
                        "a,y\n,1\n,2\n,3\n,4\n5,5\n5,6\n5,7\n5,8\n",
                        "column \"a\"",
                        "training"),
                refused(
                        "too large for a float before scaling",
                        f -> CsvSpecs.numbers(f, "y").normalization(Normalization.STANDARD),
                        "a,y\n1,1\n-1e39,2\n1,3\n",
                        "line 3",
                        "column \"a\"",
                        "-1e39",
                        "32-bit"));
    }

    @TestFactory
    Stream<DynamicTest> badRows() {
        return Stream.of(
                number("too few", "a,b,y\n1,2,3\n4,5\n", "line 3", "3 cells", "2", "\"y\""),
                number("too many", "a,b,y\n1,2,3\n4,5,6,7\n", "line 3", "4", "\"7\""),
                number("unclosed quote", "a,b,y\n1,\"2,3\n4,5,6\n", "line"),
                number("letters after a quote", "a,b,y\n1,\"2\"x,3\n", "CSV"),
                number("empty file", "", "empty"),
                number("blank lines", "\n\n\n", "no row"),
                number("header only", "a,b,y\n", "header"),
                number("binary", "a,b,y\n1,2,\0\n", "byte offset 10", "00"),
                number("too few rows for a window", "a,b,y\n1,2,3\n", "3 rows", "data.window"),
                refused(
                        "too few rows for validation",
                        f -> CsvSpecs.forecast(f, "y").validation(0.1).horizon(2),
                        "y\n" + "1\n".repeat(20),
                        "3 rows for validation",
                        "data.validation"),
                refused(
                        "scattered sequence",
                        f -> CsvSpecs.numbers(f, "y").sequence("id"),
                        "id,x,y\nu,1,1\nv,1,1\nu,1,1\n",
                        "line 4",
                        "column \"id\"",
                        "\"u\"",
                        "stand together"),
                refused(
                        "sequence without name",
                        f -> CsvSpecs.numbers(f, "y").sequence("id"),
                        "id,x,y\nu,1,1\n,1,1\n",
                        "line 3",
                        "column \"id\""),
                refused(
                        "two classes in a sequence",
                        f -> CsvSpecs.classes(f, "y").sequence("id"),
                        "id,x,y\nu,1,cat\nu,1,dog\n",
                        "line 3",
                        "column \"y\"",
                        "\"dog\"",
                        "line 2"),
                refused(
                        "two targets in a sequence",
                        f -> CsvSpecs.numbers(f, "y").sequence("id"),
                        "id,x,y\nu,1,5\nu,1,6\n",
                        "line 3",
                        "column \"y\"",
                        "6",
                        "line 2"),
                refused(
                        "sequence shorter than the horizon",
                        f -> CsvSpecs.forecast(f, "y").sequence("id").horizon(2),
                        "id,y\nu,1\nu,2\nu,3\nv,1\nv,2\n",
                        "line 5",
                        "data.horizon"),
                refused(
                        "one sequence, and validation asked for",
                        f -> CsvSpecs.forecast(f, "y").sequence("id").validation(0.2),
                        "id,y\nu,1\nu,2\n",
                        "more than 1 sequences"),
                refused(
                        "one class",
                        f -> CsvSpecs.classes(f, "y"),
                        "a,y\n1,u\n2,u\n3,u\n",
                        "column \"y\"",
                        "2 classes"));
    }

    @Test
    void badKeys() {
        assertRefused(() -> CsvSpecs.numbers(folder, "Y2").open(GOOD), "data.target", "in.csv", "\"Y2\"", "[a, b, y]");
        assertRefused(
                () -> CsvSpecs.numbers(folder, "temprature").open("temperature,b\n1,2\n"),
                "Did you mean \"temperature\"");
        assertRefused(() -> CsvSpecs.numbers(folder, "4").open(GOOD), "data.target", "1 to 3");
        assertRefused(() -> CsvSpecs.numbers(folder, "y").sequence("q").open(GOOD), "data.sequence", "\"q\"");
        assertRefused(() -> CsvSpecs.numbers(folder, "y").inputs("a", "y").open(GOOD), "data.inputs", "target");
        assertRefused(() -> CsvSpecs.numbers(folder, "y").inputs("a", "a").open(GOOD), "data.inputs", "once");
        assertRefused(() -> CsvSpecs.numbers(folder, "y").inputs().open(GOOD), "data.inputs", "at least one");
        assertRefused(() -> CsvSpecs.numbers(folder).open(GOOD), "data.csv", "target");
        assertRefused(
                () -> CsvSpecs.classes(folder, "y").separator("ab").open(GOOD), "data.csv", "separator", "\"ab\"");
        assertRefused(() -> CsvSpecs.classes(folder, "y").separator("\"").open(GOOD), "data.separator");
        assertRefused(() -> CsvSpecs.numbers(folder, "y").header(Header.NO).open(GOOD), "data.target", "\"y\"");
        assertRefused(
                () -> CsvSpecs.numbers(folder, "3").header(Header.NO).open(GOOD), "line 1", "column \"1\"", "\"a\"");
    }

    @Test
    void filesThatDontFitTheModel() {
        Column a = new Column("a", 0, 1, 0);
        Column b = new Column("b", 0, 1, 0);
        DataArtifact swapped = new Columns(java.util.List.of(b, a), java.util.List.of(a), java.util.List.of());
        assertRefused(
                () -> CsvSpecs.numbers(folder, "y").open(GOOD, swapped), "in.csv", "[b, a]", "[a, b]", "data.inputs");
        DataArtifact classes = new Columns(java.util.List.of(a), java.util.List.of(), java.util.List.of("u", "v"));
        assertRefused(
                () -> CsvSpecs.classes(folder, "y").window(1).open("a,y\n1,u\n2,v\n3,w\n", classes),
                "line 4",
                "column \"y\"",
                "\"w\"",
                "[u, v]");
        assertRefused(() -> CsvSpecs.numbers(folder, "y").open(GOOD, new None()), "none", "Csv");
    }

    @Test
    void invalidUtf8() {
        byte[] bytes = "a,y\n1,2\n".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        bytes[4] = (byte) 0xFF;
        Path file = write(folder, "latin.csv", bytes);
        assertRefused(
                () -> DataSources.open(CsvSpecs.numbers(folder, "y").spec(file.toString()), 1, 1),
                "latin.csv, byte offset 4",
                "FF");
    }
}
