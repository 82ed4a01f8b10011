package org.steadygrad.train;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.check.Check;

/**
 * Labels and outputs with the time axis folded into the rows and masked rows left out.
 *
 * @param labels [rows, size]; null when every row is masked
 * @param output [rows, size]; null when every row is masked
 */
record Rows(INDArray labels, INDArray output) {

    /**
     * @param labels [batch, size] or [batch, size, time]
     * @param output of the same shape
     * @param mask [batch, time] (or [batch, 1]) of 0 and 1, or null
     */
    static Rows of(INDArray labels, INDArray output, INDArray mask) {
        Check.shape(output, "Evaluator", "output", labels.shape());
        INDArray foldedLabels = fold(labels);
        INDArray foldedOutput = fold(output).castTo(foldedLabels.dataType());
        if (mask == null) {
            return new Rows(foldedLabels, foldedOutput);
        }
        int[] kept = keptRows(mask);
        if (kept.length == 0) {
            return new Rows(null, null);
        }
        return new Rows(Nd4j.pullRows(foldedLabels, 1, kept), Nd4j.pullRows(foldedOutput, 1, kept));
    }

    private static INDArray fold(INDArray array) {
        if (array.rank() == 2) {
            return array.dup('c');
        }
        return array.permute(0, 2, 1).dup('c').reshape('c', array.size(0) * array.size(2), array.size(1));
    }

    private static int[] keptRows(INDArray mask) {
        double[] flat = mask.castTo(DataType.DOUBLE).dup('c').data().asDouble();
        int[] kept = new int[flat.length];
        int count = 0;
        for (int i = 0; i < flat.length; i++) {
            if (flat[i] != 0) {
                kept[count++] = i;
            }
        }
        return java.util.Arrays.copyOf(kept, count);
    }
}
