package org.steadygrad.engine.dl4j;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.check.InvalidInputException;

/**
 * {@code -sum w y log p}, where p is the softmax of the logits, for labels of any sum; the gradient by the logits is {@code
 * sum(w y) p - w y}. DL4J's has {@code p - y} there, and clips p in the loss.
 */
final class SoftmaxCrossEntropy extends RowLoss {
    private static final long serialVersionUID = 1L;

    /** What the labels are. */
    enum Labels {
        /** A number for each class. */
        DENSE,
        /** The number of the right class. */
        SPARSE,
        /** A distribution, from which the divergence is measured: its entropy is taken off. */
        DISTRIBUTION
    }

    private final Labels kind;

    SoftmaxCrossEntropy(String layer, Labels kind, INDArray weights) {
        super(layer, weights);
        this.kind = kind;
    }

    @Override
    int labelColumns(int columns) {
        return kind == Labels.SPARSE ? 1 : columns;
    }

    @Override
    boolean masksElements() {
        return false;
    }

    @Override
    double of(Row row, int columns) {
        int top = 0;
        for (int i = 1; i < columns; i++) {
            top = row.logit(i) > row.logit(top) ? i : top;
        }
        double most = row.logit(top);
        double rest = 0;
        for (int i = 0; i < columns; i++) {
            rest += i == top ? 0 : Math.exp(row.logit(i) - most);
        }
        int right = kind == Labels.SPARSE ? right(row, columns) : -1;
        double total = 0;
        for (int i = 0; i < columns; i++) {
            total += label(row, i, right);
        }
        double loss = 0;
        for (int i = 0; i < columns; i++) {
            double label = label(row, i, right);
            double p = i == top ? 1 / (1 + rest) : Math.exp(row.logit(i) - most) / (1 + rest);
            // near 1, p has lost what it lacks to 1, which is the gradient
            double lacking = i == top ? rest / (1 + rest) : 1 - p;
            row.slope(i, (total - label) * p - label * lacking);
            if (label != 0) {
                loss += label * (most - row.logit(i) + Math.log1p(rest));
                loss += kind == Labels.DISTRIBUTION ? label * Math.log(row.label(i)) : 0;
            }
        }
        return loss;
    }

    private double label(Row row, int column, int right) {
        if (kind == Labels.SPARSE) {
            return column == right ? row.weight(column) : 0;
        }
        return row.weight(column) * row.label(column);
    }

    private int right(Row row, int columns) {
        double number = row.label(0);
        if (!(number >= 0 && number < columns && number == (int) number)) {
            throw InvalidInputException.of(
                    who(), "whole numbers from 0 to " + (columns - 1), number, "Check the data's vocabulary.");
        }
        return (int) number;
    }
}
