package org.steadygrad.ops;

import java.util.List;

/**
 * Mean over a row's values o of {@code max(t (y - o), (t - 1) (y - o))}, whose least is at the quantile t of the label y (Koenker and
 * Bassett 1978). A row has a value for each quantile of each label: first those of the first label.
 */
record PinballLoss(List<Double> quantiles) implements LossFormula {
    PinballLoss {
        quantiles = List.copyOf(quantiles);
    }

    @Override
    public List<Double> quantiles() {
        return quantiles;
    }

    @Override
    public int labels(int columns) {
        return columns / quantiles.size();
    }

    @Override
    public boolean byElement() {
        return false;
    }

    @Override
    public double of(Row row) {
        double sum = 0;
        for (int i = 0; i < row.columns(); i++) {
            double weight = row.weight(i) / row.columns();
            double quantile = quantiles.get(i % quantiles.size());
            double below = row.label(i / quantiles.size()) - row.value(i);
            sum += weight * Math.max(quantile * below, (quantile - 1) * below);
            row.slope(i, weight * (below > 0 ? -quantile : below < 0 ? 1 - quantile : below));
        }
        return sum;
    }
}
