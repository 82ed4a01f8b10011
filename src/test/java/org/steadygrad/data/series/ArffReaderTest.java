package org.steadygrad.data.series;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.data.Batches.assertRefused;
import static org.steadygrad.data.Batches.write;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.data.series.SeriesSet.Series;
import org.steadygrad.data.series.SeriesSet.Target;

/** Expected values are those of Weka 3.9.6. */
class ArffReaderTest {
    private static final String FLAT =
            "@relation x\n@attribute a numeric\n@attribute b real\n@attribute class {u,'v w'}\n@data\n";
    private static final String NESTED =
            "@relation 'x y'\n@attribute s relational\n @attribute t0 numeric\n @attribute t1 numeric\n"
                    + "@end s\n@attribute class {u,\"v w\"}\n@data\n";

    @TempDir
    private Path folder;

    private SeriesSet read(String text) {
        return SeriesSpecs.of(write(folder, "in.arff", text)).read();
    }

    private static List<String> labels(SeriesSet set) {
        return set.series().stream().map(Series::label).toList();
    }

    @Test
    void attributesAreTimeSteps() {
        SeriesSet set = read("% c\r\n" + FLAT.replace("\n", "\r\n")
                + "1,-2e1,u\r\n% between\r\n\r\n ? , .5 ,'v w' % behind\r\n3 4 u\r\n");
        assertArrayEquals(new double[] {1, -20}, set.series().get(0).values()[0]);
        assertArrayEquals(new double[] {Double.NaN, 0.5}, set.series().get(1).values()[0]);
        assertArrayEquals(new double[] {3, 4}, set.series().get(2).values()[0]);
        assertEquals(List.of("u", "v w", "u"), labels(set));
    }

    @Test
    void aRelationHoldsALinePerDimensionInEitherQuotes() {
        SeriesSet set = read(NESTED + "'1,2\\n3,?',u\n\"-1,1e-3\\n5,6\",'v w'\n");
        assertArrayEquals(new double[] {3, Double.NaN}, set.series().get(0).values()[1]);
        assertArrayEquals(new double[] {-1, 0.001}, set.series().get(1).values()[0]);
        assertEquals(List.of("u", "v w"), labels(set));
        assertEquals(List.of("1", "2"), set.dimensions());
    }

    @Test
    void whatSparseRowsLeaveOutIsZeroOrTheFirstLabel() {
        SeriesSet set = read(FLAT + "{0 1.5}\n{ 1 ?, 2 'v w' }\n{}\n{2 ?},{2}\n");
        assertArrayEquals(new double[] {1.5, 0}, set.series().get(0).values()[0]);
        assertArrayEquals(new double[] {0, Double.NaN}, set.series().get(1).values()[0]);
        assertArrayEquals(new double[] {0, 0}, set.series().get(2).values()[0]);
        assertEquals(Arrays.asList("u", "v w", "u", null), labels(set));
        assertTrue(
                set.notes().toString().contains("weights of instances"),
                set.notes().toString());
    }

    @Test
    void quotesEscapesAndWeights() {
        SeriesSet set = read(
                "@RELATION x\n@ATTRIBUTE 'a, \\'b\\'' INTEGER\n@attribute class {'it\\'s','?',\"say \\\"x\\\"\",'100\\%'}\n@DATA\n"
                        + "1,'it\\'s'\n2,'?',{0.5}\n3,\"say \\\"x\\\"\"\n4,?\n5,'100\\%'\n");
        assertEquals(Arrays.asList("it's", "?", "say \"x\"", null, "100%"), labels(set));
        String notes = set.notes().toString();
        assertTrue(notes.contains("line 6") && notes.contains("0.5"), notes);
    }

    @Test
    void anotherAttributeMayBeLearnt() {
        Path file = write(
                folder,
                "in.arff",
                "@relation x\n@attribute y numeric\n@attribute a numeric\n@attribute b numeric\n@data\n9,1,2\n");
        SeriesSet set = SeriesSpecs.of(file).labels("y").read();
        assertEquals(Target.NUMBERS, set.target());
        assertArrayEquals(new double[] {9}, set.series().get(0).targets());
        assertArrayEquals(new double[] {1, 2}, set.series().get(0).values()[0]);
        SeriesSet plain = SeriesSpecs.of(file).read();
        assertEquals(Target.NONE, plain.target());
        assertTrue(
                plain.notes().toString().contains("data.labels"), plain.notes().toString());
    }

    @Test
    void whatCantBeReadIsRefusedWithItsPlace() {
        assertRefused(() -> read(FLAT + "1,2\n"), "in.arff, line 6", "3 values", "2");
        assertRefused(() -> read(FLAT + "1,,u\n"), "line 6", "before each comma");
        assertRefused(() -> read(FLAT + "1,x,u\n"), "line 6", "value 2", "\"x\"");
        assertRefused(() -> read(FLAT + "1,2,z\n"), "line 6", "header lists", "\"z\"");
        assertRefused(() -> read(FLAT + "1,2,'u\n"), "line 6", "closing quote");
        assertRefused(() -> read(FLAT + "{5 1}\n"), "line 6", "0 to 2");
        assertRefused(() -> read(FLAT + "{0 1, 0 2}\n"), "line 6", "each once");
        assertRefused(() -> read(FLAT + "{0 1\n"), "line 6", "closing brace");
        assertRefused(() -> read(NESTED + "'1,2\\n3',u\n"), "line 8", "dimension 2", "2 values");
        assertRefused(() -> read(NESTED + "'1,2',u\n'1,2\\n3,4',u\n"), "line 9", "1 dimensions");
        assertRefused(
                () -> read("@relation x\n@attribute a string\n@attribute c {u}\n@data\nq,u\n"),
                "numeric",
                "a of the type string");
        assertRefused(() -> read("@relation x\n@attribute a integr\n@data\n1\n"), "line 2", "integr");
        assertRefused(() -> read(FLAT), "rows");
    }
}
