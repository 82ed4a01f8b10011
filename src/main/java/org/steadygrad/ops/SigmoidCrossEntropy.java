package org.steadygrad.ops;

/**
 * {@code -sum w (y log p + (1 - y) log (1 - p))}, where p is the sigmoid of the logits; the gradient by the logits is {@code
 * w (p - y)}. DL4J's clips p to [1e-5, 1 - 1e-5], beyond which the gradient vanishes with the sigmoid's slope.
 */
record SigmoidCrossEntropy() implements LossFormula {
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
            double y = row.label(i);
            double e = Math.exp(-Math.abs(x));
            double near = 1 / (1 + e);
            double far = e * near;
            row.slope(i, weight * (x > 0 ? (1 - y) * near - y * far : (1 - y) * far - y * near));
            loss += weight * ((x > 0 ? (1 - y) * x : -y * x) + Math.log1p(e));
        }
        return loss;
    }
}
