package org.steadygrad.engine.cpu.update;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.steadygrad.check.Cases;
import org.steadygrad.ops.ClipRule;
import org.steadygrad.ops.GradientStatistics;
import org.steadygrad.ops.ParameterBlock;

/** Turns a {@link ClipRule} into the factors that one step's gradient is multiplied by, and applies them to a piece. */
final class UpdateClip {
    /** Decides by a rule of one kind. */
    private interface Decision {
        void decide(UpdateClip clip, GradientStatistics statistics, double[] averaging);
    }

    private static final Cases<ClipRule, Decision> DECISIONS = Cases.<ClipRule, Decision>of(ClipRule.class)
            .on(ClipRule.None.class, rule -> (clip, statistics, averaging) -> {})
            .on(ClipRule.ByValue.class, rule -> (clip, statistics, averaging) -> clip.byValue(rule.limit(), statistics))
            .on(
                    ClipRule.ByTensorNorm.class,
                    rule -> (clip, statistics, averaging) -> clip.byTensorNorm(rule.maxNorm(), statistics))
            .on(
                    ClipRule.ByLayerNorm.class,
                    rule -> (clip, statistics, averaging) -> clip.byLayerNorm(rule.maxNorm(), statistics))
            .on(
                    ClipRule.ByGlobalNorm.class,
                    rule -> (clip, statistics, averaging) -> clip.byGlobalNorm(rule.maxNorm(), statistics))
            .on(ClipRule.ByUnitRatio.class, rule -> (clip, statistics, averaging) -> clip.byUnitRatio(rule, averaging))
            .complete();

    private final boolean[] trained;

    /** Number of each block's layer. */
    private final int[] layers;

    private final UnitRatios units;
    private final double[] scales;
    private final double[] layerSums;
    private double limit;
    private boolean byUnit;
    private double smallest;

    UpdateClip(List<ParameterBlock> blocks, UnitRatios units) {
        this.units = units;
        trained = new boolean[blocks.size()];
        scales = new double[blocks.size()];
        layers = new int[blocks.size()];
        Map<String, Integer> numbers = new HashMap<>();
        for (int i = 0; i < layers.length; i++) {
            trained[i] = blocks.get(i).trained();
            layers[i] = numbers.computeIfAbsent(blocks.get(i).layer(), name -> numbers.size());
        }
        layerSums = new double[numbers.size()];
    }

    /**
     * @param statistics of the averaged gradient, finite
     * @param averaging per block, what makes the average of the flat gradient
     */
    void decide(ClipRule rule, GradientStatistics statistics, double[] averaging) {
        System.arraycopy(averaging, 0, scales, 0, scales.length);
        limit = Double.POSITIVE_INFINITY;
        byUnit = false;
        smallest = 1;
        DECISIONS.of(rule).decide(this, statistics, averaging);
    }

    private void byTensorNorm(double maxNorm, GradientStatistics statistics) {
        for (int i = 0; i < scales.length; i++) {
            limitNorm(i, statistics.rows().get(i).norm(), maxNorm);
        }
    }

    private void byGlobalNorm(double maxNorm, GradientStatistics statistics) {
        for (int i = 0; i < scales.length; i++) {
            limitNorm(i, statistics.globalNorm(), maxNorm);
        }
    }

    private void byUnitRatio(ClipRule.ByUnitRatio ratio, double[] averaging) {
        smallest = units.decide(ratio, averaging);
        byUnit = smallest < 1;
    }

    private void limitNorm(int block, double norm, double maxNorm) {
        if (trained[block] && norm > maxNorm) {
            double factor = maxNorm / norm;
            scales[block] *= factor;
            smallest = Math.min(smallest, factor);
        }
    }

    private void byLayerNorm(double maxNorm, GradientStatistics statistics) {
        Arrays.fill(layerSums, 0);
        for (int i = 0; i < scales.length; i++) {
            if (trained[i]) {
                layerSums[layers[i]] += statistics.rows().get(i).sumOfSquares();
            }
        }
        for (int i = 0; i < scales.length; i++) {
            limitNorm(i, Math.sqrt(layerSums[layers[i]]), maxNorm);
        }
    }

    private void byValue(double bound, GradientStatistics statistics) {
        double largest = 0;
        for (int i = 0; i < scales.length; i++) {
            if (trained[i]) {
                largest = Math.max(largest, statistics.rows().get(i).maxAbs());
            }
        }
        if (largest > bound) {
            limit = bound;
            smallest = bound / largest;
        }
    }

    /** Smallest factor that clipping multiplies an element by; 1 if it changes none. */
    double smallest() {
        return smallest;
    }

    /**
     * Averages and clips a piece.
     *
     * @param from first element in the flat vector
     */
    void apply(int block, int from, float[] gradient, int n) {
        if (scales[block] != 1) {
            UpdateLoops.scale(gradient, 0, n, scales[block]);
        }
        if (!trained[block]) {
            return;
        }
        if (limit < Float.MAX_VALUE) {
            UpdateLoops.limit(gradient, n, (float) limit);
        }
        if (byUnit) {
            units.apply(block, from, gradient, n);
        }
    }
}
