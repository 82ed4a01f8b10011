package org.steadygrad.ops;

/**
 * Mean of {@code exp(o[absent] - o[present])} over the pairs of a label that is 1 and one that is 0 (Zhang and Zhou 2006); 0
 * where there are none.
 */
record MultiLabel() implements LossFormula {
    @Override
    public boolean byElement() {
        return false;
    }

    @Override
    public double of(Row row) {
        double present = 0;
        int absent = 0;
        for (int i = 0; i < row.columns(); i++) {
            present += row.label(i);
            absent += row.label(i) == 0 ? 1 : 0;
        }
        if (present == 0 || absent == 0) {
            return 0 * present;
        }
        double loss = 0;
        double[] slopes = new double[row.columns()];
        for (int i = 0; i < row.columns(); i++) {
            for (int j = 0; j < row.columns(); j++) {
                if (row.label(i) != 0 && row.label(j) == 0) {
                    double term = row.label(i) * Math.exp(row.value(j) - row.value(i)) / (present * absent);
                    loss += term;
                    slopes[j] += term;
                    slopes[i] -= term;
                }
            }
        }
        for (int i = 0; i < row.columns(); i++) {
            row.slope(i, row.weight(0) * slopes[i]);
        }
        return row.weight(0) * loss;
    }
}
