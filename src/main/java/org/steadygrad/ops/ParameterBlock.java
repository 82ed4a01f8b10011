package org.steadygrad.ops;

import java.util.List;
import org.steadygrad.check.Check;

/**
 * One parameter's place in the flat parameter and gradient vectors.
 *
 * @param layer name of the layer (DL4J layer index or vertex name)
 * @param parameter name of the parameter within the layer, for example {@code "W"}, {@code "RW"}, {@code "b"}
 * @param offset first element in the flat vector
 * @param shape the parameter's shape; its elements lie in 'f' order, so that the last axis indexes units
 * @param kind whether the flat gradient holds a derivative here
 * @param gates of a recurrent cell, whose parts of equal length follow one another here; empty when there are none
 */
public record ParameterBlock(
        String layer, String parameter, long offset, List<Long> shape, Kind kind, List<String> gates) {

    /** What the flat gradient holds at a block. */
    public enum Kind {
        /** A derivative of the loss. It counts for norms and is clipped. */
        TRAINED,
        /**
         * The change of a running statistic, which DL4J passes off as a gradient (batch norm's mean and variance). It
         * has no place in a gradient norm and must never be scaled.
         */
        STATISTIC,
        /** A frozen parameter. Its gradient is zero or stale, and it isn't changed. */
        FROZEN
    }

    public ParameterBlock {
        Check.notNull(layer, "ParameterBlock", "layer");
        Check.notNull(parameter, "ParameterBlock", "parameter");
        Check.nonNegative(offset, "ParameterBlock", "offset");
        shape = List.copyOf(shape);
        Check.notNull(kind, "ParameterBlock", "kind");
        gates = List.copyOf(gates);
        long length = length(shape);
        Check.that(
                gates.isEmpty() || length % gates.size() == 0,
                "ParameterBlock",
                "a multiple of " + gates.size() + " elements",
                length);
    }

    /** A block without gates. */
    public ParameterBlock(String layer, String parameter, long offset, List<Long> shape, Kind kind) {
        this(layer, parameter, offset, shape, kind, List.of());
    }

    /** Layer and parameter as DL4J writes them, {@code layer_parameter}. */
    public String name() {
        return layer + "_" + parameter;
    }

    /** Number of elements. */
    public long length() {
        return length(shape);
    }

    private static long length(List<Long> shape) {
        return shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
    }

    /** Whether an updater changes it; running statistics it doesn't. */
    public boolean trained() {
        return kind == Kind.TRAINED;
    }
}
