package org.steadygrad.train;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.steadygrad.check.InvalidInputException;

/** Cuts a batch of sequences into windows for truncated back-propagation through time. */
public final class Windows {
    private Windows() {}

    /**
     * @param batch features and labels [batch, size, time], masks [batch, time] or none
     * @param steps time steps of a window; the last one may be shorter; 0 leaves the batch whole
     * @return the windows in order, without those at the end that the label mask leaves out entirely
     */
    public static List<MultiDataSet> of(MultiDataSet batch, int steps) {
        if (whole(batch, steps)) {
            return List.of(batch);
        }
        if (batch.getLabels(0).rank() != 3) {
            throw InvalidInputException.of(
                    "training.truncatedBptt",
                    "labels at every time step",
                    "labels of rank " + batch.getLabels(0).rank(),
                    "Windows before the last one would have nothing to learn from; leave the key out.");
        }
        return starts(batch, steps).stream()
                .map(from -> window(batch, from, end(batch, from, steps)))
                .toList();
    }

    /** First time steps of the same windows. */
    static List<Integer> starts(MultiDataSet batch, int steps) {
        if (whole(batch, steps)) {
            return List.of(0);
        }
        List<Integer> starts = new ArrayList<>();
        for (int from = 0; from < batch.getFeatures(0).size(2); from += steps) {
            if (scored(batch, from, end(batch, from, steps))) {
                starts.add(from);
            }
        }
        return starts;
    }

    private static boolean whole(MultiDataSet batch, int steps) {
        INDArray features = batch.getFeatures(0);
        return steps == 0 || features.rank() < 3 || features.size(2) <= steps;
    }

    private static long end(MultiDataSet batch, int from, int steps) {
        return Math.min((long) from + steps, batch.getFeatures(0).size(2));
    }

    private static MultiDataSet window(MultiDataSet batch, long from, long to) {
        return new org.nd4j.linalg.dataset.MultiDataSet(
                cut(batch.getFeatures(), from, to),
                cut(batch.getLabels(), from, to),
                cut(batch.getFeaturesMaskArrays(), from, to),
                cut(batch.getLabelsMaskArrays(), from, to));
    }

    private static INDArray[] cut(INDArray[] arrays, long from, long to) {
        if (arrays == null || arrays[0] == null) {
            return null;
        }
        INDArray array = arrays[0];
        var time = NDArrayIndex.interval(from, to);
        INDArray piece = array.rank() == 3
                ? array.get(NDArrayIndex.all(), NDArrayIndex.all(), time)
                : array.get(NDArrayIndex.all(), time);
        return new INDArray[] {piece.dup()};
    }

    private static boolean scored(MultiDataSet batch, long from, long to) {
        INDArray[] mask = cut(batch.getLabelsMaskArrays(), from, to);
        return mask == null || mask[0].sumNumber().doubleValue() > 0;
    }
}
