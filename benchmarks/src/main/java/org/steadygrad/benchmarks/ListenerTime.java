package org.steadygrad.benchmarks;

import java.util.concurrent.atomic.AtomicLong;
import org.steadygrad.runlog.RunListener;

/** How long the training thread is busy with telling somebody what it does. */
final class ListenerTime {
    private final AtomicLong nanos = new AtomicLong();

    /** Tells the given one everything, and takes the time. */
    RunListener of(RunListener told) {
        return event -> {
            long start = System.nanoTime();
            try {
                told.happened(event);
            } finally {
                nanos.addAndGet(System.nanoTime() - start);
            }
        };
    }

    long nanos() {
        return nanos.get();
    }
}
