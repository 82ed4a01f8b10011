package org.steadygrad.engine.dl4j;

import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.ops.LossFormula;
import org.steadygrad.ops.LossRows;

/** A loss of DL4J by its formula in double, see {@link LossRows}. */
final class ExactLoss implements WeightedLoss {
    private static final long serialVersionUID = 1L;

    private final String layer;
    private final LossFormula formula;

    /** By output; null when all count alike. */
    private final double[] weights;

    /** In place of masks; null for masks as they come. */
    private transient INDArray given;

    /**
     * @param layer whose loss it is, for errors
     * @param weights by output; null when all count alike
     */
    ExactLoss(String layer, LossFormula formula, double[] weights) {
        this.layer = layer;
        this.formula = formula;
        this.weights = weights;
    }

    @Override
    public void weigh(INDArray mask) {
        given = mask;
    }

    private LossRows rows(INDArray labels, INDArray logits, IActivation activation, INDArray mask) {
        return new LossRows(
                "loss of layer " + layer, formula, weights, labels, logits, activation, given == null ? mask : given);
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
        return formula.toString();
    }
}
