package org.steadygrad.train;

import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.BatchIterator;
import org.steadygrad.data.DataSource;

/** A source whose training batches are all the first one. */
record Stuck(DataSource source) implements AlteredSource {
    @Override
    public BatchIterator altered(BatchIterator batches, int epoch, int firstBatch) {
        return new BatchIterator() {
            private MultiDataSet first;

            @Override
            public boolean hasNext() {
                return batches.hasNext();
            }

            @Override
            public MultiDataSet next() {
                MultiDataSet next = batches.next();
                first = first == null ? next : first;
                return first.copy();
            }

            @Override
            public void close() {
                batches.close();
            }
        };
    }
}
