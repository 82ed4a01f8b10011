package org.steadygrad.ops;

/** {@code -y o / (|y| |o|)}; where one of the two is 0, it has no direction, and loss and slopes are 0. */
record CosineProximity() implements LossFormula {
    @Override
    public boolean byElement() {
        return false;
    }

    @Override
    public double of(Row row) {
        double squareOfLabels = 0;
        double squareOfValues = 0;
        double product = 0;
        for (int i = 0; i < row.columns(); i++) {
            squareOfLabels += row.label(i) * row.label(i);
            squareOfValues += row.value(i) * row.value(i);
            product += row.label(i) * row.value(i);
        }
        if (squareOfLabels == 0 || squareOfValues == 0) {
            // NaN if one of them is
            return 0 * (squareOfLabels + squareOfValues);
        }
        double norms = Math.sqrt(squareOfLabels) * Math.sqrt(squareOfValues);
        double cosine = product / norms;
        for (int i = 0; i < row.columns(); i++) {
            double slope = cosine * row.value(i) / squareOfValues - row.label(i) / norms;
            row.slope(i, row.weight(0) * slope);
        }
        return -row.weight(0) * cosine;
    }
}
