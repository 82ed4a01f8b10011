package org.steadygrad.ops;

/** Mean over the row of {@code e^2 / 2} for errors e up to delta, else {@code delta (|e| - delta / 2)} (Huber 1964). */
record HuberLoss(double delta) implements LossFormula {
    @Override
    public double of(Row row) {
        double sum = 0;
        for (int i = 0; i < row.columns(); i++) {
            double weight = row.weight(i) / row.columns();
            if (weight == 0) {
                continue;
            }
            double error = row.value(i) - row.label(i);
            double size = Math.abs(error);
            boolean near = size <= delta;
            sum += weight * (near ? error * error / 2 : delta * (size - delta / 2));
            row.slope(i, weight * (near ? error : delta * Math.signum(error)));
        }
        return sum;
    }
}
