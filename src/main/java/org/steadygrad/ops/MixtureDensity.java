package org.steadygrad.ops;

import org.steadygrad.check.InvalidInputException;

/**
 * Negative log likelihood of a label vector in a mixture of normal distributions with a deviation each (Bishop 1994, Mixture
 * Density Networks). A row has, one after the other, the mixtures' logits (a softmax makes shares of them), the logarithms of their
 * deviations, and their means, mixture by mixture. Likelihoods are added up by their logarithms, so that labels far from
 * all means have a loss.
 *
 * @param mixtures number of distributions
 * @param width number of labels
 */
record MixtureDensity(int mixtures, int width) implements LossFormula {
    private static final double HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

    @Override
    public int labels(int columns) {
        return width;
    }

    @Override
    public boolean byElement() {
        return false;
    }

    @Override
    public double of(Row row) {
        if (row.columns() != mixtures * (width + 2)) {
            throw InvalidInputException.of(
                    row.who(),
                    mixtures * (width + 2) + " outputs: shares, deviations and means of " + mixtures
                            + " distributions of " + width + " labels",
                    row.columns(),
                    "Give the layer as many.");
        }
        double[] shares = new double[mixtures];
        double[] likelihoods = new double[mixtures];
        double[] distances = new double[mixtures];
        for (int k = 0; k < mixtures; k++) {
            shares[k] = row.value(k);
        }
        double all = logOfSum(shares);
        for (int k = 0; k < mixtures; k++) {
            double logDeviation = row.value(mixtures + k);
            for (int j = 0; j < width; j++) {
                double distance = (row.label(j) - mean(row, k, j)) * Math.exp(-logDeviation);
                distances[k] += distance * distance;
            }
            likelihoods[k] = shares[k] - all - distances[k] / 2 - width * (logDeviation + HALF_LOG_TWO_PI);
        }
        double likelihood = logOfSum(likelihoods);
        double weight = row.weight(0);
        for (int k = 0; k < mixtures; k++) {
            double responsible = Math.exp(likelihoods[k] - likelihood);
            row.slope(k, weight * (Math.exp(shares[k] - all) - responsible));
            row.slope(mixtures + k, weight * responsible * (width - distances[k]));
            double precision = Math.exp(-2 * row.value(mixtures + k));
            for (int j = 0; j < width; j++) {
                double away = mean(row, k, j) - row.label(j);
                row.slope(meanAt(k, j), responsible == 0 ? 0 : weight * responsible * away * precision);
            }
        }
        return -weight * likelihood;
    }

    private int meanAt(int mixture, int label) {
        return 2 * mixtures + mixture * width + label;
    }

    private double mean(Row row, int mixture, int label) {
        return row.value(meanAt(mixture, label));
    }

    private static double logOfSum(double[] logarithms) {
        double most = Double.NEGATIVE_INFINITY;
        for (double x : logarithms) {
            most = Math.max(most, x);
        }
        double sum = 0;
        for (double x : logarithms) {
            sum += Math.exp(x - most);
        }
        return most + Math.log(sum);
    }
}
