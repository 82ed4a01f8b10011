package org.steadygrad.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.check.InvalidInputException;

class HistogramTest {
    private static final double EXACTLY = 0;

    private static float[] values(int length, long seed) {
        Random random = new Random(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** Straight from the definition. */
    private static List<Long> counted(float[] values, int offset, int length, Histogram in) {
        List<Long> counts = new ArrayList<>(Collections.nCopies(Histogram.BINS, 0L));
        for (int i = offset; i < offset + length; i++) {
            double share = (values[i] - in.low()) / (in.high() - in.low());
            int bin = Math.min(Histogram.BINS - 1, (int) (share * Histogram.BINS));
            counts.set(bin, counts.get(bin) + 1);
        }
        return counts;
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 7, 17, 33, 1000, 4099})
    void valuesAreCountedInBinsOfEqualWidth(int length) {
        float[] values = values(length + 5, length);
        Histogram histogram = Histogram.of(values, 3, length);
        double low = values[3];
        double high = values[3];
        double sum = 0;
        double squares = 0;
        for (int i = 3; i < 3 + length; i++) {
            low = Math.min(low, values[i]);
            high = Math.max(high, values[i]);
            sum += values[i];
            squares += (double) values[i] * values[i];
        }
        assertEquals(low, histogram.low(), EXACTLY);
        assertEquals(high, histogram.high(), EXACTLY);
        assertEquals(counted(values, 3, length, histogram), histogram.counts());
        assertEquals(length, histogram.total());
        assertEquals(sum, histogram.sum(), 1e-12 * length);
        assertEquals(squares, histogram.squares(), 1e-12 * squares);
        assertEquals(0, histogram.nonFinite());
    }

    @Test
    void valuesThatAreNotFiniteAreOnlyCounted() {
        float[] values = values(100, 1);
        Histogram without = Histogram.of(values, 0, 97);
        values[97] = Float.NaN;
        values[98] = Float.NEGATIVE_INFINITY;
        values[99] = Float.POSITIVE_INFINITY;
        Histogram with = Histogram.of(values, 0, 100);
        assertEquals(without.counts(), with.counts());
        assertEquals(without.low(), with.low(), EXACTLY);
        assertEquals(without.high(), with.high(), EXACTLY);
        assertEquals(without.sum(), with.sum(), 1e-12);
        assertEquals(3, with.nonFinite());
    }

    @Test
    void whatHasNoRangeIsOneBin() {
        assertEquals(3, Histogram.of(new float[] {-2, -2, -2}, 0, 3).counts().get(0));
        Histogram nothing = Histogram.of(new float[] {Float.NaN, Float.NaN}, 0, 2);
        assertEquals(0, nothing.total());
        assertEquals(2, nothing.nonFinite());
        assertEquals(0, Histogram.of(new float[0], 0, 0).total());
    }

    @Test
    void theWidestAndTheNarrowestRangesHaveTheirBinsToo() {
        float[] wide = {-Float.MAX_VALUE, 0, Float.MAX_VALUE};
        Histogram whole = Histogram.of(wide, 0, 3);
        assertEquals(
                List.of(1L, 1L, 1L),
                List.of(
                        whole.counts().get(0),
                        whole.counts().get(20),
                        whole.counts().get(39)));
        Histogram narrow = Histogram.of(new float[] {0, Float.MIN_VALUE, Float.MIN_VALUE}, 0, 3);
        assertEquals(
                List.of(1L, 2L), List.of(narrow.counts().get(0), narrow.counts().get(39)));
    }

    @Test
    void whatIsReadInPiecesIsCountedLikeTheWhole() {
        float[] values = values(301, 5);
        Histogram.Range range = new Histogram.Range();
        range.take(values, 0, 100);
        range.take(values, 100, 301);
        Histogram.Builder builder = range.builder();
        for (int from = 0; from < 301; from += 43) {
            builder.add(values, from, Math.min(301, from + 43));
        }
        Histogram inPieces = builder.build();
        Histogram whole = Histogram.of(values, 0, 301);
        assertEquals(whole.counts(), inPieces.counts());
        assertEquals(whole.sum(), inPieces.sum(), 1e-12);
    }

    private static Histogram byBits(float[] values, int piece) {
        int[] bits = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        Histogram.Range range = new Histogram.Range();
        for (int from = 0; from < values.length; from += piece) {
            range.takeBits(bits, from, Math.min(values.length, from + piece));
        }
        Histogram.Builder builder = range.builder();
        builder.add(values, 0, values.length);
        return builder.build();
    }

    @Test
    void aRangeOfBitsIsThatOfTheirValues() {
        float inf = Float.POSITIVE_INFINITY;
        List<float[]> cases = List.of(
                values(1000, 9),
                new float[] {},
                new float[] {-0f},
                new float[] {-3, -2, -5},
                new float[] {3, 2, 5},
                new float[] {0, -0f, Float.MIN_VALUE, -Float.MIN_VALUE},
                new float[] {Float.MAX_VALUE, -Float.MAX_VALUE},
                new float[] {1, Float.NaN, 2},
                new float[] {-1, -Float.NaN, Float.intBitsToFloat(0xffffffff), -2},
                new float[] {inf, 1, 4, -2},
                new float[] {4, 1, -2, -inf},
                new float[] {inf, -inf, Float.NaN});
        for (float[] values : cases) {
            for (int piece : new int[] {1, 2, 333, 1000}) {
                assertEquals(Histogram.of(values, 0, values.length), byBits(values, piece));
            }
        }
    }

    @Test
    void partsAddUpToTheWhole() {
        float[] values = values(301, 8);
        values[300] = Float.NaN;
        Histogram.Range first = new Histogram.Range();
        first.take(values, 0, 120);
        Histogram.Range second = new Histogram.Range();
        second.take(values, 120, 301);
        Histogram.Range range = new Histogram.Range();
        range.take(first);
        range.take(second);
        Histogram.Builder builder = range.builder();
        builder.add(values, 0, 120);
        Histogram.Builder more = range.builder();
        more.add(values, 120, 301);
        builder.add(more);
        Histogram whole = Histogram.of(values, 0, 301);
        Histogram added = builder.build();
        assertEquals(whole.counts(), added.counts());
        assertEquals(whole.squares(), added.squares(), 1e-10);
        assertEquals(1, added.nonFinite());
    }

    @Test
    void aQuotientHasTheCountsOfTheWhole() {
        float[] values = values(500, 4);
        Histogram whole = Histogram.of(values, 0, 500);
        for (int i = 0; i < values.length; i++) {
            values[i] /= 4;
        }
        assertEquals(Histogram.of(values, 0, 500), whole.dividedBy(4));
        assertThrows(InvalidInputException.class, () -> whole.dividedBy(0));
    }
}
