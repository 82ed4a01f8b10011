package org.steadygrad.ops;

import org.steadygrad.check.InvalidInputException;

/**
 * {@code -sum w y log p}, where p is the softmax of the logits, for labels of any sum; the gradient by the logits is {@code
 * sum(w y) p - w y}. DL4J's has {@code p - y} there, and clips p in the loss.
 */
record SoftmaxCrossEntropy(Labels kind) implements LossFormula {
    /** What the labels are. */
    enum Labels {
        /** A number for each class. */
        DENSE,
        /** The number of the right class. */
        SPARSE,
        /** A distribution, from which the divergence is measured: its entropy is taken off. */
        DISTRIBUTION
    }

    @Override
    public boolean ofLogits() {
        return true;
    }

    @Override
    public int labels(int columns) {
        return kind == Labels.SPARSE ? 1 : columns;
    }

    @Override
    public boolean byElement() {
        return false;
    }

    @Override
    public double of(Row row) {
        int columns = row.columns();
        int top = 0;
        for (int i = 1; i < columns; i++) {
            top = row.value(i) > row.value(top) ? i : top;
        }
        double most = row.value(top);
        double rest = 0;
        for (int i = 0; i < columns; i++) {
            rest += i == top ? 0 : Math.exp(row.value(i) - most);
        }
        int right = kind == Labels.SPARSE ? right(row, columns) : -1;
        double total = 0;
        for (int i = 0; i < columns; i++) {
            total += label(row, i, right);
        }
        double loss = 0;
        for (int i = 0; i < columns; i++) {
            double label = label(row, i, right);
            double p = i == top ? 1 / (1 + rest) : Math.exp(row.value(i) - most) / (1 + rest);
            // near 1, p has lost what it lacks to 1, which is the gradient
            double lacking = i == top ? rest / (1 + rest) : 1 - p;
            row.slope(i, (total - label) * p - label * lacking);
            if (label != 0) {
                loss += label * (most - row.value(i) + Math.log1p(rest));
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
                    row.who(), "whole numbers from 0 to " + (columns - 1), number, "Check the data's vocabulary.");
        }
        return (int) number;
    }
}
