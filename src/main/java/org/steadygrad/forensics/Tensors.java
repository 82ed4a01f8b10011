package org.steadygrad.forensics;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.forensics.FailedStep.Pass;

/** Small things that are done to arrays. */
final class Tensors {
    private Tensors() {}

    /** The elements in 'c' order. */
    static double[] doubles(INDArray array) {
        return array.dup('c').data().asDouble();
    }

    /** The largest magnitude; infinite when an element is NaN. */
    static double largest(INDArray array) {
        double largest = 0;
        for (double value : doubles(array)) {
            largest = Math.max(largest, Double.isNaN(value) ? Double.POSITIVE_INFINITY : Math.abs(value));
        }
        return largest;
    }

    /** Windows of the same sequences as one batch. */
    static org.nd4j.linalg.dataset.api.MultiDataSet joined(List<Pass> windows) {
        if (windows.size() == 1) {
            return windows.get(0).batch();
        }
        List<org.nd4j.linalg.dataset.api.MultiDataSet> all =
                windows.stream().map(Pass::batch).toList();
        return new MultiDataSet(
                new INDArray[] {join(all.stream().map(b -> b.getFeatures(0)).toList())},
                new INDArray[] {join(all.stream().map(b -> b.getLabels(0)).toList())},
                masks(all.stream().map(b -> b.getFeaturesMaskArrays()).toList()),
                masks(all.stream().map(b -> b.getLabelsMaskArrays()).toList()));
    }

    /** The time axis is the last. */
    private static INDArray join(List<INDArray> pieces) {
        return Nd4j.concat(pieces.get(0).rank() - 1, pieces.toArray(INDArray[]::new));
    }

    private static INDArray[] masks(List<INDArray[]> pieces) {
        return pieces.get(0) == null || pieces.get(0)[0] == null
                ? null
                : new INDArray[] {join(pieces.stream().map(p -> p[0]).toList())};
    }
}
