package org.steadygrad.ops;

import org.steadygrad.check.InvalidInputException;

/** Losses that are sums over the outputs o of a row with labels y; {@code mean} is over the row's outputs. */
enum ElementLoss implements LossFormula {
    /** {@code sum (o - y)^2}. */
    SQUARE(false) {
        @Override
        double loss(double y, double o) {
            return (o - y) * (o - y);
        }

        @Override
        double slope(double y, double o) {
            return 2 * (o - y);
        }
    },
    /** {@code mean (o - y)^2}. */
    MEAN_SQUARE(true) {
        @Override
        double loss(double y, double o) {
            return SQUARE.loss(y, o);
        }

        @Override
        double slope(double y, double o) {
            return SQUARE.slope(y, o);
        }
    },
    /** {@code sum |o - y|}; the slope is 0 where they are equal. */
    MAGNITUDE(false) {
        @Override
        double loss(double y, double o) {
            return Math.abs(o - y);
        }

        @Override
        double slope(double y, double o) {
            return Math.signum(o - y);
        }
    },
    /** {@code mean |o - y|}; the slope is 0 where they are equal. */
    MEAN_MAGNITUDE(true) {
        @Override
        double loss(double y, double o) {
            return MAGNITUDE.loss(y, o);
        }

        @Override
        double slope(double y, double o) {
            return MAGNITUDE.slope(y, o);
        }
    },
    /** {@code mean 100 |(o - y) / y|}. */
    PERCENTAGE(true) {
        @Override
        double loss(double y, double o) {
            return 100 * Math.abs((o - y) / y);
        }

        @Override
        double slope(double y, double o) {
            return 100 * Math.signum(o - y) / Math.abs(y);
        }

        @Override
        boolean allows(double y) {
            return y != 0;
        }

        @Override
        String wanted() {
            return "labels other than 0, of which an error has no percentage";
        }
    },
    /** {@code mean (log (o + 1) - log (y + 1))^2}. */
    LOGARITHMIC(true) {
        @Override
        double loss(double y, double o) {
            double ratio = Math.log1p(o) - Math.log1p(y);
            return ratio * ratio;
        }

        @Override
        double slope(double y, double o) {
            return 2 * (Math.log1p(o) - Math.log1p(y)) / (1 + o);
        }

        @Override
        boolean allows(double y) {
            return !(y <= -1);
        }

        @Override
        String wanted() {
            return "labels above -1, since the logarithm of 1 + label is taken";
        }
    },
    /** {@code sum (o - y log o)}. */
    POISSON(false) {
        @Override
        double loss(double y, double o) {
            return y == 0 ? o : o - y * Math.log(o);
        }

        @Override
        double slope(double y, double o) {
            return y == 0 ? 1 + 0 * o : 1 - y / o;
        }
    },
    /** {@code sum y log (y / o)}. */
    DIVERGENCE(false) {
        @Override
        double loss(double y, double o) {
            return y == 0 ? 0 * o : y * (Math.log(y) - Math.log(o));
        }

        @Override
        double slope(double y, double o) {
            return LIKELIHOOD.slope(y, o);
        }
    },
    /** {@code -sum y log o}. */
    LIKELIHOOD(false) {
        @Override
        double loss(double y, double o) {
            return y == 0 ? 0 * o : -y * Math.log(o);
        }

        @Override
        double slope(double y, double o) {
            return y == 0 ? 0 * o : -y / o;
        }
    },
    /** {@code sum max (0, 1 - y o)}, y being -1 or 1; the slope is 0 from the margin on. */
    HINGE(false) {
        @Override
        double loss(double y, double o) {
            return beyond(1 - y * o);
        }

        @Override
        double slope(double y, double o) {
            return 1 - y * o <= 0 ? 0 : -y;
        }

        @Override
        boolean allows(double y) {
            return !(Math.abs(y) < Double.POSITIVE_INFINITY) || Math.abs(y) == 1;
        }

        @Override
        String wanted() {
            return "labels of -1 and 1";
        }
    },
    /** {@code sum max (0, 1 - y o)^2}, y being -1 or 1. */
    SQUARED_HINGE(false) {
        @Override
        double loss(double y, double o) {
            double lacking = beyond(1 - y * o);
            return lacking * lacking;
        }

        @Override
        double slope(double y, double o) {
            return -2 * y * beyond(1 - y * o);
        }

        @Override
        boolean allows(double y) {
            return HINGE.allows(y);
        }

        @Override
        String wanted() {
            return HINGE.wanted();
        }
    },
    /** {@code mean y o}, a critic's score in a Wasserstein GAN. */
    MEAN_PRODUCT(true) {
        @Override
        double loss(double y, double o) {
            return y * o;
        }

        @Override
        double slope(double y, double o) {
            return y;
        }
    };

    private final boolean mean;

    ElementLoss(boolean mean) {
        this.mean = mean;
    }

    abstract double loss(double y, double o);

    /** Of the loss by the output. */
    abstract double slope(double y, double o);

    boolean allows(double y) {
        return true;
    }

    String wanted() {
        return "";
    }

    /** @return NaN for NaN */
    private static double beyond(double margin) {
        return margin <= 0 ? 0 : margin;
    }

    @Override
    public double of(Row row) {
        double share = mean ? 1.0 / row.columns() : 1;
        double sum = 0;
        for (int i = 0; i < row.columns(); i++) {
            double weight = share * row.weight(i);
            if (weight == 0) {
                continue;
            }
            double y = row.label(i);
            if (!allows(y)) {
                throw InvalidInputException.of(row.who(), wanted(), y, "Change the labels, or take another loss.");
            }
            double o = row.value(i);
            row.slope(i, weight * slope(y, o));
            sum += weight * loss(y, o);
        }
        return sum;
    }
}
