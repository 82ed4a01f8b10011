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
    ABSOLUTE_ERROR,
    /**
     * Cross-entropy of a softmax with smoothing and focusing ({@link LossSettings#numbers}) and weights of classes ({@link
     * LossSettings#byOutput}), see {@link org.steadygrad.nn.loss.LossSoftmax}; from what the softmax is applied to.
     */
    SOFTMAX_LOSS,
    /**
     * Cross-entropy of sigmoids with smoothing, focusing, and the weights of on and off as numbers, see {@link
     * org.steadygrad.nn.loss.LossSigmoid}; from what the sigmoid is applied to.
     */
    SIGMOID_LOSS,
    /** {@link org.steadygrad.nn.loss.LossHuber}; delta is the number. */
    HUBER,
    /** {@link org.steadygrad.nn.loss.LossPinball}; quantiles are the numbers. */
    PINBALL,
    /** {@link org.steadygrad.nn.loss.LossNegativeBinomial}; the dispersion is the number. */
    NEGATIVE_BINOMIAL;

    /** Whether it is a loss of a softmax, and of nothing else. */
    public boolean ofSoftmax() {
        return this == CROSS_ENTROPY || this == SPARSE_CROSS_ENTROPY || this == SOFTMAX_LOSS;
    }

    /** Whether outputs are probabilities, whose logarithm is taken. */
    public boolean logarithmic() {
        return ofSoftmax() || this == BINARY_CROSS_ENTROPY || this == SIGMOID_LOSS;
    }
}
