package org.steadygrad.ops;

import java.util.Arrays;

/**
 * {@code -sum w (positive s (1 - p)^focusing log p + negative (1 - s) p^focusing log (1 - p))}, where p is the sigmoid of the logits and
 * {@code s = (1 - smoothing) y + smoothing / 2}.
 */
record SigmoidLoss(double smoothing, double focusing, double positive, double negative) implements LossFormula {
    /** A probability's distance of 0 and 1 where one kind of label has no weight. */
    private static final double LEAST = 1e-12;

    @Override
    public boolean ofLogits() {
        return true;
    }

    @Override
    public double of(Row row) {
        double loss = 0;
        for (int i = 0; i < row.columns(); i++) {
            double weight = row.weight(i);
            if (weight == 0) {
                continue;
            }
            double x = row.value(i);
            double label = (1 - smoothing) * row.label(i) + smoothing / 2;
            double e = Math.exp(-Math.abs(x));
            double near = 1 / (1 + e);
            double p = x > 0 ? near : e * near;
            double q = x > 0 ? e * near : near;
            double common = Math.log1p(e);
            double on = positive * label;
            double off = negative * (1 - label);
            loss += weight * (term(on, q, (x > 0 ? 0 : -x) + common) + term(off, p, (x > 0 ? x : 0) + common));
            row.slope(i, weight * (slope(off, p, (x > 0 ? x : 0) + common) - slope(on, q, (x > 0 ? 0 : -x) + common)));
        }
        return loss;
    }

    /** Of plain or weighted cross-entropy the best; a focus doesn't move it far. */
    @Override
    public double[] constant(double[] means, double[] weights) {
        return Arrays.stream(means)
                .map(mean -> {
                    double on = positive * ((1 - smoothing) * mean + smoothing / 2);
                    double off = negative * ((1 - smoothing) * (1 - mean) + smoothing / 2);
                    double share = on + off == 0 ? mean : on / (on + off);
                    return Math.min(1 - LEAST, Math.max(LEAST, share));
                })
                .toArray();
    }

    private double term(double share, double lacking, double surprise) {
        return share == 0 ? 0 : share * factor(lacking) * surprise;
    }

    /** By the logit, its sign left out. */
    private double slope(double share, double lacking, double surprise) {
        double own = focusing == 0 ? lacking : lacking + focusing * (1 - lacking) * surprise;
        return share == 0 ? 0 : share * factor(lacking) * own;
    }

    private double factor(double lacking) {
        return focusing == 0 ? 1 : Math.pow(lacking, focusing);
    }
}
