package org.steadygrad.train;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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
 * @param overWeights whether a mean is over the weights of the rows' classes
 */
record FormulaLoss(LossFormula formula, double[] weights, IActivation activation, boolean overWeights)
        implements OutputLoss {
    private static final int MANY = 12;

    @Override
    public boolean sparse() {
        // two quantiles of one label aren't the number of one of two classes
        return quantiles().isEmpty() && formula.labels(2) == 1;
    }

    @Override
    public OutputLoss ofGiven() {
        return formula.ofLogits() ? this : new FormulaLoss(formula, weights, new ActivationIdentity(), overWeights);
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
    public boolean ofShares() {
        return formula.ofLogits()
                && (activation instanceof ActivationSigmoid || activation instanceof ActivationSoftmax);
    }

    @Override
    public double[] constant(double[] means) {
        return formula.constant(means, weights);
    }

    @Override
    public List<Double> quantiles() {
        return formula.quantiles();
    }

    @Override
    public boolean sayKeys() {
        return formula.ofLogits() && activation instanceof ActivationSigmoid;
    }

    @Override
    public Optional<double[]> divisors() {
        return overWeights ? Optional.ofNullable(weights) : Optional.empty();
    }

    @Override
    public double divisor(ScoredRows rows, int row) {
        if (!overWeights || weights == null) {
            return 1;
        }
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += weights[i] * rows.label(row, i);
        }
        return sum;
    }

    /** Of quantiles the one next to the middle. */
    @Override
    public ScoredRows estimates(ScoredRows outputs) {
        double[] values = outputs.values();
        List<Double> quantiles = quantiles();
        if (quantiles.isEmpty()) {
            Arrays.setAll(values, i -> formula.estimate(values[i]));
            return outputs.with(values);
        }
        int middle = 0;
        for (int i = 1; i < quantiles.size(); i++) {
            middle = Math.abs(quantiles.get(i) - 0.5) < Math.abs(quantiles.get(middle) - 0.5) ? i : middle;
        }
        int chosen = middle;
        double[] estimates = new double[values.length / quantiles.size()];
        Arrays.setAll(estimates, i -> values[i * quantiles.size() + chosen]);
        return outputs.with(estimates);
    }

    @Override
    public boolean labelsAreOutputs() {
        if (!quantiles().isEmpty()) {
            return true;
        }
        // a mixture's parameters, say, are more than the numbers they are to describe
        return formula.labels(MANY) == MANY || (sparse() && formula.ofLogits());
    }

    @Override
    public boolean ofMagnitudes() {
        return LossFormulas.ofMagnitudes(formula);
    }

    @Override
    public ScoredRows outputs(ScoredRows rows) {
        ScoredRows given = OutputLoss.activated(rows, activation);
        return quantiles().isEmpty()
                ? given
                : given.with(ascending(given.values(), quantiles().size()));
    }

    /** Quantiles of one label that cross are put in order, as predictions are. */
    private static double[] ascending(double[] values, int quantiles) {
        for (int from = 0; from < values.length; from += quantiles) {
            Arrays.sort(values, from, from + quantiles);
        }
        return values;
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
        ScoredRows values = formula.ofLogits() ? rows : OutputLoss.activated(rows, activation);
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
