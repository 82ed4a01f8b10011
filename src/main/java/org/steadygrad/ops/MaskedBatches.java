package org.steadygrad.ops;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/** What masks mean for a batch of one features and one labels array. Batches aren't changed. */
public final class MaskedBatches {
    private MaskedBatches() {}

    /**
     * The batch with zeros where a mask is 0, for layers that would multiply what stands there: 0 times NaN is NaN.
     *
     * @param featuresTimeInMiddle whether sequences of features are [batch, time, size], not [batch, size, time]
     * @param labelsTimeInMiddle the same for labels
     */
    public static MultiDataSet cleared(MultiDataSet batch, boolean featuresTimeInMiddle, boolean labelsTimeInMiddle) {
        INDArray featuresMask = first(batch.getFeaturesMaskArrays());
        INDArray labelsMask = first(batch.getLabelsMaskArrays());
        if (featuresMask == null && labelsMask == null) {
            return batch;
        }
        INDArray features = cleared(batch.getFeatures(0), featuresMask, featuresTimeInMiddle);
        INDArray labels = first(batch.getLabels());
        return of(
                features,
                labels == null ? null : cleared(labels, labelsMask, labelsTimeInMiddle),
                featuresMask,
                labelsMask);
    }

    /**
     * The array with zeros where the mask is 0.
     *
     * @param mask [batch, time], one number per row, or of the array's shape; null for none
     * @param timeInMiddle whether sequences are [batch, time, size], not [batch, size, time]
     */
    public static INDArray cleared(INDArray array, INDArray mask, boolean timeInMiddle) {
        if (mask == null) {
            return array;
        }
        if (array.rank() == 3 && mask.rank() == 2) {
            return new PresentSteps(mask, timeInMiddle).cleared(array);
        }
        INDArray copy = array.dup('c');
        double[] there = mask.dup('c').data().asDouble();
        long width = copy.length() / there.length;
        for (int i = 0; i < there.length; i++) {
            for (long j = i * width; there[i] == 0 && j < (i + 1) * width; j++) {
                copy.data().put(j, 0);
            }
        }
        return copy;
    }

    /**
     * The batch with a mask of labels that leaves out examples without any step. A sequence of no steps tells nothing of its
     * label, so that it counts in the minibatch's size only.
     *
     * @param labelPerStep whether labels are sequences, whose own mask decides
     */
    public static MultiDataSet withoutEmpty(MultiDataSet batch, boolean labelPerStep) {
        INDArray mask = first(batch.getFeaturesMaskArrays());
        INDArray labels = first(batch.getLabels());
        if (mask == null || labels == null || labelPerStep || mask.rank() != 2) {
            return batch;
        }
        boolean[] empty = empty(mask);
        if (!any(empty)) {
            return batch;
        }
        INDArray given = first(batch.getLabelsMaskArrays());
        INDArray weights = given == null ? Nd4j.ones(labels.dataType(), labels.size(0), 1) : given.dup('c');
        for (int example = 0; example < empty.length; example++) {
            if (empty[example]) {
                weights.slice(example).assign(0);
            }
        }
        return of(batch.getFeatures(0), labels, mask, weights);
    }

    /**
     * Which examples have no step at all.
     *
     * @param mask [batch, time], 0 where there is no data
     */
    public static boolean[] empty(INDArray mask) {
        double[] there = mask.dup('c').data().asDouble();
        boolean[] empty = new boolean[(int) mask.size(0)];
        Arrays.fill(empty, true);
        int steps = there.length / Math.max(1, empty.length);
        for (int i = 0; i < there.length; i++) {
            empty[i / steps] &= there[i] == 0;
        }
        return empty;
    }

    private static boolean any(boolean[] values) {
        for (boolean value : values) {
            if (value) {
                return true;
            }
        }
        return false;
    }

    private static MultiDataSet of(INDArray features, INDArray labels, INDArray featuresMask, INDArray labelsMask) {
        return new org.nd4j.linalg.dataset.MultiDataSet(
                array(features), array(labels), array(featuresMask), array(labelsMask));
    }

    private static INDArray[] array(INDArray array) {
        return array == null ? null : new INDArray[] {array};
    }

    private static INDArray first(INDArray[] arrays) {
        return arrays == null || arrays.length == 0 ? null : arrays[0];
    }
}
