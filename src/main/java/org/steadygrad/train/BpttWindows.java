package org.steadygrad.train;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.ops.MaskedBatches;
import org.steadygrad.ops.SequenceLayout;

/** Cuts a batch of sequences into windows for truncated back-propagation through time. */
public final class BpttWindows {
    private BpttWindows() {}

    /**
     * A window that a step learns from.
     *
     * @param batch the window
     * @param firstTimeStep where it begins in its sequences
     * @param leadIn windows since the step before in which nothing is scored, in order: they lead the recurrent state to
     *     where this one begins, and are no steps of their own
     */
    public record Scored(MultiDataSet batch, int firstTimeStep, List<MultiDataSet> leadIn) {
        public Scored {
            leadIn = List.copyOf(leadIn);
        }
    }

    /**
     * @param batch features and labels [batch, size, time], masks [batch, time] or none
     * @param steps time steps of a window; the last one may be shorter; 0 leaves the batch whole
     * @return the windows in order, without those after the last in which a step is scored
     */
    public static List<MultiDataSet> of(MultiDataSet batch, int steps) {
        List<MultiDataSet> all = new ArrayList<>();
        for (Scored window : scored(batch, steps)) {
            all.addAll(window.leadIn());
            all.add(window.batch());
        }
        return all;
    }

    /**
     * The windows in which a step is scored. The labels' mask says which steps are, or else the features' mask.
     *
     * @param batch features and labels [batch, size, time], masks [batch, time] or none
     * @param steps time steps of a window; the last one may be shorter; 0 leaves the batch whole
     */
    public static List<Scored> scored(MultiDataSet batch, int steps) {
        if (whole(batch, steps)) {
            return List.of(new Scored(batch, 0, List.of()));
        }
        if (batch.getLabels(0).rank() != 3) {
            throw InvalidInputException.of(
                    "training.truncatedBptt",
                    "labels at every time step",
                    "labels of rank " + batch.getLabels(0).rank(),
                    "Windows before the last one would have nothing to learn from; leave the key out.");
        }
        List<Scored> scored = new ArrayList<>();
        List<MultiDataSet> leadIn = new ArrayList<>();
        for (int from = 0; from < batch.getFeatures(0).size(2); from += steps) {
            MultiDataSet window = window(batch, from, end(batch, from, steps));
            if (somethingScored(window)) {
                scored.add(new Scored(window, from, leadIn));
                leadIn.clear();
            } else {
                leadIn.add(window);
            }
        }
        return scored;
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

    private static boolean somethingScored(MultiDataSet window) {
        INDArray weights = MaskedBatches.weights(window, SequenceLayout.USUAL);
        // a mask of NaN is for the engine to refuse
        return weights == null || weights.castTo(DataType.DOUBLE).sumNumber().doubleValue() != 0;
    }
}
