package org.steadygrad.data;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What the numbers to learn of a batch are told from ({@link Reference}), which takes labels and outputs back to original units. It goes
 * with the batch as DL4J's metadata of examples, so that whoever trains takes no notice of it.
 *
 * @param byExample of each example [target] or [target, step] in 'c' order
 */
public record LabelReferences(List<double[]> byExample) {
    public LabelReferences {
        byExample = List.copyOf(byExample);
    }

    /** Has a batch carry them. */
    public void attachTo(MultiDataSet batch) {
        batch.setExampleMetaData(byExample);
    }

    /** Those of a batch, of the shape of its labels; empty where it carries none. */
    public static Optional<INDArray> of(MultiDataSet batch) {
        List<Serializable> all = batch.getExampleMetaData();
        INDArray labels = batch.getLabels(0);
        if (all == null || all.size() != labels.size(0) || !(all.get(0) instanceof double[])) {
            return Optional.empty();
        }
        double[] joined = new double[Math.toIntExact(labels.length())];
        int size = joined.length / all.size();
        for (int i = 0; i < all.size(); i++) {
            if (!(all.get(i) instanceof double[] own) || own.length != size) {
                return Optional.empty();
            }
            System.arraycopy(own, 0, joined, i * size, size);
        }
        return Optional.of(Nd4j.createFromArray(joined).castTo(DataType.DOUBLE).reshape('c', labels.shape()));
    }
}
