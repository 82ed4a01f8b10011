package org.steadygrad.data.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

class PrefetchTest {
    private final AtomicInteger made = new AtomicInteger();
    private final AtomicReference<Thread> producer = new AtomicReference<>();

    private static org.nd4j.linalg.dataset.api.MultiDataSet batch(int number) {
        INDArray value = Nd4j.create(new float[] {number}, 1, 1);
        return new MultiDataSet(value, value);
    }

    /** Numbered batches; fails at the number {@code failAt}. */
    private Iterator<org.nd4j.linalg.dataset.api.MultiDataSet> numbers(int end, int failAt, Throwable failure) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                producer.set(Thread.currentThread());
                return made.get() < end;
            }

            @Override
            public org.nd4j.linalg.dataset.api.MultiDataSet next() {
                int number = made.getAndIncrement();
                if (number == failAt) {
                    if (failure instanceof Error error) {
                        throw error;
                    }
                    throw (RuntimeException) failure;
                }
                return batch(number);
            }
        };
    }

    private static int number(org.nd4j.linalg.dataset.api.MultiDataSet batch) {
        return batch.getFeatures(0).getInt(0);
    }

    @Test
    void keepsTheOrderAndEnds() {
        try (Prefetch prefetch = Prefetch.of(numbers(33, -1, null))) {
            for (int i = 0; i < 33; i++) {
                assertTrue(prefetch.hasNext());
                assertEquals(i, number(prefetch.next()));
            }
            assertFalse(prefetch.hasNext());
            assertThrows(NoSuchElementException.class, prefetch::next);
        }
    }

    @Test
    void throwsAnErrorInItsPlaceAndEndsThen() {
        for (Throwable failure : new Throwable[] {new IllegalStateException("broken"), new OutOfMemoryError("full")}) {
            made.set(0);
            try (Prefetch prefetch = Prefetch.of(numbers(9, 2, failure))) {
                assertEquals(0, number(prefetch.next()));
                assertEquals(1, number(prefetch.next()));
                assertTrue(prefetch.hasNext());
                assertSame(failure, assertThrows(failure.getClass(), prefetch::next));
                assertFalse(prefetch.hasNext());
            }
        }
    }

    @Test
    void closeEndsAThreadThatWaitsForRoomAndWorkIsBounded() throws InterruptedException {
        Prefetch prefetch = Prefetch.of(numbers(Integer.MAX_VALUE, -1, null));
        prefetch.next();
        while (producer.get().getState() != Thread.State.WAITING) {
            Thread.sleep(1);
        }
        assertTrue(made.get() <= 6, () -> made.get() + " batches were made ahead");
        assertTimeoutPreemptively(Duration.ofSeconds(5), prefetch::close);
        assertFalse(producer.get().isAlive());
        assertFalse(prefetch.hasNext());
        prefetch.close();
    }

    @Test
    @SuppressWarnings("UnusedVariable")
    void aForgottenIteratorEndsItsThread() throws InterruptedException {
        openAndForget();
        for (int i = 0; i < 500 && producer.get().isAlive(); i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertFalse(producer.get().isAlive());
    }

    private void openAndForget() {
        Prefetch.of(numbers(Integer.MAX_VALUE, -1, null)).next();
    }

    @Test
    void batchesLiveOutsideWorkspacesOnBothSides() {
        try (MemoryWorkspace workspace = Nd4j.getWorkspaceManager().getAndActivateWorkspace("PREFETCH_TEST");
                Prefetch prefetch = Prefetch.of(numbers(3, -1, null))) {
            assertTrue(workspace.isScopeActive());
            prefetch.forEachRemaining(batch -> assertFalse(batch.getFeatures(0).isAttached()));
        }
        Nd4j.getWorkspaceManager().destroyAllWorkspacesForCurrentThread();
    }
}
