package org.steadygrad.health;

import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.ops.MaskedBatches;

/**
 * How much of a batch is scored. A training loss is a sum over what is scored, divided by the number of examples, so that a
 * batch of long sequences has a larger one than a batch of short ones that are learnt as well; per scored step they compare.
 */
public final class ScoredSteps {
    private ScoredSteps() {}

    /**
     * Sum of the weights of what is scored: the entries of the label mask, averaged over outputs where it has one for each; without
     * one the time steps that the feature mask holds, if every step has labels; else all.
     *
     * @param labels [batch, size] or [batch, size, time]
     * @param labelMask null when there is none
     * @param featureMask null when there is none
     */
    public static double of(INDArray labels, INDArray labelMask, INDArray featureMask) {
        long examples = labels.size(0);
        if (labelMask != null) {
            long outputs = labelMask.length() == labels.length() ? labels.size(1) : 1;
            return sum(labelMask) / outputs;
        }
        if (labels.rank() != 3) {
            return examples;
        }
        long steps = examples * labels.size(2);
        return featureMask != null && featureMask.length() == steps ? sum(featureMask) : steps;
    }

    /**
     * The loss per scored step of passes whose gradients are averaged; NaN when nothing is scored.
     *
     * @param batches of sequences [batch, size, time], or of vectors
     * @param losses of the passes, each the sum over its batch divided by the number of examples
     */
    public static double meanLoss(List<MultiDataSet> batches, double... losses) {
        double sum = 0;
        double scored = 0;
        for (int i = 0; i < losses.length; i++) {
            MultiDataSet batch = batches.get(i);
            sum += losses[i] * batch.getLabels(0).size(0);
            scored += of(
                    batch.getLabels(0),
                    MaskedBatches.first(batch.getLabelsMaskArrays()),
                    MaskedBatches.first(batch.getFeaturesMaskArrays()));
        }
        return scored > 0 ? sum / scored : Double.NaN;
    }

    private static double sum(INDArray mask) {
        INDArray numbers = mask.dataType() == DataType.BOOL ? mask.castTo(DataType.FLOAT) : mask;
        return numbers.sumNumber().doubleValue();
    }
}
