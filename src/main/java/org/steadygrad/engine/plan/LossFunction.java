package org.steadygrad.engine.plan;

/** Losses of one row of outputs o and labels y; the loss of a batch is their sum over all rows that aren't masked. */
public enum LossFunction {
    /** {@code -sum y log o}, whatever the labels sum to; of a softmax, and computed from what that is applied to. */
    CROSS_ENTROPY,
    /** The same with the number of the right class as label. */
    SPARSE_CROSS_ENTROPY,
    /** {@code -sum (y log o + (1 - y) log (1 - o))}; of a sigmoid computed from what that is applied to. */
    BINARY_CROSS_ENTROPY,
    /** {@code mean (o - y)^2}. */
    MEAN_SQUARED_ERROR,
    /** {@code sum (o - y)^2}. */
    SQUARED_ERROR,
    /** {@code mean |o - y|}. */
    MEAN_ABSOLUTE_ERROR,
    /** {@code sum |o - y|}. */
    ABSOLUTE_ERROR;

    /** Whether outputs are probabilities, whose logarithm is taken. */
    public boolean logarithmic() {
        return this == CROSS_ENTROPY || this == SPARSE_CROSS_ENTROPY || this == BINARY_CROSS_ENTROPY;
    }
}
