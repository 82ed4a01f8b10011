package org.steadygrad.ops;

import java.util.Arrays;

/**
 * {@code -sum w s (1 - p)^focusing log p}, where p is the softmax of the logits and s the labels y with a share spread over all K classes,
 * {@code s = (1 - smoothing) y + smoothing sum(y) / K}; weights w go by class, those of the spread share included.
 */
record SoftmaxLoss(double smoothing, double focusing) implements LossFormula {
    /** Probability of a class without weight. */
    private static final double LEAST = 1e-12;

    @Override
    public boolean ofLogits() {
        return true;
    }

    @Override
    public boolean byElement() {
        return false;
    }

    @Override
    public double of(Row row) {
        int columns = row.columns();
        int top = 0;
        double all = 0;
        for (int i = 0; i < columns; i++) {
            top = row.value(i) > row.value(top) ? i : top;
            all += row.label(i);
        }
        double most = row.value(top);
        double rest = 0;
        for (int i = 0; i < columns; i++) {
            rest += i == top ? 0 : Math.exp(row.value(i) - most);
        }
        double total = 0;
        double loss = 0;
        for (int i = 0; i < columns; i++) {
            double share = share(row, i, all);
            if (share != 0) {
                double surprise = surprise(row, i, top, rest);
                double q = lacking(row, i, top, rest);
                loss += share * factor(q) * surprise;
                total += share * pull(q, surprise);
            }
        }
        for (int i = 0; i < columns; i++) {
            double share = share(row, i, all);
            double q = lacking(row, i, top, rest);
            double pull = share == 0 ? 0 : share * pull(q, surprise(row, i, top, rest));
            row.slope(i, (total - pull) * probability(row, i, top, rest) - pull * q);
        }
        return loss;
    }

    /** Of plain or weighted cross-entropy the best; a focus doesn't move it far. */
    @Override
    public double[] constant(double[] means, double[] weights) {
        double[] suited = new double[means.length];
        double all = Arrays.stream(means).sum();
        double total = 0;
        for (int i = 0; i < means.length; i++) {
            double weight = weights == null ? 1 : weights[i];
            suited[i] = weight * ((1 - smoothing) * means[i] + smoothing * all / means.length);
            total += suited[i];
        }
        for (int i = 0; i < means.length; i++) {
            suited[i] = Math.max(suited[i] / total, LEAST);
        }
        return suited;
    }

    private double share(Row row, int column, double all) {
        return row.weight(column) * ((1 - smoothing) * row.label(column) + smoothing * all / row.columns());
    }

    private double factor(double q) {
        return focusing == 0 ? 1 : Math.pow(q, focusing);
    }

    /** Minus p times the slope of {@code (1 - p)^focusing (-log p)} by p; 0 in the limit where nothing is lacking. */
    private double pull(double q, double surprise) {
        if (focusing == 0) {
            return 1;
        }
        return q == 0 ? 0 : Math.pow(q, focusing) + focusing * (1 - q) * Math.pow(q, focusing - 1) * surprise;
    }

    private static double surprise(Row row, int column, int top, double rest) {
        return row.value(top) - row.value(column) + Math.log1p(rest);
    }

    private static double probability(Row row, int column, int top, double rest) {
        return column == top ? 1 / (1 + rest) : Math.exp(row.value(column) - row.value(top)) / (1 + rest);
    }

    /** Near 1, a probability has lost what it lacks to 1, which is the gradient. */
    private static double lacking(Row row, int column, int top, double rest) {
        return column == top ? rest / (1 + rest) : 1 - probability(row, column, top, rest);
    }
}
