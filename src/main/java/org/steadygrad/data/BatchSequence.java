package org.steadygrad.data;

/** The batches of one split of a data set. Their order is a function of the seed and the epoch, so that a run can resume. */
public interface BatchSequence {

    /** Number of batches in every epoch. */
    int batchesPerEpoch();

    /**
     * Opens an epoch. Batches may be prepared in the background; closing ends that.
     *
     * @param epoch number of the epoch, from 0; the same number gives the same batches in the same order
     * @param firstBatch number of leading batches that are skipped, without being prepared where that is possible
     */
    BatchIterator epoch(int epoch, int firstBatch);
}
