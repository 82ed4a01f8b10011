package org.steadygrad.data;

/** The batches of one split of a data set. Their order is a function of the seed and the epoch, so that a run can resume. */
public interface BatchSequence {

    /** Number of batches in every epoch. */
    int batchesPerEpoch();

    /** Number of examples in the smallest batch of an epoch; {@link Integer#MAX_VALUE} if it isn't known. */
    default int smallestBatch() {
        return Integer.MAX_VALUE;
    }

    /**
     * Opens an epoch. Batches may be prepared in the background; closing ends that.
     *
     * @param epoch number of the epoch, from 0; the same number gives the same batches in the same order
     * @param firstBatch number of leading batches that are skipped, without being prepared where that is possible
     */
    BatchIterator epoch(int epoch, int firstBatch);

    /**
     * Says where a number of a batch comes from, as closely as the source can tell; rows, steps and examples are counted from
     * 0, lines of files from 1.
     *
     * @param epoch number of the epoch
     * @param batch number of the batch in it
     */
    default String origin(int epoch, int batch, BatchCell cell) {
        return "example " + cell.example() + " of batch " + batch + cell.rowAndStep();
    }
}
