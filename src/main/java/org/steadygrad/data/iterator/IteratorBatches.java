package org.steadygrad.data.iterator;

import java.util.Iterator;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.check.Check;
import org.steadygrad.data.BatchIterator;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.batch.Prefetch;

/**
 * An epoch is one pass over the DL4J iterator, which is reset before. Since there is only one iterator, opening an epoch
 * closes the one that was opened before.
 */
final class IteratorBatches implements BatchSequence {
    private final ResettableBatches batches;
    private final int count;
    private Prefetch open;

    IteratorBatches(ResettableBatches batches, int count) {
        this.batches = batches;
        this.count = count;
    }

    @Override
    public int batchesPerEpoch() {
        return count;
    }

    @Override
    public synchronized BatchIterator epoch(int epoch, int firstBatch) {
        Check.nonNegative(epoch, "Data source", "epoch");
        Check.inClosed(firstBatch, 0, count, "Data source", "firstBatch");
        if (open != null) {
            open.close();
        }
        open = Prefetch.of(new Pass(firstBatch));
        return open;
    }

    /** Resets and skips in the background thread. */
    private final class Pass implements Iterator<MultiDataSet> {
        private final int skip;
        private int taken = -1;

        Pass(int skip) {
            this.skip = skip;
        }

        @Override
        public boolean hasNext() {
            if (taken < 0) {
                batches.reset();
                for (taken = 0; taken < skip && batches.hasNext(); taken++) {
                    batches.next();
                }
            }
            return taken < count && batches.hasNext();
        }

        /** Copies, since some iterators hand out the same arrays in every epoch, or arrays that live in a workspace. */
        @Override
        public MultiDataSet next() {
            taken++;
            return batches.next().copy();
        }
    }
}
