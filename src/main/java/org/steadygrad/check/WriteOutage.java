package org.steadygrad.check;

import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what writes files going while they can't be written: a disk that is full for a moment, a network drive that is away. Attempts
 * follow at growing intervals, until one works or patience is over.
 */
public final class WriteOutage {
    private static final Logger LOG = LoggerFactory.getLogger(WriteOutage.class);
    private static final long SECOND = 1_000_000_000L;
    private static final long FIRST_WAIT = SECOND / 2;
    private static final long LONGEST_WAIT = 5 * SECOND;

    private final String what;
    private final long patience;
    private final LongSupplier clock;
    private final Waiting waiting;

    private boolean failing;
    private long began;
    private long wait;
    private long next;

    /** Writes something, whole or not at all. */
    @FunctionalInterface
    public interface Write {
        /** @throws IOException when it can't be written; nothing of it is there then */
        void run() throws IOException;
    }

    /** Waits. */
    @FunctionalInterface
    interface Waiting {
        void nanos(long nanos);
    }

    /**
     * @param what is written, in the plural, for messages
     * @param patience how long it may fail before it is an error, in seconds; 0 for not at all
     */
    public WriteOutage(String what, double patience) {
        this(what, patience, System::nanoTime, LockSupport::parkNanos);
    }

    WriteOutage(String what, double patience, LongSupplier clock, Waiting waiting) {
        this.what = what;
        this.patience = (long) (patience * SECOND);
        this.clock = clock;
        this.waiting = waiting;
    }

    /** Whether it is worth trying: always, but soon after an attempt that failed. */
    public boolean isDue() {
        return !failing || clock.getAsLong() - next >= 0;
    }

    /** Whether the last attempt failed. */
    public boolean isFailing() {
        return failing;
    }

    /**
     * Writes if that is possible.
     *
     * @return whether it was
     * @throws IOException when it has been impossible for longer than there is patience
     */
    public boolean attempt(Write write) throws IOException {
        try {
            write.run();
        } catch (IOException e) {
            failed(e);
            return false;
        }
        if (failing) {
            failing = false;
            LOG.warn("{} can be written again, after {}.", what, words(clock.getAsLong() - began));
        }
        return true;
    }

    /**
     * Writes as soon as that is possible, and waits for it.
     *
     * @throws IOException when patience is over
     */
    public void insist(Write write) throws IOException {
        while (!attempt(write)) {
            waiting.nanos(wait);
        }
    }

    private void failed(IOException failure) throws IOException {
        long now = clock.getAsLong();
        if (!failing) {
            began = now;
            wait = FIRST_WAIT;
        } else {
            wait = Math.min(2 * wait, LONGEST_WAIT);
        }
        if (now - began >= patience) {
            throw failure;
        }
        if (!failing) {
            LOG.warn(
                    "{} can't be written: {}. They are tried again for {}, and kept in memory as long.",
                    what,
                    failure.getMessage(),
                    words(patience));
        }
        failing = true;
        next = now + wait;
    }

    private static String words(long nanos) {
        long seconds = Math.round((double) nanos / SECOND);
        return seconds < 120 ? seconds + " s" : String.format(Locale.ROOT, "%d min", Math.round(seconds / 60.0));
    }
}
