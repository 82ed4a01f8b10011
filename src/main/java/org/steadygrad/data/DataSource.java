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
}
