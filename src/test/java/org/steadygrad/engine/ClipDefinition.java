package org.steadygrad.engine;

import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import org.steadygrad.ops.ClipRule;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.ParameterBlock;

/** A gradient and what its clips are, by their definitions in double, element by element. */
final class ClipDefinition {
    private final FlatLayout layout;
    private final int examples;
    private final float[] gradient;
    private final float[] parameters;

    /** Factors of the rule at hand, by what they are the factors of. */
    private final Map<Object, Double> known = new HashMap<>();

    /** @param magnitude of the largest element of the flat gradient, at most that of the largest float */
    ClipDefinition(FlatLayout layout, double magnitude, int examples) {
        this(layout, element -> (float) (magnitude * ((5 * element) % 17 - 8) / 8), examples);
    }

    /** @param element of the flat gradient, by its number */
    ClipDefinition(FlatLayout layout, IntFunction<Float> element, int examples) {
        this.layout = layout;
        this.examples = examples;
        gradient = new float[Math.toIntExact(layout.length())];
        parameters = new float[gradient.length];
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] = element.apply(i);
            // among the units are some whose weights are all 0
            parameters[i] = i < 6 ? 0 : ((3 * i) % 13 - 6) / 8f;
        }
    }

    /** Of the batch: the sum over its examples. */
    float[] gradient() {
        return gradient;
    }

    float[] parameters() {
        return parameters;
    }

    private double average(int element) {
        return (double) gradient[element] / examples;
    }

    private double norm(int from, int to, ToDoubleFunction<Integer> of) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += of.applyAsDouble(i) * of.applyAsDouble(i);
        }
        return Math.sqrt(sum);
    }

    /** Of the averaged gradient. */
    double norm() {
        return norm(0, gradient.length, this::average);
    }

    /** The averaged gradient after clipping. */
    double[] by(ClipRule rule) {
        double[] clipped = new double[gradient.length];
        known.clear();
        for (ParameterBlock block : layout.blocks()) {
            for (int i = (int) block.offset(); i < block.offset() + block.length(); i++) {
                clipped[i] = rule instanceof ClipRule.ByValue value
                        ? Math.max(-value.limit(), Math.min(value.limit(), average(i)))
                        : average(i) * factor(rule, block, i);
            }
        }
        return clipped;
    }

    private double factor(ClipRule rule, ParameterBlock block, int element) {
        int from = (int) block.offset();
        int to = (int) (block.offset() + block.length());
        if (rule instanceof ClipRule.ByTensorNorm tensor) {
            return known.computeIfAbsent(from, first -> limited(tensor.maxNorm(), norm(from, to, this::average)));
        } else if (rule instanceof ClipRule.ByLayerNorm layer) {
            return known.computeIfAbsent(block.layer(), name -> limited(layer.maxNorm(), layerNorm(block.layer())));
        } else if (rule instanceof ClipRule.ByGlobalNorm global) {
            return known.computeIfAbsent(rule, all -> limited(global.maxNorm(), norm()));
        } else if (rule instanceof ClipRule.ByUnitRatio ratio) {
            boolean matrix = block.parameter().equals("W");
            int size = matrix ? Math.toIntExact(block.shape().get(0)) : to - from;
            int first = from + (element - from) / size * size;
            return known.computeIfAbsent(first, unit -> {
                double weights = norm(first, first + size, i -> parameters[i]);
                double limit = ratio.factor() * Math.max(weights, ratio.epsilon());
                return limited(limit, norm(first, first + size, this::average));
            });
        }
        return 1;
    }

    private double layerNorm(String name) {
        double sum = 0;
        for (ParameterBlock block : layout.blocks()) {
            int first = (int) block.offset();
            double norm = norm(first, first + (int) block.length(), this::average);
            sum += block.layer().equals(name) ? norm * norm : 0;
        }
        return Math.sqrt(sum);
    }

    private static double limited(double limit, double norm) {
        return norm > limit ? limit / norm : 1;
    }
}
