package org.steadygrad.health;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.ops.MaskedBatches;

/**
 * Features and labels of a batch as rows: an example's, or those of each of its steps where every step has labels. Of a sequence with a
 * single label the last step that is there is its row.
 */
final class LabelledBatch {
    private final double[] features;
    private final double[] labels;
    private final int width;
    private final int targets;
    private final int featureSteps;
    private final int labelSteps;
    private final int examples;
    private final double[] there;

    /** @param batch [batch, size] or [batch, size, time] */
    LabelledBatch(MultiDataSet batch) {
        INDArray x = batch.getFeatures(0);
        INDArray y = batch.getLabels(0);
        examples = (int) x.size(0);
        width = (int) x.size(1);
        targets = (int) y.size(1);
        featureSteps = x.rank() == 3 ? (int) x.size(2) : 1;
        labelSteps = y.rank() == 3 ? (int) y.size(2) : 1;
        features = x.dup('c').data().asDouble();
        labels = y.dup('c').data().asDouble();
        INDArray mask = MaskedBatches.first(batch.getFeaturesMaskArrays());
        there = mask != null && mask.length() == (long) examples * featureSteps
                ? mask.dup('c').data().asDouble()
                : null;
    }

    int width() {
        return width;
    }

    int targets() {
        return targets;
    }

    int examples() {
        return examples;
    }

    int steps() {
        return featureSteps;
    }

    /** Steps of an example that are there, if those that aren't come last. */
    int length(int example) {
        int length = featureSteps;
        while (length > 1 && !there(example, length - 1)) {
            length--;
        }
        return length;
    }

    boolean there(int example, int step) {
        return there == null || there[example * featureSteps + step] != 0;
    }

    double feature(int example, int column, int step) {
        return features[(example * width + column) * featureSteps + step];
    }

    double label(int example, int column, int step) {
        return labels[(example * targets + column) * labelSteps + step];
    }

    /** Takes a row in: example, step of the features, step of the labels. */
    interface Row {
        void at(int example, int step, int labelStep);
    }

    void each(Row row) {
        for (int example = 0; example < examples; example++) {
            if (labelSteps == featureSteps) {
                for (int step = 0; step < featureSteps; step++) {
                    if (there(example, step)) {
                        row.at(example, step, step);
                    }
                }
            } else if (labelSteps == 1) {
                row.at(example, length(example) - 1, 0);
            }
        }
    }
}
