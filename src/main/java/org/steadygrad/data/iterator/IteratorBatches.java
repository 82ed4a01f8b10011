package org.steadygrad.data.iterator;

import java.util.Iterator;
import java.util.concurrent.atomic.AtomicReference;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
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
    private final int smallest;
    private final BatchFormats formats;
    private final AtomicReference<Prefetch> open;

    /** @param survey of these batches */
    IteratorBatches(ResettableBatches batches, BatchSurvey survey) {
        this(batches, survey.batches(), survey.smallestBatch(), survey.likely(), new AtomicReference<>());
    }

    private IteratorBatches(
            ResettableBatches batches, int count, int smallest, BatchFormats formats, AtomicReference<Prefetch> open) {
        this.batches = batches;
        this.count = count;
        this.smallest = smallest;
        this.formats = formats;
        this.open = open;
    }

    /** The same iterator in other formats. */
    IteratorBatches in(BatchFormats others) {
        return new IteratorBatches(batches, count, smallest, others, open);
    }

    @Override
    public int batchesPerEpoch() {
        return count;
    }

    @Override
    public int smallestBatch() {
        return smallest;
    }

    @Override
    public BatchIterator epoch(int epoch, int firstBatch) {
        Check.nonNegative(epoch, "Data source", "epoch");
        Check.inClosed(firstBatch, 0, count, "Data source", "firstBatch");
        synchronized (open) {
            Prefetch before = open.get();
            if (before != null) {
                before.close();
            }
            open.set(Prefetch.of(new Pass(firstBatch)));
            return open.get();
        }
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
            MultiDataSet batch = batches.next();
            return new org.nd4j.linalg.dataset.MultiDataSet(
                    copies(batch.getFeatures(), formats.symbols()),
                    copies(batch.getLabels(), false),
                    copies(batch.getFeaturesMaskArrays(), false),
                    copies(batch.getLabelsMaskArrays(), false));
        }
    }

    /**
     * As floating-point numbers, which everyone computes with.
     *
     * @param symbols whether [batch, time] becomes [batch, 1, time]
     */
    private static INDArray[] copies(INDArray[] arrays, boolean symbols) {
        if (arrays == null) {
            return null;
        }
        INDArray[] copies = new INDArray[arrays.length];
        for (int i = 0; i < arrays.length; i++) {
            if (arrays[i] != null) {
                DataType type = arrays[i].dataType();
                boolean keeps = type == DataType.FLOAT || type == DataType.DOUBLE;
                INDArray copy = keeps ? arrays[i].dup() : arrays[i].castTo(DataType.FLOAT);
                copies[i] = symbols && copy.rank() == 2 ? copy.reshape(copy.size(0), 1, copy.size(1)) : copy;
            }
        }
        return copies;
    }
}
