package org.steadygrad.forensics;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.engine.plan.SequenceFormats;
import org.steadygrad.engine.step.Pass;

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

    /** Number of time steps of a window. */
    static int steps(Pass window, SequenceFormats formats) {
        INDArray features = formats.turned(window.batch()).getFeatures(0);
        return (int) features.size(features.rank() - 1);
    }

    /** Windows of the same sequences as one batch. @param formats of the windows and of the batch */
    static org.nd4j.linalg.dataset.api.MultiDataSet joined(List<Pass> windows, SequenceFormats formats) {
        if (windows.size() == 1) {
            return windows.get(0).batch();
        }
        List<org.nd4j.linalg.dataset.api.MultiDataSet> all =
                windows.stream().map(Pass::batch).map(formats::turned).toList();
        return formats.turned(new MultiDataSet(
                new INDArray[] {join(all.stream().map(b -> b.getFeatures(0)).toList())},
                new INDArray[] {join(all.stream().map(b -> b.getLabels(0)).toList())},
                masks(all.stream().map(b -> b.getFeaturesMaskArrays()).toList()),
                masks(all.stream().map(b -> b.getLabelsMaskArrays()).toList())));
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
