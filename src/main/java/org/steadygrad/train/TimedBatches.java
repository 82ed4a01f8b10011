package org.steadygrad.train;

import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.BatchIterator;

/** Measures how long one waits for batches. */
final class TimedBatches implements BatchIterator {
    private final BatchIterator batches;
    private long nanos;

    TimedBatches(BatchIterator batches) {
        this.batches = batches;
    }

    /** Seconds waited since this was asked last. */
    double waited() {
        double seconds = nanos / 1e9;
        nanos = 0;
        return seconds;
    }

    @Override
    public boolean hasNext() {
        long start = System.nanoTime();
        boolean more = batches.hasNext();
        nanos += System.nanoTime() - start;
        return more;
    }

    @Override
    public MultiDataSet next() {
        long start = System.nanoTime();
        MultiDataSet batch = batches.next();
        nanos += System.nanoTime() - start;
        return batch;
    }

    @Override
    public void close() {
        batches.close();
    }
}
