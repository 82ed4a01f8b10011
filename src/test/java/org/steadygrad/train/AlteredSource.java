package org.steadygrad.train;

import java.util.Optional;
import org.steadygrad.data.BatchIterator;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataSource;

/** A source that is another one but for its training batches. */
interface AlteredSource extends DataSource {
    DataSource source();

    /** @param epoch and number of the batch in it that these begin with, both from 0 */
    BatchIterator altered(BatchIterator batches, int epoch, int firstBatch);

    @Override
    default DataDescription description() {
        return source().description();
    }

    @Override
    default Optional<BatchSequence> validation() {
        return source().validation();
    }

    @Override
    default DataArtifact artifact() {
        return source().artifact();
    }

    @Override
    default BatchSequence training() {
        BatchSequence whole = source().training();
        return new BatchSequence() {
            @Override
            public int batchesPerEpoch() {
                return whole.batchesPerEpoch();
            }

            @Override
            public BatchIterator epoch(int epoch, int firstBatch) {
                return altered(whole.epoch(epoch, firstBatch), epoch, firstBatch);
            }
        };
    }
}
