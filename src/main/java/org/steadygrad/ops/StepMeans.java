package org.steadygrad.ops;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Batches whose loss is the mean over their scored time steps. A training loss is the sum over what is scored, each multiplied by its
 * weight in the mask of the labels, divided by the number of examples: with weights that add up to the number of examples it is that mean,
 * whichever engine computes it.
 */
public final class StepMeans {
    private StepMeans() {}

    /**
     * Batches whose gradients are averaged, together: so that the mean of their losses is that over all their scored steps.
     *
     * @param batches aren't changed
     * @return with other weights where there is a label for each time step; others, and those of which nothing is scored or whose weights
     *     aren't finite, as they were
     */
    public static List<MultiDataSet> of(List<MultiDataSet> batches, SequenceLayout layout) {
        double scored = 0;
        List<INDArray> weights = new ArrayList<>();
        for (MultiDataSet batch : batches) {
            INDArray own = weights(batch, layout);
            if (own == null) {
                return batches;
            }
            weights.add(own);
            scored += steps(own, batch.getLabels(0), layout);
        }
        if (!(scored > 0 && scored < Double.POSITIVE_INFINITY)) {
            return batches;
        }
        List<MultiDataSet> scaled = new ArrayList<>();
        for (int i = 0; i < batches.size(); i++) {
            MultiDataSet batch = batches.get(i);
            double factor = batches.size() * batch.getLabels(0).size(0) / scored;
            scaled.add(new org.nd4j.linalg.dataset.MultiDataSet(
                    batch.getFeatures(),
                    batch.getLabels(),
                    batch.getFeaturesMaskArrays(),
                    MaskedBatches.with(
                            batch.getLabelsMaskArrays(), weights.get(i).mul(factor))));
        }
        return scaled;
    }

    /** Null where there isn't a label for each time step. */
    private static INDArray weights(MultiDataSet batch, SequenceLayout layout) {
        INDArray labels = MaskedBatches.first(batch.getLabels());
        if (labels == null || labels.rank() != 3) {
            return null;
        }
        INDArray given = MaskedBatches.weights(batch, layout);
        DataType type = labels.dataType() == DataType.DOUBLE ? DataType.DOUBLE : DataType.FLOAT;
        return given == null ? Nd4j.ones(type, labels.size(0), labels.size(layout.timeOfLabels())) : given.castTo(type);
    }

    /** Of weights for the single numbers of a step, their mean is that of the step. */
    private static double steps(INDArray weights, INDArray labels, SequenceLayout layout) {
        double sum = weights.castTo(DataType.DOUBLE).sumNumber().doubleValue();
        return weights.rank() == 3 ? sum / labels.size(3 - layout.timeOfLabels()) : sum;
    }
}
