package org.steadygrad.train;

import java.util.Optional;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.BatchIterator;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataSource;

/** A source whose training batches are all the first one. */
record Stuck(DataSource source) implements DataSource {
    @Override
    public DataDescription description() {
        return source.description();
    }

    @Override
    public Optional<BatchSequence> validation() {
        return source.validation();
    }

    @Override
    public DataArtifact artifact() {
        return source.artifact();
    }

    @Override
    public BatchSequence training() {
        BatchSequence whole = source.training();
        return new BatchSequence() {
            @Override
            public int batchesPerEpoch() {
                return whole.batchesPerEpoch();
            }

            @Override
            public BatchIterator epoch(int epoch, int firstBatch) {
                BatchIterator batches = whole.epoch(epoch, firstBatch);
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
        };
    }
}
