package org.steadygrad.data.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.data.Batches.all;
import static org.steadygrad.data.Batches.assertRefused;
import static org.steadygrad.data.Batches.features;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;

class PlannedBatchesTest {

    /** Example i has {@code lengths[i]} steps, at which its feature and label are i + 1. */
    private record Numbered(int... lengths) implements ExampleSet {
        @Override
        public DataDescription description() {
            int longest = IntStream.of(lengths).max().orElseThrow();
            return new DataDescription(InputKind.SEQUENCE, 1, TargetKind.NUMBERS_PER_STEP, 1, longest);
        }

        @Override
        public int size() {
            return lengths.length;
        }

        @Override
        public int steps(int example) {
            return lengths[example];
        }

        @Override
        public void fill(int epoch, int example, BatchBuilder.Slot slot) {
            for (int t = 0; t < lengths[example]; t++) {
                slot.feature(0, t, example + 1);
                slot.label(0, t, example + 1);
            }
            slot.length(lengths[example]);
        }
    }

    private static final Numbered UNEQUAL =
            new Numbered(new SplittableRandom(3).ints(103, 1, 90).toArray());

    @Test
    void everyExampleComesOnceInEveryEpochAndInAnotherOrder() {
        for (Numbered examples : List.of(
                UNEQUAL, new Numbered(IntStream.generate(() -> 7).limit(33).toArray()))) {
            PlannedBatches batches = PlannedBatches.forTraining(examples, 7, 5);
            int[] first = examples(all(batches, 0));
            int[] second = examples(all(batches, 1));
            assertNotEquals(Arrays.toString(first), Arrays.toString(second));
            int[] expected = IntStream.rangeClosed(1, examples.size()).toArray();
            assertArrayEquals(expected, IntStream.of(first).sorted().toArray());
            assertArrayEquals(expected, IntStream.of(second).sorted().toArray());
            assertNotEquals(
                    Arrays.toString(first),
                    Arrays.toString(examples(all(PlannedBatches.forTraining(examples, 7, 6), 0))));
        }
    }

    @Test
    void batchesHoldSimilarLengthsPaddedToTheirLongest() {
        int padded = 0;
        int used = 0;
        for (MultiDataSet batch : all(PlannedBatches.forTraining(UNEQUAL, 7, 5), 2)) {
            int[] lengths = IntStream.of(examples(List.of(batch)))
                    .map(e -> UNEQUAL.lengths()[e - 1])
                    .toArray();
            assertEquals(
                    IntStream.of(lengths).max().orElseThrow(), features(batch).size(2));
            padded += (int) features(batch).length();
            used += IntStream.of(lengths).sum();
        }
        assertTrue(padded < 1.25 * used, padded + " steps for " + used);
    }

    @Test
    void batchCompositionChangesBetweenEpochs() {
        List<List<Integer>> first = compositions(all(PlannedBatches.forTraining(UNEQUAL, 7, 5), 0));
        List<List<Integer>> second = compositions(all(PlannedBatches.forTraining(UNEQUAL, 7, 5), 1));
        first.retainAll(second);
        assertTrue(first.size() < second.size() / 2, first.size() + " batches came again");
    }

    @Test
    void masksAreOneExactlyWhereAStepExists() {
        Numbered odd = new Numbered(1, 3, 7, 17, 33);
        MultiDataSet batch = all(PlannedBatches.forValidation(odd, 5), 0).get(0);
        INDArray mask = batch.getFeaturesMaskArray(0);
        assertEquals(mask, batch.getLabelsMaskArray(0));
        assertArrayEquals(new long[] {5, 33}, mask.shape());
        for (int example = 0; example < 5; example++) {
            for (int t = 0; t < 33; t++) {
                int expected = t < odd.lengths()[example] ? 1 : 0;
                assertEquals(expected, mask.getInt(example, t));
                assertEquals(expected * (example + 1), features(batch).getInt(example, 0, t));
            }
        }
    }

    @Test
    void equalLengthsNeedNoMask() {
        MultiDataSet batch =
                all(PlannedBatches.forValidation(new Numbered(4, 4, 4), 3), 0).get(0);
        assertNull(batch.getFeaturesMaskArray(0));
        assertNull(batch.getLabelsMaskArray(0));
    }

    @Test
    void validationKeepsItsOrder() {
        PlannedBatches batches = PlannedBatches.forValidation(new Numbered(5, 5, 5, 5), 3);
        assertArrayEquals(new int[] {1, 2, 3, 4}, examples(all(batches, 0)));
        assertArrayEquals(new int[] {1, 2, 3, 4}, examples(all(batches, 1)));
    }

    @Test
    void refusesPositionsOutsideAnEpoch() {
        PlannedBatches batches = PlannedBatches.forValidation(new Numbered(5, 5, 5, 5), 3);
        assertRefused(() -> batches.epoch(0, 3), "firstBatch", "3");
        assertRefused(() -> batches.epoch(-1, 0), "epoch", "-1");
        assertRefused(() -> PlannedBatches.forValidation(new Numbered(5), 0), "batch", "0");
    }

    @Test
    void movingWindowsCoverWholeWindowsInsideTheRange() {
        for (int positions : new int[] {7, 8, 13, 14, 15, 100}) {
            Windows windows = new Windows(3, 3 + positions, 7, 1, true);
            List<Integer> starts = new ArrayList<>();
            for (int epoch = 0; epoch < 40; epoch++) {
                starts.add(windows.start(epoch, 0));
                assertTrue(windows.start(epoch, 0) >= 3);
                int last = windows.start(epoch, windows.count() - 1);
                assertTrue(last + 7 <= 3 + positions, "window ends outside");
                assertEquals(7, windows.steps(last));
            }
            long different = starts.stream().distinct().count();
            int slack = positions - windows.count() * 7;
            assertEquals(Math.min(7, slack + 1), different, positions + " positions");
        }
    }

    @Test
    void fixedWindowsCoverEveryPositionOnce() {
        Windows windows = new Windows(3, 3 + 17, 7, 0, false);
        assertEquals(3, windows.count());
        assertEquals(
                List.of(3, 10, 17),
                IntStream.range(0, 3).mapToObj(i -> windows.start(5, i)).toList());
        assertEquals(
                List.of(7, 7, 3),
                IntStream.range(0, 3)
                        .mapToObj(i -> windows.steps(windows.start(5, i)))
                        .toList());
    }

    private static int[] examples(List<MultiDataSet> batches) {
        return compositions(batches).stream()
                .flatMap(List::stream)
                .mapToInt(i -> i)
                .toArray();
    }

    /** The example numbers in each batch. */
    private static List<List<Integer>> compositions(List<MultiDataSet> batches) {
        List<List<Integer>> result = new ArrayList<>();
        for (MultiDataSet batch : batches) {
            INDArray x = features(batch);
            result.add(IntStream.range(0, (int) x.size(0))
                    .mapToObj(i -> x.getInt(i, 0, 0))
                    .toList());
        }
        return result;
    }
}
