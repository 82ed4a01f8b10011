package org.steadygrad.data;

import java.util.Optional;

/** A data set, split into training and validation. */
public interface DataSource {
    DataDescription description();

    BatchSequence training();

    /** Absent when no validation data was asked for. */
    Optional<BatchSequence> validation();

    /** What was fitted to the training data and must go with the model. */
    DataArtifact artifact();

    /** What the data can be told by. May read files or batches. */
    default DataFingerprint fingerprint() {
        return DataFingerprint.of(this);
    }

    /** Whether another pass gives the same examples. May read all batches. */
    default boolean repeats() {
        return true;
    }
}
