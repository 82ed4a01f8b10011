package org.steadygrad.diagnose;

import java.util.Optional;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.BatchIterator;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataSource;

/**
 * A run's data with something to measure the loss on, penalties and dropout left out: the validation data, or where there
 * is none the first batches of the training data.
 */
record TrialData(DataSource source) implements DataSource {
    private static final int BATCHES = 20;

    @Override
    public DataDescription description() {
        return source.description();
    }

    @Override
    public BatchSequence training() {
        return source.training();
    }

    @Override
    public Optional<BatchSequence> validation() {
        return source.validation().or(() -> Optional.of(new Beginning(source.training())));
    }

    @Override
    public DataArtifact artifact() {
        return source.artifact();
    }

    /** The first batches of the first epoch. */
    private record Beginning(BatchSequence all) implements BatchSequence {
        @Override
        public int batchesPerEpoch() {
            return Math.min(BATCHES, all.batchesPerEpoch());
        }

        @Override
        public BatchIterator epoch(int epoch, int firstBatch) {
            BatchIterator batches = all.epoch(0, firstBatch);
            int last = batchesPerEpoch() - firstBatch;
            return new BatchIterator() {
                private int taken;

                @Override
                public boolean hasNext() {
                    return taken < last && batches.hasNext();
                }

                @Override
                public MultiDataSet next() {
                    taken++;
                    return batches.next();
                }

                @Override
                public void close() {
                    batches.close();
                }
            };
        }
    }
}
