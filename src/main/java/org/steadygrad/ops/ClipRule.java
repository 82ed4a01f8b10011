package org.steadygrad.ops;

/**
 * How one step's gradient is clipped: the stateless part of clipping, which every engine knows how to execute. Only
 * trained blocks are touched. Norms are Euclidean and refer to the gradient averaged over the minibatch, before
 * clipping.
 */
public sealed interface ClipRule {

    /** The gradient is left as it is. */
    record None() implements ClipRule {}

    /** Every element is limited to [-limit, limit]. Changes the direction. */
    record ByValue(double limit) implements ClipRule {}

    /** Each parameter whose norm exceeds {@code maxNorm} is scaled to it (Keras' clipnorm). */
    record ByTensorNorm(double maxNorm) implements ClipRule {}

    /** Each layer (all its parameters together) whose norm exceeds {@code maxNorm} is scaled to it. */
    record ByLayerNorm(double maxNorm) implements ClipRule {}

    /** If the norm of the whole gradient exceeds {@code maxNorm}, all of it is scaled to it (Pascanu et al. 2013). */
    record ByGlobalNorm(double maxNorm) implements ClipRule {}

    /**
     * Adaptive gradient clipping, unit by unit: the gradient of a unit (a column of a weight matrix) is limited to
     * {@code factor * max(norm of the unit's weights, epsilon)} (Brock et al. 2021, arXiv 2102.06171, equation 3).
     */
    record ByUnitRatio(double factor, double epsilon) implements ClipRule {}
}
