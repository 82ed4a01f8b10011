package org.steadygrad.data;

import java.util.Locale;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.ops.SplitMix;

/**
 * A number that the examples of batches can be told by, whatever their order, the batches they come in, and how much zeros they
 * are padded with. Each number that isn't 0 is hashed with its place, the hashes are added up by example and hashed again,
 * and these are added up.
 */
public final class BatchContent {
    private long sum;

    /** Adds the examples of a batch, which isn't changed. */
    public void add(MultiDataSet batch) {
        long[] hashes = new long[(int) batch.getFeatures(0).size(0)];
        add(batch.getFeatures(), 1, hashes);
        add(batch.getLabels(), 2, hashes);
        add(batch.getFeaturesMaskArrays(), 3, hashes);
        add(batch.getLabelsMaskArrays(), 4, hashes);
        for (long hash : hashes) {
            sum += SplitMix.mix(hash);
        }
    }

    private static void add(INDArray[] arrays, int kind, long[] hashes) {
        if (arrays == null || arrays[0] == null) {
            return;
        }
        INDArray array = arrays[0];
        double[] values = array.dup('c').data().asDouble();
        // a mask may be there for all examples together
        int each = Math.max(1, values.length / hashes.length);
        long last = array.rank() == 1 ? 1 : array.size(array.rank() - 1);
        for (int i = 0; i < values.length; i++) {
            if (values[i] != 0) {
                int within = i % each;
                // of sequences row and time step, so that a longer padding changes nothing
                long place = ((within / last) << 32) + within % last;
                hashes[i / each] += SplitMix.mix(
                        Double.doubleToLongBits(values[i]) ^ SplitMix.mix(place * SplitMix.GOLDEN_GAMMA + kind));
            }
        }
    }

    /** In hexadecimal. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%016x", sum);
    }
}
