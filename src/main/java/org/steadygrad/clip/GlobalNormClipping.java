package org.steadygrad.clip;

import org.steadygrad.ops.ClipRule;

/**
 * {@link GradientClipping} by the norm of the whole gradient: a gradient g averaged over the minibatch whose Euclidean
 * norm exceeds {@code maxNorm} becomes {@code g * maxNorm / norm} (Pascanu, Mikolov, Bengio 2013, arXiv 1211.5063,
 * version 2, algorithm 1). Its direction is kept.
 */
public class GlobalNormClipping extends GradientClipping {

    /** @param maxNorm largest norm of the averaged gradient */
    public GlobalNormClipping(double maxNorm) {
        this(maxNorm, defaultMaxSkips());
    }

    /**
     * @param maxNorm largest norm of the averaged gradient
     * @param maxSkips number of steps in a row that may be skipped for a non-finite gradient; one more throws
     */
    public GlobalNormClipping(double maxNorm, int maxSkips) {
        super(ClipPolicies.of(new ClipRule.ByGlobalNorm(maxNorm)), maxSkips);
    }
}
