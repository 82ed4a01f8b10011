package org.steadygrad.engine.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.steadygrad.check.InvalidInputException;

class SegmentationTest {
    @Test
    void lengthsAddUpAndDifferByOneAtMost() {
        for (int steps = 1; steps < 3000; steps += steps < 300 ? 1 : 97) {
            assertWellCut(Segmentation.kept(steps, 100_000), steps);
            assertWellCut(Segmentation.recomputed(steps, 4096, 512), steps);
        }
    }

    private static void assertWellCut(int[] lengths, int steps) {
        assertEquals(steps, Arrays.stream(lengths).sum());
        int longest = Arrays.stream(lengths).max().orElseThrow();
        int shortest = Arrays.stream(lengths).min().orElseThrow();
        assertTrue(longest - shortest <= 1, () -> Arrays.toString(lengths));
        assertTrue(shortest >= Math.min(steps, Segmentation.SHORTEST), () -> Arrays.toString(lengths));
        assertEquals(longest, lengths[0], "the longer ones come first");
    }

    @Test
    void longSequencesHaveBoundariesEnough() {
        for (int steps = Segmentation.SHORTEST * Segmentation.FEWEST_SEGMENTS; steps < 3000; steps += 31) {
            assertTrue(Segmentation.kept(steps, 1000).length >= Segmentation.FEWEST_SEGMENTS);
        }
    }

    @Test
    void equalLengthsArePreferred() {
        assertArrayEquals(filled(10, 10), Segmentation.kept(100, 1000));
        assertArrayEquals(filled(32, 8), Segmentation.kept(256, 1000));
        assertArrayEquals(filled(40, 25), Segmentation.kept(1000, 1000));
    }

    private static int[] filled(int count, int value) {
        int[] lengths = new int[count];
        Arrays.fill(lengths, value);
        return lengths;
    }

    @Test
    void largeWorkspacesAreCutSmaller() {
        int[] lengths = Segmentation.kept(10_000, 1 << 20);
        assertTrue(lengths[0] <= 8 && lengths.length >= 1250, () -> lengths.length + " segments");
    }

    @Test
    void recomputedSegmentsBalanceStatesAndWorkspace() {
        int steps = 100_000;
        long perStep = 8192;
        long state = 1024;
        int[] best = Segmentation.recomputed(steps, perStep, state);
        long bytes = best[0] * perStep + best.length * state;
        for (int length : new int[] {best[0] / 2, best[0] * 2}) {
            assertTrue(bytes <= length * perStep + steps / length * state);
        }
        assertTrue(bytes < steps * perStep / 50);
    }

    @Test
    void sequencesWithoutStepsAreRefused() {
        assertThrows(InvalidInputException.class, () -> Segmentation.kept(0, 1));
    }
}
