package org.steadygrad.train;

import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.steadygrad.data.BatchIterator;
import org.steadygrad.data.DataSource;

/**
 * A source some of whose training batches are changed.
 *
 * @param where of epoch and number of the batch in it, both from 0
 * @param change of a batch, in place
 */
record Disturbed(DataSource source, BiPredicate<Integer, Integer> where, Consumer<MultiDataSet> change)
        implements AlteredSource {

    /** Features are NaN from a time step on, for the first example. */
    static Consumer<MultiDataSet> nanFrom(int timeStep) {
        return batch -> batch.getFeatures(0)
                .get(
                        NDArrayIndex.point(0),
                        NDArrayIndex.all(),
                        NDArrayIndex.interval(timeStep, batch.getFeatures(0).size(2)))
                .assign(Double.NaN);
    }

    /** Labels far away, so that the loss jumps. */
    static Consumer<MultiDataSet> farLabels() {
        return batch -> batch.getLabels(0).muli(1000);
    }

    @Override
    public BatchIterator altered(BatchIterator batches, int epoch, int firstBatch) {
        return new Changing(batches, epoch, firstBatch);
    }

    private final class Changing implements BatchIterator {
        private final BatchIterator batches;
        private final int epoch;
        private int next;

        Changing(BatchIterator batches, int epoch, int next) {
            this.batches = batches;
            this.epoch = epoch;
            this.next = next;
        }

        @Override
        public boolean hasNext() {
            return batches.hasNext();
        }

        @Override
        public MultiDataSet next() {
            MultiDataSet batch = batches.next();
            if (where.test(epoch, next++)) {
                change.accept(batch);
            }
            return batch;
        }

        @Override
        public void close() {
            batches.close();
        }
    }
}
