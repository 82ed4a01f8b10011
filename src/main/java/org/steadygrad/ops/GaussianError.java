package org.steadygrad.ops;

/** The distribution function of the standard normal distribution, to 13 digits in its lower tail too. */
public final class GaussianError {
    private static final double DENSITY_AT_0 = 1 / Math.sqrt(2 * Math.PI);

    /**
     * Chebyshev coefficients of {@code log(erfc(z) exp(z^2) / t)} by {@code 4 t - 2}, with {@code t = 2 / (2 + z)}: the form of
     * Press et al., Numerical Recipes, third edition, section 6.2.2.
     */
    private static final double[] COEFFICIENTS = {
        -1.30265371978171,
        0.6419697923564902,
        0.01947647320418592,
        -0.009561514786808794,
        -0.0009465953444817555,
        0.00036683949785244475,
        4.25233248071244e-05,
        -2.0278578112611356e-05,
        -1.624290004651474e-06,
        1.3036558355827844e-06,
        1.5626441669525092e-08,
        -8.523809609473076e-08,
        6.529054656922995e-09,
        5.059343439750563e-09,
        -9.913639975600575e-10,
        -2.273653643136697e-10,
        9.646819343345214e-11,
        2.393698572689118e-12,
        -6.885738645934225e-12,
        8.944756046957991e-13,
        3.128164394183841e-13,
        -1.1265655075476389e-13
    };

    private GaussianError() {}

    /** {@code (1 + erf(x / sqrt(2))) / 2}. */
    public static double distribution(double x) {
        double tail = tail(Math.abs(x));
        return x > 0 ? 1 - tail : tail;
    }

    /** {@code exp(-x^2 / 2) / sqrt(2 pi)}. */
    public static double density(double x) {
        return DENSITY_AT_0 * Math.exp(-0.5 * x * x);
    }

    /** The distribution function at {@code -x}, for {@code x >= 0}: half of erfc. */
    private static double tail(double x) {
        double t = 2 / (2 + x * Math.sqrt(0.5));
        double y = 4 * t - 2;
        double d = 0;
        double before = 0;
        for (int j = COEFFICIENTS.length - 1; j > 0; j--) {
            double next = y * d - before + COEFFICIENTS[j];
            before = d;
            d = next;
        }
        return 0.5 * t * Math.exp(-0.5 * x * x + 0.5 * (COEFFICIENTS[0] + y * d) - before);
    }
}
