package org.steadygrad.ops;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.check.InvalidInputException;

/**
 * What masks mean for a batch of one features and one labels array. Batches aren't changed.
 *
 * <p>Whoever asks what of a batch counts, engines, metrics, surveys and findings, asks {@link #presence} and {@link #weights}.
 */
public final class MaskedBatches {
    private MaskedBatches() {}

    /** The first of some arrays, one per input or output; null where there is none. */
    public static INDArray first(INDArray[] arrays) {
        return arrays == null || arrays.length == 0 ? null : arrays[0];
    }

    /**
     * Where the features have data: their mask, without the steps whose features all have the layout's masked value.
     *
     * @return [batch, time], or of the shape that was given; 0 where there is no data; null where there is data everywhere
     */
    public static INDArray presence(MultiDataSet batch, SequenceLayout layout) {
        INDArray given = first(batch.getFeaturesMaskArrays());
        INDArray features = batch.getFeatures(0);
        if (Double.isNaN(layout.masked()) || features.rank() != 3) {
            return given;
        }
        INDArray found = stepsOtherThan(layout.masked(), features, layout.timeOfFeatures(features) == 1);
        return found == null ? given : given == null ? found : found.mul(given.castTo(found.dataType()));
    }

    /** [batch, time], 0 where all numbers of a step have the value; null where no step is like that. */
    private static INDArray stepsOtherThan(double value, INDArray sequences, boolean timeInMiddle) {
        INDArray byStep = (timeInMiddle ? sequences : sequences.permute(0, 2, 1)).dup('c');
        double[] numbers = byStep.data().asDouble();
        // as the features' type holds it
        double masked = Nd4j.scalar(sequences.dataType(), value).getDouble(0);
        INDArray mask = Nd4j.ones(sequences.dataType(), byStep.size(0), byStep.size(1));
        int width = (int) byStep.size(2);
        boolean any = false;
        for (int row = 0; row < mask.length(); row++) {
            int i = row * width;
            while (i < (row + 1) * width && numbers[i] == masked) {
                i++;
            }
            if (i == (row + 1) * width) {
                mask.putScalar(row / mask.size(1), row % mask.size(1), 0);
                any = true;
            }
        }
        return any ? mask : null;
    }

    /** The batch with {@link #presence} as the mask of its features. */
    public static MultiDataSet present(MultiDataSet batch, SequenceLayout layout) {
        INDArray presence = presence(batch, layout);
        return presence == first(batch.getFeaturesMaskArrays())
                ? batch
                : new org.nd4j.linalg.dataset.MultiDataSet(
                        batch.getFeatures(),
                        batch.getLabels(),
                        with(batch.getFeaturesMaskArrays(), presence),
                        batch.getLabelsMaskArrays());
    }

    /**
     * What the labels weigh: their mask; without one, for labels per step, {@link #presence}, since nothing can be learnt from
     * padding. An example without any step has no weight if it has one label: a sequence of no steps tells nothing of it.
     *
     * @return one number per example, [batch, time], or of the labels' shape; null where all count alike
     * @throws InvalidInputException when labels per step have no mask and other steps than the features, of which some are masked
     */
    public static INDArray weights(MultiDataSet batch, SequenceLayout layout) {
        INDArray own = first(batch.getLabelsMaskArrays());
        INDArray labels = first(batch.getLabels());
        INDArray presence = presence(batch, layout);
        if (presence == null || labels == null || presence.rank() != 2) {
            return own;
        }
        if (labels.rank() == 2) {
            return withoutEmpty(own, labels, presence);
        }
        if (own != null || labels.rank() != 3 || !layout.sameSteps()) {
            return own;
        }
        long steps = labels.size(layout.timeOfLabels());
        if (steps != presence.size(1) && hides(presence)) {
            throw InvalidInputException.of(
                    "labels",
                    "a mask of their own, or as many time steps as the mask of the features has, " + presence.size(1),
                    steps + " time steps and no mask",
                    "Give the labels a mask that tells which of their steps count.");
        }
        return steps == presence.size(1) ? presence : null;
    }

    private static INDArray withoutEmpty(INDArray given, INDArray labels, INDArray presence) {
        boolean[] empty = empty(presence);
        boolean any = false;
        for (boolean value : empty) {
            any |= value;
        }
        if (!any) {
            return given;
        }
        INDArray weights = given == null ? Nd4j.ones(presence.dataType(), labels.size(0), 1) : given.dup('c');
        for (int example = 0; example < empty.length; example++) {
            if (empty[example]) {
                weights.slice(example).assign(0);
            }
        }
        return weights;
    }

    /** The batch with {@link #presence} and {@link #weights} as its masks. */
    public static MultiDataSet weighed(MultiDataSet batch, SequenceLayout layout) {
        INDArray presence = presence(batch, layout);
        INDArray weights = weights(batch, layout);
        return presence == first(batch.getFeaturesMaskArrays()) && weights == first(batch.getLabelsMaskArrays())
                ? batch
                : new org.nd4j.linalg.dataset.MultiDataSet(
                        batch.getFeatures(),
                        batch.getLabels(),
                        with(batch.getFeaturesMaskArrays(), presence),
                        with(batch.getLabelsMaskArrays(), weights));
    }

    /**
     * The batch with zeros where a mask is 0, for layers that would multiply what stands there: 0 times NaN is NaN. Arrays of which
     * nothing is hidden stay the same.
     */
    public static MultiDataSet cleared(MultiDataSet batch, SequenceLayout layout) {
        INDArray featuresMask = first(batch.getFeaturesMaskArrays());
        INDArray labelsMask = first(batch.getLabelsMaskArrays());
        INDArray given = batch.getFeatures(0);
        INDArray features = cleared(given, featuresMask, layout.featuresTimeInMiddle());
        INDArray target = first(batch.getLabels());
        INDArray labels = target == null ? null : cleared(target, labelsMask, layout.labelsTimeInMiddle());
        return features == given && labels == target
                ? batch
                : new org.nd4j.linalg.dataset.MultiDataSet(
                        with(batch.getFeatures(), features),
                        with(batch.getLabels(), labels),
                        batch.getFeaturesMaskArrays(),
                        batch.getLabelsMaskArrays());
    }

    /**
     * The array with zeros where the mask is 0; itself where the mask hides nothing.
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
        double[] there = mask.dup('c').data().asDouble();
        if (!hides(there)) {
            return array;
        }
        INDArray copy = array.dup('c');
        long width = copy.length() / there.length;
        for (int i = 0; i < there.length; i++) {
            for (long j = i * width; there[i] == 0 && j < (i + 1) * width; j++) {
                copy.data().put(j, 0);
            }
        }
        return copy;
    }

    /** Whether a mask has a 0; null hides nothing. */
    public static boolean hides(INDArray mask) {
        return mask != null && hides(mask.dup('c').data().asDouble());
    }

    private static boolean hides(double[] mask) {
        for (double there : mask) {
            if (there == 0) {
                return true;
            }
        }
        return false;
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

    /** Another first array; further inputs and outputs keep theirs. */
    static INDArray[] with(INDArray[] arrays, INDArray first) {
        if (arrays == null || arrays.length == 0) {
            return first == null ? null : new INDArray[] {first};
        }
        INDArray[] others = arrays.clone();
        others[0] = first;
        return others;
    }
}
