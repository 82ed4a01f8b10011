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

    /** The same where no class weighs more than another. */
    public static List<MultiDataSet> of(List<MultiDataSet> batches, SequenceLayout layout) {
        return of(batches, layout, null);
    }

    /**
     * Batches whose gradients are averaged, together: so that the mean of their losses is that over all their scored steps.
     *
     * @param batches aren't changed
     * @param classWeights by class; the losses of rows hold them already, and the sum is to be divided by those of the rows' classes.
     *     Null when rows count alike
     * @return with other weights where there is a label for each time step, a mask of labels, or classes that weigh; others, and those of
     *     which nothing is scored or whose weights aren't finite, as they were
     */
    public static List<MultiDataSet> of(List<MultiDataSet> batches, SequenceLayout layout, double[] classWeights) {
        double scored = 0;
        List<INDArray> weights = new ArrayList<>();
        for (MultiDataSet batch : batches) {
            INDArray own = weights(batch, layout, classWeights != null);
            if (own == null) {
                return batches;
            }
            weights.add(own);
            scored += classWeights == null
                    ? steps(own, batch.getLabels(0), layout)
                    : classes(own, batch.getLabels(0), layout, classWeights);
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

    /** Null where the mean is that over examples anyway. */
    private static INDArray weights(MultiDataSet batch, SequenceLayout layout, boolean ofClasses) {
        INDArray labels = MaskedBatches.first(batch.getLabels());
        if (labels == null || labels.rank() < 2 || labels.rank() > 3) {
            return null;
        }
        INDArray given = MaskedBatches.weights(batch, layout);
        DataType type = labels.dataType() == DataType.DOUBLE ? DataType.DOUBLE : DataType.FLOAT;
        if (labels.rank() == 2) {
            boolean needed = given != null || ofClasses;
            return !needed ? null : given == null ? Nd4j.ones(type, labels.size(0), 1) : given.castTo(type);
        }
        return given == null ? Nd4j.ones(type, labels.size(0), labels.size(layout.timeOfLabels())) : given.castTo(type);
    }

    /** Of weights for the single numbers of a step, their mean is that of the step. */
    private static double steps(INDArray weights, INDArray labels, SequenceLayout layout) {
        double sum = weights.castTo(DataType.DOUBLE).sumNumber().doubleValue();
        if (labels.rank() == 2) {
            return sum * labels.size(0) / weights.length();
        }
        return weights.rank() == 3 ? sum / labels.size(3 - layout.timeOfLabels()) : sum;
    }

    /** The weights of the rows' classes, each as often as its row counts. */
    private static double classes(INDArray weights, INDArray labels, SequenceLayout layout, double[] classWeights) {
        int axis = labels.rank() == 3 ? 3 - layout.timeOfLabels() : 1;
        INDArray rowsFirst = labels.rank() == 3 && axis == 1 ? labels.permute(0, 2, 1) : labels;
        double[] shares = rowsFirst.castTo(DataType.DOUBLE).dup('c').data().asDouble();
        double[] ofRows = weights.castTo(DataType.DOUBLE).dup('c').data().asDouble();
        double sum = 0;
        for (int row = 0; row < ofRows.length; row++) {
            double own = 0;
            for (int i = 0; ofRows[row] != 0 && i < classWeights.length; i++) {
                own += classWeights[i] * shares[row * classWeights.length + i];
            }
            sum += ofRows[row] * own;
        }
        return sum;
    }
}
