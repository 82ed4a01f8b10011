package org.steadygrad.engine;

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

    /** @param magnitude of the largest element of the flat gradient, at most that of the largest float */
    ClipDefinition(FlatLayout layout, double magnitude, int examples) {
        this.layout = layout;
        this.examples = examples;
        gradient = new float[Math.toIntExact(layout.length())];
        parameters = new float[gradient.length];
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] = (float) (magnitude * ((5 * i) % 17 - 8) / 8);
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
            return limited(tensor.maxNorm(), norm(from, to, this::average));
        } else if (rule instanceof ClipRule.ByLayerNorm layer) {
            double sum = 0;
            for (ParameterBlock other : layout.blocks()) {
                int first = (int) other.offset();
                double norm = norm(first, first + (int) other.length(), this::average);
                sum += other.layer().equals(block.layer()) ? norm * norm : 0;
            }
            return limited(layer.maxNorm(), Math.sqrt(sum));
        } else if (rule instanceof ClipRule.ByGlobalNorm global) {
            return limited(global.maxNorm(), norm());
        } else if (rule instanceof ClipRule.ByUnitRatio ratio) {
            boolean matrix = block.parameter().equals("W");
            int size = matrix ? Math.toIntExact(block.shape().get(0)) : to - from;
            int first = from + (element - from) / size * size;
            double weights = norm(first, first + size, i -> parameters[i]);
            return limited(
                    ratio.factor() * Math.max(weights, ratio.epsilon()), norm(first, first + size, this::average));
        }
        return 1;
    }

    private static double limited(double limit, double norm) {
        return norm > limit ? limit / norm : 1;
    }
}
