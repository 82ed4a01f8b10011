package org.steadygrad.ops;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How sequences lie in batches of one features and one labels array, and which of their steps belong together. Masks of steps are
 * [batch, time] whatever the layout of what they mask.
 *
 * @param featuresTimeInMiddle whether sequences of features are [batch, time, size], not [batch, size, time]
 * @param labelsTimeInMiddle the same for labels
 * @param sameSteps whether labels per step are those of the features' steps; not where a network makes steps of its own
 * @param masked steps whose features all have this value hold no data; NaN for none
 */
public record SequenceLayout(
        boolean featuresTimeInMiddle, boolean labelsTimeInMiddle, boolean sameSteps, double masked) {
    /** [batch, size, time] with labels of the features' steps. */
    public static final SequenceLayout USUAL = new SequenceLayout(false, false, true, Double.NaN);

    /** Number of the axis of time of features; those of rank 2, [batch, time], are symbols. */
    int timeOfFeatures(INDArray features) {
        return features.rank() == 2 || featuresTimeInMiddle ? 1 : 2;
    }

    /** Number of the axis of time of labels of rank 3. */
    int timeOfLabels() {
        return labelsTimeInMiddle ? 1 : 2;
    }
}
