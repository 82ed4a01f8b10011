package org.steadygrad.engine.cpu.loss;

import java.util.Arrays;
import java.util.List;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.ops.LossFormula;

/**
 * Loss and gradient of rows that lie in arrays, by a formula in double. The gradient is that by the logits if {@link
 * LossFormula#ofLogits}, else that by the outputs. It serves one thread at a time.
 */
final class FormulaTerms implements LossFormula.Row {
    private final String who;
    private final LossFormula formula;
    private final double[] weights;
    private final int size;
    private final int labelSize;
    private final LossArrays arrays;
    private float[] values;
    private double rowWeight;
    private boolean byElement;
    private int row;

    FormulaTerms(PlanOperation.Loss operation, LossFormula formula, LossArrays arrays) {
        who = "loss of layer " + operation.layer();
        this.formula = formula;
        this.arrays = arrays;
        size = operation.output().size();
        labelSize = operation.labelSize();
        List<Double> byOutput = operation.settings().byOutput();
        weights = byOutput.isEmpty()
                ? null
                : byOutput.stream().mapToDouble(Double::doubleValue).toArray();
        values = formula.ofLogits() ? arrays.logits() : arrays.output();
    }

    /**
     * Overwrites the gradient of the first rows.
     *
     * @param maskWidth numbers of the mask for each row; 0 without a mask
     * @return the loss
     */
    double rows(int count, int maskWidth) {
        Arrays.fill(arrays.gradient(), 0, count * size, 0);
        byElement = maskWidth > 1;
        double sum = 0;
        for (row = 0; row < count; row++) {
            rowWeight = maskWidth == 0 || byElement ? 1 : arrays.mask()[row];
            if (rowWeight != 0) {
                sum += formula.of(this) + nothing();
            }
        }
        return sum;
    }

    /** 0, or NaN where a value that counts isn't finite, which a formula may have made something finite of. */
    private double nothing() {
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += weight(i) == 0 ? 0 : 0 * value(i);
        }
        return sum;
    }

    @Override
    public String who() {
        return who;
    }

    @Override
    public int columns() {
        return size;
    }

    @Override
    public double value(int column) {
        return values[row * size + column];
    }

    @Override
    public double label(int column) {
        return arrays.labels()[row * labelSize + column];
    }

    @Override
    public double weight(int column) {
        double own = weights == null ? rowWeight : weights[column] * rowWeight;
        return byElement ? own * arrays.mask()[row * size + column] : own;
    }

    @Override
    public void slope(int column, double slope) {
        arrays.gradient()[row * size + column] = (float) slope;
    }
}
