package org.steadygrad.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.Histogram;
import org.steadygrad.ops.ParameterBlock;

/**
 * How the values of parameters and of their gradient are distributed.
 *
 * @param blocks of the parameters that are trained, in the layout's order
 */
public record ParameterDistributions(List<Block> blocks) {

    public ParameterDistributions {
        blocks = List.copyOf(blocks);
    }

    /**
     * @param weights of the parameter's elements
     * @param gradient of the averaged gradient's, before clipping
     * @param gateNorms norm of the same gradient by gate, in the order of {@link ParameterBlock#gates}; NaN or infinite when
     *     an element is
     */
    public record Block(ParameterBlock parameter, Histogram weights, Histogram gradient, List<Double> gateNorms) {
        public Block {
            gateNorms = List.copyOf(gateNorms);
        }
    }

    /** Norm of a stretch of the gradient. */
    @FunctionalInterface
    public interface StretchNorm {
        /**
         * @param offset of the first element
         * @param length number of elements
         */
        double of(long offset, long length);
    }

    /** By gate of a parameter, whose gates lie one after the other. */
    public static List<Double> gateNorms(ParameterBlock block, StretchNorm gradient) {
        List<Double> norms = new ArrayList<>();
        int count = block.gates().size();
        for (int gate = 0; gate < count; gate++) {
            long length = block.length() / count;
            norms.add(gradient.of(block.offset() + gate * length, length));
        }
        return norms;
    }

    /**
     * @param parameters copies the parameters as they are before the update, in the layout's order
     * @param gradient copies the averaged gradient before clipping, in the same order
     */
    public static ParameterDistributions of(
            FlatLayout layout, Consumer<float[]> parameters, Consumer<float[]> gradient) {
        float[] values = new float[Math.toIntExact(layout.length())];
        List<ParameterBlock> trained =
                layout.blocks().stream().filter(ParameterBlock::trained).toList();
        parameters.accept(values);
        List<Histogram> weights =
                trained.stream().map(block -> histogram(block, values)).toList();
        gradient.accept(values);
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < trained.size(); i++) {
            ParameterBlock block = trained.get(i);
            List<Double> gates = gateNorms(block, (offset, length) -> norm(values, (int) offset, (int) length));
            blocks.add(new Block(block, weights.get(i), histogram(block, values), gates));
        }
        return new ParameterDistributions(blocks);
    }

    private static Histogram histogram(ParameterBlock block, float[] values) {
        return Histogram.of(values, Math.toIntExact(block.offset()), Math.toIntExact(block.length()));
    }

    private static double norm(float[] values, int offset, int length) {
        double squares = 0;
        for (int i = offset; i < offset + length; i++) {
            squares += (double) values[i] * values[i];
        }
        return Math.sqrt(squares);
    }
}
