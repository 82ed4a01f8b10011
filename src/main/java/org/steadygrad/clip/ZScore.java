package org.steadygrad.clip;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.steadygrad.check.Check;
import org.steadygrad.ops.ClipPolicy;
import org.steadygrad.ops.ClipRule;
import org.steadygrad.spec.ClipSpec;

/**
 * ZClip: a norm g that stands out from the running mean m and deviation s by {@code z = (g - m) / s > threshold} is
 * pulled back to {@code m + s * threshold^2 / z}: the further it stands out, the closer to the mean (Kumar, Owen,
 * Chowdhury, Gura 2025, arXiv 2504.02507, version 1, "adaptive scaling").
 *
 * <p>The first {@code warmup} norms pass and give m and s^2 (divided by their number). From then on each step, with g
 * the norm after clipping, sets {@code m = decay * m + (1 - decay) * g}, then, with this new m,
 * {@code s^2 = decay * s^2 + (1 - decay) * (g - m)^2}, the order of the authors' code. Unlike theirs, z has no constant
 * 1e-6 added to s, so that the scale of the loss doesn't matter; with s = 0 every norm above m is pulled back to it.
 */
final class ZScore implements ClipPolicy {
    private static final String WHO = "clip.zScore";
    private static final String WARM_UP = "warmUpNorms";
    private static final String MEAN = "mean";
    private static final String VARIANCE = "variance";

    private final ClipSpec.ZScore spec;

    /** The norms of the warm-up; stays full afterwards. */
    private final double[] first;

    private int seen;
    private double mean;
    private double variance;

    ZScore(ClipSpec.ZScore spec) {
        this.spec = spec;
        this.first = new double[spec.warmup()];
    }

    @Override
    public ClipRule decide(double globalNorm) {
        Check.nonNegative(globalNorm, WHO, "the gradient norm");
        if (seen < first.length) {
            warmUp(globalNorm);
            return new ClipRule.None();
        }
        double limit = limit(globalNorm);
        update(Math.min(globalNorm, limit));
        return globalNorm > limit ? new ClipRule.ByGlobalNorm(limit) : new ClipRule.None();
    }

    private void warmUp(double norm) {
        first[seen++] = norm;
        if (seen == first.length) {
            mean = Arrays.stream(first).average().orElseThrow();
            variance = Arrays.stream(first)
                    .map(n -> (n - mean) * (n - mean))
                    .average()
                    .orElseThrow();
        }
    }

    /** The largest norm that this step may have; infinite if its norm doesn't stand out. */
    private double limit(double norm) {
        double z = (norm - mean) / Math.sqrt(variance);
        return z > spec.threshold()
                ? mean + Math.sqrt(variance) * spec.threshold() * spec.threshold() / z
                : Double.POSITIVE_INFINITY;
    }

    private void update(double norm) {
        mean = spec.decay() * mean + (1 - spec.decay()) * norm;
        variance = spec.decay() * variance + (1 - spec.decay()) * (norm - mean) * (norm - mean);
    }

    @Override
    public Map<String, double[]> state() {
        return Map.of(
                WARM_UP, Arrays.copyOf(first, seen), MEAN, new double[] {mean}, VARIANCE, new double[] {variance});
    }

    @Override
    public void restore(Map<String, double[]> state) {
        SavedState saved = SavedState.of(WHO, state, Set.of(WARM_UP, MEAN, VARIANCE));
        double[] norms = saved.array(WARM_UP, first.length);
        mean = Arrays.stream(saved.array(MEAN, 1)).sum();
        variance = Arrays.stream(saved.array(VARIANCE, 1)).sum();
        System.arraycopy(norms, 0, first, 0, norms.length);
        seen = norms.length;
    }
}
