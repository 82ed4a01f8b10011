package org.steadygrad.data.series;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.data.Batches.assertRefused;
import static org.steadygrad.data.Batches.write;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.data.series.SeriesSet.Series;
import org.steadygrad.data.series.SeriesSet.Target;

/** What sktime 1.2.0 and aeon 1.6.0 read is said where one of them is wrong. */
class TsReaderTest {
    private static final String CLASSES = "@univariate true\n@classLabel true up down\n@data\n";

    @TempDir
    private Path folder;

    private SeriesSet read(String text) {
        return SeriesSpecs.of(write(folder, "in.ts", text)).read();
    }

    private static List<String> labels(SeriesSet set) {
        return set.series().stream().map(Series::label).toList();
    }

    private void assertSays(String text, String... words) {
        String notes = read(text).notes().toString();
        for (String word : words) {
            assertTrue(notes.contains(word), () -> "\"" + word + "\" is missing in: " + notes);
        }
    }

    @Test
    void tagsInAnyCaseCommentsEverywhereAndAllLineEnds() {
        SeriesSet set = read(
                "% x\r\n#y\r\n\r\n@PROBLEMname z\r\n@UniVariate TRUE\r\n@CLASSLABEL True Nanny Finance\r\n@Data\r\n"
                        + "1.5,?,-3,4e-2 : Nanny\r\n# between\r\n\r\n%%\r\n+7,NaN:Finance\r\n");
        assertEquals(List.of("Nanny", "Finance"), labels(set)); // aeon: "NaNny"
        assertArrayEquals(
                new double[] {1.5, Double.NaN, -3, 0.04}, set.series().get(0).values()[0]);
        assertArrayEquals(new double[] {7, Double.NaN}, set.series().get(1).values()[0]);
        assertEquals(List.of(), set.notes());
        assertTrue(
                set.series().get(1).origin().endsWith("in.ts, line 12"),
                set.series().get(1).origin());
    }

    @Test
    void dimensionsStandBetweenColonsAndLabelsMayHoldBlanks() {
        SeriesSet set = read("@dimension 2\n@equalLength true\n@seriesLength 3\n@classLabel true go fast stop\n@data\n"
                + "1,2,3:-4,5e1,6:go fast\n1,2,3:4,5,6:stop\n");
        assertEquals(List.of("go fast", "stop"), labels(set));
        assertArrayEquals(new double[] {-4, 50, 6}, set.series().get(0).values()[1]);
        assertEquals(List.of(), set.notes());
    }

    @Test
    void aLastEmptyFieldWithoutLabelsIsNoDimension() {
        SeriesSet set = read("@dimension 2\n@targetlabel false\n@data\n0,1:2,3:\n4,5:6,7:\n");
        assertEquals(Target.NONE, set.target());
        assertEquals(2, set.dimensions().size()); // aeon reads 3
        assertArrayEquals(new double[] {6, 7}, set.series().get(1).values()[1]);
    }

    @Test
    void numbersToLearn() {
        SeriesSet set = read("@targetlabel true\n@univariate true\n@data\n1,2,3:0.5\n4,5:-2e-3\n");
        assertEquals(Target.NUMBERS, set.target());
        assertArrayEquals(new double[] {-0.002}, set.series().get(1).targets());
    }

    /** aeon loses the minus signs. */
    @Test
    void valuesWithTimeStamps() {
        SeriesSet set = read(
                "@timestamps true\n@classLabel true a b\n@data\n"
                        + "(2026-03-01 12:00:00.5,-1.5),(2026-03-01 12:00:01,?):(0,1),(1,-2e3):a\n(5,-7), (6,8):(5,1),(6,2):b\n");
        assertArrayEquals(new double[] {-1.5, Double.NaN}, set.series().get(0).values()[0]);
        assertArrayEquals(new double[] {1, -2000}, set.series().get(0).values()[1]);
        assertArrayEquals(new double[] {-7, 8}, set.series().get(1).values()[0]);
        assertEquals(List.of("a", "b"), labels(set));
    }

    @Test
    void tagsThatLieAreSaidWithTheLine() {
        assertSays("@equalLength true\n" + CLASSES + "1,2:up\n1:down\n", "equalLength", "line 6 has 1 steps");
        assertSays("@seriesLength 3\n" + CLASSES + "1,2:up\n1,2:down\n", "seriesLength 3", "line 5 has 2 steps");
        assertSays(CLASSES + "1,2:up\n1,2:left\n", "line 5", "\"left\"", "isn't listed");
        assertSays("@missing false\n" + CLASSES + "1,?:up\n1,2:down\n", "@missing false");
        assertSays("@timestamps false\n" + CLASSES + "(0,1):up\n(0,2):down\n", "@timeStamps false");
        assertSays("@dimension 3\n@classLabel true a b\n@data\n1:2:a\n", "3 dimensions", "cases have 2");
        assertSays("@univariate true\n@data\n1,2:a\n3,4:b\n", "last field", "taken for its class");
        assertEquals(List.of("a", "b"), labels(read("@univariate true\n@data\n1,2:a\n3,4:b\n")));
    }

    @Test
    void whatCantBeReadIsRefusedWithItsPlace() {
        assertRefused(() -> read(CLASSES + "1,x,3:up\n"), "in.ts, line 4", "dimension 1", "time step 1", "\"x\"");
        assertRefused(() -> read(CLASSES + "1,,3:up\n"), "line 4", "time step 1");
        assertRefused(() -> read(CLASSES + "1,inf:up\n"), "line 4", "inf");
        assertRefused(() -> read(CLASSES + "1,2:\n"), "line 4", "class");
        assertRefused(() -> read(CLASSES + "1,2:up\n1:2:up\n"), "line 5", "1 dimension", "2");
        assertRefused(
                () -> read("@dimension 2\n@classLabel true a\n@data\n1,2:3:a\n"),
                "line 4",
                "2 values in dimension 1",
                "1 in");
        assertRefused(() -> read("1,2:up\n"), "line 1", "tag");
        assertRefused(() -> read(CLASSES), "cases");
        assertRefused(() -> read("@timestamps true\n@classLabel true a\n@data\n(1,2,(3,4):a\n"), "line 4");
        assertRefused(() -> read("@targetlabel true\n@data\n1,2:x\n"), "line 3", "number to learn");
    }
}
