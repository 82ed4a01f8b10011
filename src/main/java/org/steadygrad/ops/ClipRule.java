package org.steadygrad.ops;

import org.steadygrad.check.Check;

/**
 * How one step's gradient is clipped: the stateless part of clipping, which every engine knows how to execute. Only
 * trained blocks are touched. Norms are Euclidean and refer to the gradient averaged over the minibatch, before
 * clipping.
 */
public sealed interface ClipRule {

    /**
     * The rule that does to a gradient {@code k} times as large what this one does to the gradient itself:
     * {@code clip(k * g, rule.scaledBy(k)) = k * clip(g, rule)}. DL4J's flat gradient is the sum over the minibatch, so
     * that {@code k} is the batch size there.
     *
     * @param k finite and above 0
     */
    ClipRule scaledBy(double k);

    /** The gradient is left as it is. */
    record None() implements ClipRule {
        @Override
        public None scaledBy(double k) {
            return this;
        }
    }

    /** Every element is limited to [-limit, limit]. Changes the direction. */
    record ByValue(double limit) implements ClipRule {
        public ByValue {
            Check.nonNegative(limit, "ClipRule.ByValue", "limit");
        }

        @Override
        public ByValue scaledBy(double k) {
            return new ByValue(limit * k);
        }
    }

    /** Each parameter whose norm exceeds {@code maxNorm} is scaled to it (Keras' clipnorm). */
    record ByTensorNorm(double maxNorm) implements ClipRule {
        public ByTensorNorm {
            Check.nonNegative(maxNorm, "ClipRule.ByTensorNorm", "maxNorm");
        }

        @Override
        public ByTensorNorm scaledBy(double k) {
            return new ByTensorNorm(maxNorm * k);
        }
    }

    /** Each layer (all its parameters together) whose norm exceeds {@code maxNorm} is scaled to it. */
    record ByLayerNorm(double maxNorm) implements ClipRule {
        public ByLayerNorm {
            Check.nonNegative(maxNorm, "ClipRule.ByLayerNorm", "maxNorm");
        }

        @Override
        public ByLayerNorm scaledBy(double k) {
            return new ByLayerNorm(maxNorm * k);
        }
    }

    /** If the norm of the whole gradient exceeds {@code maxNorm}, all of it is scaled to it (Pascanu et al. 2013). */
    record ByGlobalNorm(double maxNorm) implements ClipRule {
        public ByGlobalNorm {
            Check.nonNegative(maxNorm, "ClipRule.ByGlobalNorm", "maxNorm");
        }

        @Override
        public ByGlobalNorm scaledBy(double k) {
            return new ByGlobalNorm(maxNorm * k);
        }
    }

    /**
     * Adaptive gradient clipping, unit by unit: the gradient of a unit (a column of a weight matrix) is limited to
     * {@code factor * max(norm of the unit's weights, epsilon)} (Brock et al. 2021, arXiv 2102.06171, equation 3).
     */
    record ByUnitRatio(double factor, double epsilon) implements ClipRule {
        public ByUnitRatio {
            Check.positive(factor, "ClipRule.ByUnitRatio", "factor");
            Check.positive(epsilon, "ClipRule.ByUnitRatio", "epsilon");
        }

        @Override
        public ByUnitRatio scaledBy(double k) {
            return new ByUnitRatio(factor * k, epsilon);
        }
    }
}
