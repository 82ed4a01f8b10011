package org.steadygrad.ops;

import java.util.Arrays;

/**
 * Mean over the row of the negative log likelihood of counts y under negative binomial distributions whose mean is e to the value x, with
 * variance {@code mean + mean^2 / r}: {@code (r + y) log(r + e^x) - r log r - y x + log G(r) + log G(y + 1) - log G(r + y)}.
 *
 * @param dispersion r
 */
record NegativeBinomialLoss(double dispersion) implements LossFormula {
    @Override
    public double of(Row row) {
        double sum = 0;
        for (int i = 0; i < row.columns(); i++) {
            double weight = row.weight(i) / row.columns();
            if (weight == 0) {
                continue;
            }
            double y = row.label(i);
            double x = row.value(i);
            double log = Math.log(dispersion);
            double difference = x - log;
            double e = Math.exp(-Math.abs(difference));
            // log(1 + e^x / r), and what of it grows with x
            double excess = Math.max(difference, 0) + Math.log1p(e);
            double share = difference > 0 ? 1 / (1 + e) : e / (1 + e);
            sum += weight * ((dispersion + y) * excess - y * difference + ofLabel(y));
            row.slope(i, weight * ((dispersion + y) * share - y));
        }
        return sum;
    }

    /** What doesn't depend on the value; NaN for what is no count. */
    private double ofLabel(double y) {
        return y >= 0 ? LogGamma.of(dispersion) + LogGamma.of(y + 1) - LogGamma.of(dispersion + y) : Double.NaN;
    }

    @Override
    public double[] constant(double[] means, double[] weights) {
        return Arrays.stream(means).map(Math::log).toArray();
    }

    @Override
    public double estimate(double value) {
        return Math.exp(value);
    }
}
