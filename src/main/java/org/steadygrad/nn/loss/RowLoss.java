package org.steadygrad.nn.loss;

import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.ops.LossByFormula;
import org.steadygrad.ops.LossRows;

/** A loss for DL4J by its formula. */
abstract class RowLoss implements LossByFormula {
    private static final long serialVersionUID = 1L;

    private LossRows rows(INDArray labels, INDArray logits, IActivation activation, INDArray mask) {
        return new LossRows(name(), formula(activation), outputWeights(), labels, logits, activation, mask);
    }

    @Override
    public double computeScore(
            INDArray labels, INDArray logits, IActivation activation, INDArray mask, boolean average) {
        LossRows rows = rows(labels, logits, activation, mask);
        return average ? rows.mean() : rows.sum();
    }

    @Override
    public INDArray computeScoreArray(INDArray labels, INDArray logits, IActivation activation, INDArray mask) {
        return rows(labels, logits, activation, mask).byRow(logits.dataType());
    }

    @Override
    public INDArray computeGradient(INDArray labels, INDArray logits, IActivation activation, INDArray mask) {
        return rows(labels, logits, activation, mask).gradient(logits.dataType());
    }

    @Override
    public Pair<Double, INDArray> computeGradientAndScore(
            INDArray labels, INDArray logits, IActivation activation, INDArray mask, boolean average) {
        LossRows rows = rows(labels, logits, activation, mask);
        return new Pair<>(average ? rows.mean() : rows.sum(), rows.gradient(logits.dataType()));
    }

    @Override
    public String name() {
        return getClass().getSimpleName();
    }
}
