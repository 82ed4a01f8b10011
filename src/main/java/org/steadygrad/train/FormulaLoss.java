package org.steadygrad.train;

import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.ops.LossFormula;
import org.steadygrad.ops.LossFormulas;

/**
 * A loss of DL4J by the formula that training goes by.
 *
 * @param weights by output; null when all count alike
 * @param activation makes the outputs of what rows hold
 */
record FormulaLoss(LossFormula formula, double[] weights, IActivation activation) implements OutputLoss {
    private static final int MANY = 12;

    @Override
    public boolean sparse() {
        return formula.labels(2) == 1;
    }

    @Override
    public OutputLoss ofGiven() {
        return formula.ofLogits() ? this : new FormulaLoss(formula, weights, new ActivationIdentity());
    }

    @Override
    public double given(double output) {
        if (!formula.ofLogits()) {
            return output;
        }
        return activation instanceof ActivationSigmoid
                ? Math.log(output) - Math.log1p(-output)
                : activation instanceof ActivationSoftmax ? Math.log(output) : output;
    }

    @Override
    public boolean labelsAreOutputs() {
        // a mixture's parameters, say, are more than the numbers they are to describe
        return formula.labels(MANY) == MANY || (sparse() && formula.ofLogits());
    }

    @Override
    public boolean ofMagnitudes() {
        return LossFormulas.ofMagnitudes(formula);
    }

    @Override
    public ScoredRows outputs(ScoredRows rows) {
        return OutputLoss.activated(rows, activation);
    }

    @Override
    public void addTo(Sink sum, ScoredRows rows) {
        if (rows.byElement() && !formula.byElement()) {
            throw InvalidInputException.of(
                    "Evaluator, label mask",
                    "one number per row",
                    "one number per output",
                    "This is a loss of whole rows.");
        }
        ScoredRows values = formula.ofLogits() ? rows : outputs(rows);
        for (int row = 0; row < rows.count(); row++) {
            sum.add(formula.of(new Row(values, row)));
            sum.row(rows.weight(row));
        }
    }

    private final class Row implements LossFormula.Row {
        private final ScoredRows rows;
        private final int row;

        Row(ScoredRows rows, int row) {
            this.rows = rows;
            this.row = row;
        }

        @Override
        public String who() {
            return "Evaluator, label";
        }

        @Override
        public int columns() {
            return rows.size();
        }

        @Override
        public double value(int column) {
            return rows.value(row, column);
        }

        @Override
        public double label(int column) {
            return rows.label(row, column);
        }

        @Override
        public double weight(int column) {
            return rows.weight(row, column) * (weights == null ? 1 : weights[column]);
        }

        /** Only the loss is asked for. */
        @Override
        public void slope(int column, double slope) {}
    }
}
