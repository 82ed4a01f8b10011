package org.steadygrad.engine.cpu.loss;

import org.steadygrad.engine.plan.ActivationFunction.Kind;
import org.steadygrad.engine.plan.LossFunction;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.ops.LossFormula;

/**
 * Loss and gradient of rows that lie in arrays. The gradient is that by the argument of the activation function where
 * {@link #direct}, else that by its result.
 */
final class LossTerms {
    private final LossFunction loss;
    private final boolean direct;
    private final boolean logistic;
    private final boolean formulaOfLogits;
    private final int size;
    /** In double: floats next to 1 are too far apart for what 1 - p is there. */
    private final double low;

    private final double high;
    private final float share;

    LossTerms(PlanOperation.Loss operation) {
        loss = operation.loss();
        Kind activation = operation.activation().kind();
        logistic = loss == LossFunction.BINARY_CROSS_ENTROPY && activation == Kind.SIGMOID;
        size = operation.output().size();
        formulaOfLogits =
                operation.settings().formula().map(LossFormula::ofLogits).orElse(false);
        direct = logistic || formulaOfLogits || activation == Kind.SOFTMAX || activation == Kind.IDENTITY;
        low = operation.settings().clip();
        high = 1 - operation.settings().clip();
        boolean mean = loss == LossFunction.MEAN_SQUARED_ERROR || loss == LossFunction.MEAN_ABSOLUTE_ERROR;
        share = mean ? 1f / size : 1;
    }

    boolean direct() {
        return direct;
    }

    /** Whether the logits are looked at, what the activation function was applied to. */
    boolean readsLogits() {
        return logistic
                || formulaOfLogits
                || loss == LossFunction.CROSS_ENTROPY
                || loss == LossFunction.SPARSE_CROSS_ENTROPY;
    }

    /**
     * Overwrites the gradient of elements {@code from} to {@code to}, whole rows where the loss is of classes.
     *
     * @return the loss
     */
    double rows(LossArrays arrays, int from, int to) {
        return switch (loss) {
            case CROSS_ENTROPY -> classes(arrays, from, to);
            case BINARY_CROSS_ENTROPY -> logistic ? CrossEntropy.ofBits(arrays, from, to) : binary(arrays, from, to);
            case MEAN_SQUARED_ERROR, SQUARED_ERROR -> squares(arrays, from, to);
            case MEAN_ABSOLUTE_ERROR, ABSOLUTE_ERROR -> magnitudes(arrays, from, to);
            case SPARSE_CROSS_ENTROPY -> throw new IllegalStateException("One label per row is sparseRow's business.");
            case SOFTMAX_LOSS, SIGMOID_LOSS, HUBER, PINBALL, NEGATIVE_BINOMIAL ->
                throw new IllegalStateException("Formulas are the business of FormulaTerms.");
        };
    }

    /** One row and the number of the right class. */
    double sparseRow(LossArrays arrays, int label, int from, int to) {
        return CrossEntropy.ofClass(arrays, label, from, to);
    }

    private double classes(LossArrays arrays, int from, int to) {
        double sum = 0;
        for (int row = from; row < to; row += size) {
            sum += CrossEntropy.ofClasses(arrays, row, row + size);
        }
        return sum;
    }

    /** Of probabilities that no sigmoid made, which may be 0 and 1. */
    private double binary(LossArrays arrays, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            double p = Math.min(high, Math.max(low, arrays.output()[i]));
            double y = arrays.labels()[i];
            sum -= y == 0 ? 0 : y * Math.log(p);
            sum -= y == 1 ? 0 : (1 - y) * Math.log1p(-p);
            arrays.gradient()[i] = (float) ((p - y) / (p * (1 - p)));
        }
        return sum;
    }

    private double squares(LossArrays arrays, int from, int to) {
        float[] output = arrays.output();
        float[] labels = arrays.labels();
        float[] gradient = arrays.gradient();
        double sum = 0;
        for (int i = from; i < to; i++) {
            float difference = output[i] - labels[i];
            gradient[i] = 2 * share * difference;
            sum += (double) difference * difference;
        }
        return sum * share;
    }

    private double magnitudes(LossArrays arrays, int from, int to) {
        float[] output = arrays.output();
        float[] labels = arrays.labels();
        float[] gradient = arrays.gradient();
        double sum = 0;
        for (int i = from; i < to; i++) {
            float difference = output[i] - labels[i];
            gradient[i] = Math.signum(difference) * share;
            sum += Math.abs(difference);
        }
        return sum * share;
    }
}
