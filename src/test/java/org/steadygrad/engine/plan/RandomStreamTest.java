package org.steadygrad.engine.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RandomStreamTest {
    /** The first of Random123's known answers for philox4x32 with 10 rounds. */
    @Test
    void isPhilox() {
        int[] numbers = new int[4];
        RandomStream.fill(0, 0, 0, numbers, 4);
        assertArrayEquals(new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}, numbers);
    }

    @Test
    void aNumberDependsOnItsPositionAlone() {
        int[] whole = new int[1000];
        RandomStream.fill(-7, 3, 5, whole, whole.length);
        for (int start : new int[] {0, 1, 2, 3, 17, 33, 994}) {
            for (int count : new int[] {1, 3, 6}) {
                int[] piece = new int[count];
                RandomStream.fill(-7, 3, 5 + start, piece, count);
                assertArrayEquals(Arrays.copyOfRange(whole, start, start + count), piece);
            }
        }
    }

    @Test
    void positionsBeyondAnIntAreTheirOwn() {
        int[] low = new int[8];
        int[] high = new int[8];
        RandomStream.fill(1, 0, 0, low, 8);
        RandomStream.fill(1, 0, 1L << 34, high, 8);
        assertEquals(8, Arrays.mismatch(low, high) == 0 ? 8 : 0);
    }

    @Test
    void seedsAndStreamsDiffer() {
        int[] one = new int[8];
        int[] other = new int[8];
        RandomStream.fill(1, 0, 0, one, 8);
        RandomStream.fill(2, 0, 0, other, 8);
        assertEquals(0, Arrays.mismatch(one, other));
        RandomStream.fill(1, 1, 0, other, 8);
        assertEquals(0, Arrays.mismatch(one, other));
        RandomStream.fill(1L << 32, 0, 0, other, 8);
        assertEquals(0, Arrays.mismatch(one, other));
    }

    /** Within four standard deviations. */
    @Test
    void asManyAreKeptAsAskedFor() {
        int count = 100_000;
        int[] numbers = new int[count];
        RandomStream.fill(11, 2, 0, numbers, count);
        for (double keep : new double[] {0.1, 0.5, 0.9, 1}) {
            long kept = Arrays.stream(numbers)
                    .filter(n -> Integer.toUnsignedLong(n) < RandomStream.threshold(keep))
                    .count();
            assertEquals(keep, kept / (double) count, 4 * Math.sqrt(keep * (1 - keep) / count));
        }
    }
}
