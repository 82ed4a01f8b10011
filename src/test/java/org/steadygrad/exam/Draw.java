package org.steadygrad.exam;

import java.util.Random;

/** What a case is drawn with: the same seed draws the same case. */
record Draw(int seed, Random random) {
    static Draw of(String family, int seed) {
        return new Draw(seed, new Random(31L * family.hashCode() + seed));
    }

    /** Evenly on a logarithmic scale. */
    double between(double low, double high) {
        double value = low * Math.exp(random.nextDouble() * Math.log(high / low));
        return Double.parseDouble(String.format(java.util.Locale.ROOT, "%.3g", value));
    }

    /** Both ends included. */
    int between(int low, int high) {
        return low + random.nextInt(high - low + 1);
    }

    String one(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    boolean maybe() {
        return random.nextBoolean();
    }

    double normal() {
        return random.nextGaussian();
    }

    double uniform(double low, double high) {
        return low + (high - low) * random.nextDouble();
    }

    String number(double value) {
        return java.math.BigDecimal.valueOf(value).toPlainString();
    }

    String updater(String kind, double rate) {
        return "updater: {" + kind + ": {learningRate: " + number(rate) + "}}";
    }

    String adam(double low, double high) {
        return updater("adam", between(low, high));
    }
}
