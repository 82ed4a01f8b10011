package org.steadygrad.data;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.steadygrad.ops.SequenceLayout;

/** A data set, split into training and validation. */
public interface DataSource {
    /** What inputs and targets look like, and how large they are. */
    DataDescription description();

    /** The batches to train on. */
    BatchSequence training();

    /** Absent when no validation data was asked for. */
    Optional<BatchSequence> validation();

    /**
     * The same data for a network whose labels per step are those of the features' steps; see {@link #inFormats(SequenceLayout,
     * boolean)}.
     *
     * @param features format of sequences of features
     * @param labels format of sequences of labels
     * @param symbols as there
     * @throws org.steadygrad.check.InvalidInputException when the batches can't be read so
     */
    default DataSource inFormats(RNNFormat features, RNNFormat labels, boolean symbols) {
        return inFormats(
                new SequenceLayout(features == RNNFormat.NWC, labels == RNNFormat.NWC, true, Double.NaN), symbols);
    }

    /**
     * The same data for a network that wants its batches in certain formats. Sources that make their own batches know theirs.
     *
     * @param layout of sequences
     * @param symbols whether features [batch, time] are numbers of symbols; they become [batch, 1, time]
     * @throws org.steadygrad.check.InvalidInputException when the batches can't be read so
     */
    default DataSource inFormats(SequenceLayout layout, boolean symbols) {
        return this;
    }

    /** What was fitted to the training data and must go with the model. */
    DataArtifact artifact();

    /** What the source decided by itself on how its data are read, one sentence each; for the user, who may know better. */
    default List<String> notes() {
        return List.of();
    }

    /** What can be said of the labels without a model, as of a series that it goes on as it is; see {@link RuleOfThumb}. */
    default List<RuleOfThumb> rulesOfThumb() {
        return List.of();
    }

    /** What the data can be told by. May read files or batches. */
    default DataFingerprint fingerprint() {
        return DataFingerprint.of(this);
    }

    /** Whether another pass gives the same examples. May read all batches. */
    default boolean repeats() {
        return true;
    }
}
