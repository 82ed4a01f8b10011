package org.steadygrad.ops;

import java.io.Serializable;
import java.util.List;

/** The loss of one row of an output layer and its slopes, in double. */
public interface LossFormula extends Serializable {

    /** A row of values (what an activation function gave, or was given where {@link #ofLogits}) and its labels. */
    interface Row {
        /** Whose row it is, for errors. */
        String who();

        /** Number of values. */
        int columns();

        /** @return the value in a column, from 0 */
        double value(int column);

        /** @return the label of that value */
        double label(int column);

        /** What the loss of a value is multiplied by. */
        double weight(int column);

        /** @param slope of the loss by the value, weight included; 0 for values whose slope isn't told */
        void slope(int column, double slope);
    }

    /** Whether values are what the activation function is given; else they are what it gave. */
    default boolean ofLogits() {
        return false;
    }

    /** Number of the labels of a row. @param columns number of its values */
    default int labels(int columns) {
        return columns;
    }

    /** Whether every value has a loss of its own, so that their weights may differ. */
    default boolean byElement() {
        return true;
    }

    /** @return the loss, weights included; NaN where something that counts is NaN */
    double of(Row row);

    /**
     * The constant that suits labels best, or nearly.
     *
     * @param means of the labels; shares, where they are classes or bits
     * @param weights by output; null when all count alike
     * @return what the output layer's activation function should give
     */
    default double[] constant(double[] means, double[] weights) {
        return means;
    }

    /** Quantiles of the labels that the values of a row are, in turns; empty where they are none. */
    default List<Double> quantiles() {
        return List.of();
    }

    /** The number that a value says a label is, which a mean of errors goes by. @param value of a single output */
    default double estimate(double value) {
        return value;
    }
}
