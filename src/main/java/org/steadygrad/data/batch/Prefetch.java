package org.steadygrad.data.batch;

import java.lang.ref.Cleaner;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.data.BatchIterator;

/**
 * Takes batches from an iterator on one background thread, a few ahead of their use. The order is the iterator's. An
 * error of the iterator is thrown by {@link #next} in its place, after the batches before it. Whatever the iterator
 * makes is made outside ND4J workspaces, since a workspace's memory belongs to the thread that opened it.
 *
 * <p>{@link #close} ends the thread; so does the garbage collector if an iterator is forgotten. Not safe for use by
 * several threads.
 */
public final class Prefetch implements BatchIterator {
    private static final int AHEAD = 3;
    private static final Cleaner CLEANER = Cleaner.create();

    private final Producer producer;
    private final Cleaner.Cleanable cleanable;
    private Item current;

    private Prefetch(Producer producer) {
        this.producer = producer;
        this.cleanable = CLEANER.register(this, producer::stop);
    }

    /** Starts the background thread. The iterator must not be used by anyone else until {@link #close} has returned. */
    public static Prefetch of(Iterator<MultiDataSet> batches) {
        Producer producer = new Producer(batches);
        producer.thread.start();
        return new Prefetch(producer);
    }

    @Override
    public boolean hasNext() {
        if (current == null) {
            current = producer.take();
        }
        return current.batch != null || current.error != null;
    }

    @Override
    public MultiDataSet next() {
        if (!hasNext()) {
            throw new NoSuchElementException("No batch is left in this epoch.");
        }
        Item item = current;
        current = item.error == null ? null : Item.END;
        if (item.error instanceof RuntimeException error) {
            throw error;
        }
        if (item.error instanceof Error error) {
            throw error;
        }
        return item.batch;
    }

    /** Drops what was prepared and waits until the iterator is no longer used. */
    @Override
    public void close() {
        current = Item.END;
        cleanable.clean();
        producer.join();
    }

    /** A batch, an error (unchecked, since iterators throw no other), or neither: the end. */
    private record Item(MultiDataSet batch, Throwable error) {
        static final Item END = new Item(null, null);
    }

    /** Knows nothing of the {@link Prefetch} that reads from it, so that the latter can be collected. */
    private static final class Producer implements Runnable {
        private final Iterator<MultiDataSet> batches;
        private final BlockingQueue<Item> queue = new ArrayBlockingQueue<>(AHEAD);
        private final Thread thread = new Thread(this, "steadygrad-batches");
        private final int device = Nd4j.getAffinityManager().getDeviceForCurrentThread();
        private volatile boolean stopped;

        Producer(Iterator<MultiDataSet> batches) {
            this.batches = batches;
            thread.setDaemon(true);
        }

        @Override
        public void run() {
            try {
                Nd4j.getAffinityManager().unsafeSetDevice(device);
                produce();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void produce() throws InterruptedException {
            Item item;
            do {
                item = make();
                if (stopped) {
                    return;
                }
                queue.put(item);
            } while (item.batch != null);
        }

        private Item make() {
            try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
                return batches.hasNext() ? new Item(batches.next(), null) : Item.END;
            } catch (RuntimeException | Error e) {
                return new Item(null, e);
            }
        }

        Item take() {
            try {
                return queue.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while waiting for the next batch.", e);
            }
        }

        void stop() {
            stopped = true;
            thread.interrupt();
        }

        void join() {
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
