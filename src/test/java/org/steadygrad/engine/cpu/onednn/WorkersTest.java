package org.steadygrad.engine.cpu.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkersTest {
    private static final int GRAIN = 100;

    /** Counts how often each task is done in one way or the other. */
    private static final class Counting implements Workers.Tasks {
        private final int[] lengths;
        private final AtomicIntegerArray spread;
        private final AtomicIntegerArray alone;
        private final AtomicInteger largestPart = new AtomicInteger();
        private int failing = -1;

        Counting(int... lengths) {
            this.lengths = lengths;
            spread = new AtomicIntegerArray(lengths.length);
            alone = new AtomicIntegerArray(lengths.length);
        }

        @Override
        public int count() {
            return lengths.length;
        }

        @Override
        public int length(int task) {
            return lengths[task];
        }

        @Override
        public void spread(int task) {
            spread.incrementAndGet(task);
        }

        @Override
        public void alone(int part, int task) {
            if (task == failing) {
                throw new IllegalArgumentException("task " + task);
            }
            alone.incrementAndGet(task);
            largestPart.accumulateAndGet(part, Math::max);
        }

        private static int[] counts(AtomicIntegerArray of) {
            int[] counts = new int[of.length()];
            for (int i = 0; i < counts.length; i++) {
                counts[i] = of.get(i);
            }
            return counts;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void largeTasksAreSpreadAndSmallOnesDoneOnceEach(int threads) {
        try (Workers workers = new Workers(threads)) {
            for (int round = 0; round < 50; round++) {
                Counting tasks = new Counting(1000, 50, 199, 200, 0, 70, 70, 70, 199);
                workers.run(tasks, GRAIN);
                int large = threads == 1 ? 0 : 1;
                assertArrayEquals(new int[] {large, 0, 0, large, 0, 0, 0, 0, 0}, Counting.counts(tasks.spread));
                assertArrayEquals(new int[] {1 - large, 1, 1, 1 - large, 1, 1, 1, 1, 1}, Counting.counts(tasks.alone));
            }
        }
    }

    @Test
    void tasksThatAreNotWorthAThreadAreDoneByTheCaller() {
        try (Workers workers = new Workers(3)) {
            Counting tasks = new Counting(40, 40, 40);
            workers.run(tasks, GRAIN);
            assertEquals(0, tasks.largestPart.get());
            workers.run(new Counting(), GRAIN);
        }
    }

    @Test
    void aTaskThatFailsFailsTheCallerAndLeavesTheThreadsAtWork() {
        try (Workers workers = new Workers(3)) {
            for (int failing = 0; failing < 6; failing++) {
                Counting tasks = new Counting(90, 90, 90, 90, 90, 90);
                tasks.failing = failing;
                Throwable thrown = assertThrows(IllegalArgumentException.class, () -> workers.run(tasks, GRAIN));
                assertEquals("task " + failing, thrown.getMessage());
            }
            Counting tasks = new Counting(90, 90, 90, 90, 90, 90);
            workers.run(tasks, GRAIN);
            assertArrayEquals(new int[] {1, 1, 1, 1, 1, 1}, Counting.counts(tasks.alone));
        }
    }
}
