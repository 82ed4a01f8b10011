package org.steadygrad.ops;

/**
 * {@code -sum (y log p + (1 - y) log (1 - p))} of probabilities p that no sigmoid made, which may be 0 and 1.
 *
 * @param clip p is kept as far away from 0 and 1, in the loss and in its slope
 */
record BinaryCrossEntropy(double clip) implements LossFormula {
    @Override
    public double of(Row row) {
        double loss = 0;
        for (int i = 0; i < row.columns(); i++) {
            double weight = row.weight(i);
            if (weight == 0) {
                continue;
            }
            double y = row.label(i);
            double p = Math.min(1 - clip, Math.max(clip, row.value(i)));
            row.slope(i, weight * (p - y) / (p * (1 - p)));
            loss -= y == 0 ? 0 : weight * y * Math.log(p);
            loss -= y == 1 ? 0 : weight * (1 - y) * Math.log1p(-p);
        }
        return loss;
    }
}
