package org.steadygrad.data.batch;

import java.util.Optional;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataSource;

/** A data source put together from its parts. */
public record SplitSource(
        DataDescription description, BatchSequence training, Optional<BatchSequence> validation, DataArtifact artifact)
        implements DataSource {

    /**
     * Makes batches of both splits.
     *
     * @param validation null when there is none
     */
    public static SplitSource of(
            ExampleSet training, ExampleSet validation, int batch, long seed, DataArtifact artifact) {
        return new SplitSource(
                training.description(),
                PlannedBatches.forTraining(training, batch, seed),
                Optional.ofNullable(validation).map(examples -> PlannedBatches.forValidation(examples, batch)),
                artifact);
    }

    /** Number of examples kept for validation: the share, rounded, but at least one if the share isn't 0. */
    public static int validationCount(int examples, double share) {
        return share == 0 ? 0 : (int) Math.max(1, Math.round(examples * share));
    }
}
