package org.steadygrad.benchmarks;

import java.util.Optional;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.steadygrad.data.BatchIterator;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.data.DataSource;

/** The same batch over and over, for an epoch that doesn't end. */
record OneBatch(DataDescription description, MultiDataSet batch) implements DataSource, BatchSequence {

    static OneBatch of(Workload workload) {
        BatchData data = BatchData.of(workload);
        boolean sequences = workload instanceof Workload.Recurrent;
        boolean symbols = workload instanceof Workload.Recurrent model && model.symbols();
        InputKind input = symbols ? InputKind.SYMBOLS : sequences ? InputKind.SEQUENCE : InputKind.VECTOR;
        TargetKind target = data.everyStepClassified() ? TargetKind.CLASS_PER_STEP : TargetKind.CLASS;
        int inputSize = symbols ? data.classCount() : data.width();
        return new OneBatch(
                new DataDescription(input, inputSize, target, data.classCount(), data.steps()), data.toDl4j(sequences));
    }

    @Override
    public BatchSequence training() {
        return this;
    }

    @Override
    public Optional<BatchSequence> validation() {
        return Optional.empty();
    }

    @Override
    public DataArtifact artifact() {
        return new DataArtifact.None();
    }

    @Override
    public int batchesPerEpoch() {
        return Integer.MAX_VALUE;
    }

    @Override
    public BatchIterator epoch(int epoch, int firstBatch) {
        return new BatchIterator() {
            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public MultiDataSet next() {
                return batch;
            }

            @Override
            public void close() {
                // nothing is open
            }
        };
    }
}
