package org.steadygrad.engine.cpu.onednn;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The threads that Java loops over tensors are spread over. The calling thread takes part; a loop is divided by
 * position only, so that sums of partial results don't depend on timing. The threads sleep while oneDNN's threads work, unless
 * each runs primitives of its own ({@link #each}).
 */
public final class Workers implements AutoCloseable {
    /** Boundaries between parts are multiples of this, so that no two threads write to one cache line. */
    private static final int ALIGNMENT = 16;

    /** How long a thread waits awake for more work: loops come in quick succession, and waking a thread costs more. */
    private static final long AWAKE_NANOS = 20_000;

    /** One part of a loop. */
    @FunctionalInterface
    public interface Range {
        /**
         * @param part number of the part, below {@link Workers#threads()}
         * @param from first element
         * @param to element after the last
         */
        public void run(int part, int from, int to);
    }

    private final Helper[] helpers;
    private final AtomicInteger pending = new AtomicInteger();
    private volatile boolean closed;

    /** @param threads number of threads, the calling one included */
    public Workers(int threads) {
        helpers = new Helper[threads - 1];
        for (int i = 0; i < helpers.length; i++) {
            helpers[i] = new Helper(i + 1);
            Thread thread = new Thread(helpers[i], "steadygrad-cpu-" + (i + 1));
            thread.setDaemon(true);
            helpers[i].thread = thread;
            thread.start();
        }
    }

    public int threads() {
        return helpers.length + 1;
    }

    /** How many parts a loop is divided into. */
    public int parts(int length, int grain) {
        return Math.max(1, Math.min(threads(), length / Math.max(1, grain)));
    }

    /**
     * Runs a loop and returns when all of it is done.
     *
     * @param length number of elements
     * @param grain number of elements that are worth waking a thread for
     * @throws RuntimeException or Error what a part threw
     */
    public void run(int length, int grain, Range task) {
        int parts = parts(length, grain);
        if (parts == 1) {
            task.run(0, 0, length);
            return;
        }
        spread(parts, length, ALIGNMENT, task);
    }

    /**
     * Runs so many parts, each of one element and in a thread of its own, and returns when all are done.
     *
     * @param parts at most {@link #threads()}
     * @throws RuntimeException or Error what a part threw
     */
    void each(int parts, Range task) {
        spread(parts, parts, 1, task);
    }

    /** Tasks of different size that have nothing to do with each other. */
    public interface Tasks {
        int count();

        /** Number of elements of a task. */
        int length(int task);

        /** Does a task in all threads. */
        void spread(int task);

        /** Does a task in the calling thread. @param part number of the thread */
        void alone(int part, int task);
    }

    /**
     * Does tasks: large ones in all threads, one after the other, and small ones side by side, each by whichever thread is free.
     *
     * @param grain number of elements that are worth waking a thread for
     * @throws RuntimeException or Error what a task threw
     */
    public void run(Tasks tasks, int grain) {
        List<Integer> small = new ArrayList<>();
        long elements = 0;
        for (int task = 0; task < tasks.count(); task++) {
            if (parts(tasks.length(task), grain) > 1) {
                tasks.spread(task);
            } else {
                small.add(task);
                elements += tasks.length(task);
            }
        }
        if (!small.isEmpty()) {
            int worth = parts((int) Math.min(Integer.MAX_VALUE, elements), grain);
            int parts = Math.min(small.size(), worth);
            AtomicInteger next = new AtomicInteger();
            each(parts, (part, from, to) -> {
                for (int i = next.getAndIncrement(); i < small.size(); i = next.getAndIncrement()) {
                    tasks.alone(part, small.get(i));
                }
            });
        }
    }

    private void spread(int parts, int length, int alignment, Range task) {
        pending.set(parts - 1);
        for (int i = 1; i < parts; i++) {
            helpers[i - 1].give(task, bound(i, parts, length, alignment), bound(i + 1, parts, length, alignment));
        }
        Throwable failure = null;
        try {
            task.run(0, 0, bound(1, parts, length, alignment));
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        while (pending.get() > 0) {
            Thread.onSpinWait();
        }
        for (int i = 1; i < parts; i++) {
            failure = failure == null ? helpers[i - 1].failure : failure;
            helpers[i - 1].failure = null;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure != null) {
            throw (RuntimeException) failure;
        }
    }

    private static int bound(int part, int parts, int length, int alignment) {
        if (part == parts) {
            return length;
        }
        return (int) ((long) length * part / parts) / alignment * alignment;
    }

    @Override
    public void close() {
        closed = true;
        for (Helper helper : helpers) {
            LockSupport.unpark(helper.thread);
        }
    }

    private final class Helper implements Runnable {
        private final int part;
        private Thread thread;
        private volatile Range task;
        private int from;
        private int to;
        private Throwable failure;

        Helper(int part) {
            this.part = part;
        }

        void give(Range newTask, int newFrom, int newTo) {
            from = newFrom;
            to = newTo;
            task = newTask;
            LockSupport.unpark(thread);
        }

        @Override
        public void run() {
            while (!closed) {
                Range next = await();
                if (next != null) {
                    try {
                        next.run(part, from, to);
                    } catch (RuntimeException | Error e) {
                        failure = e;
                    }
                    task = null;
                    pending.decrementAndGet();
                }
            }
        }

        private Range await() {
            long start = System.nanoTime();
            while (task == null && !closed) {
                if (System.nanoTime() - start > AWAKE_NANOS) {
                    LockSupport.park(Workers.this);
                } else {
                    Thread.onSpinWait();
                }
            }
            return task;
        }
    }
}
