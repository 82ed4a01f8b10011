package org.steadygrad.exchange.graph;

import java.util.List;
import org.steadygrad.check.Check;

/**
 * What a value in a graph is.
 *
 * @param kind see {@link Operation}
 * @param sizes without the batch: [features], [time, features], [] or [time] for symbols, [time] for masks; -1 for a number of steps that isn't known
 */
public record Shape(Kind kind, List<Integer> sizes) {
    /** Stands for a number of steps that isn't known. */
    public static final int ANY = -1;

    /** See {@link Operation}. */
    public enum Kind {
        VECTOR,
        SEQUENCE,
        SYMBOLS,
        MASK
    }

    public Shape {
        sizes = List.copyOf(sizes);
        int rank =
                switch (kind) {
                    case VECTOR, MASK -> 1;
                    case SEQUENCE -> 2;
                    case SYMBOLS -> Math.min(1, sizes.size());
                };
        Check.that(sizes.size() == rank, "shape of a " + kind, rank + " sizes besides the batch", sizes);
        for (int size : sizes) {
            Check.that(size > 0 || size == ANY, "shape of a " + kind, "sizes of at least 1, or -1", sizes);
        }
        if (kind == Kind.VECTOR || kind == Kind.SEQUENCE) {
            Check.that(sizes.get(rank - 1) != ANY, "shape of a " + kind, "a known number of features", sizes);
        }
    }

    /** [batch, features]. */
    public static Shape vector(int features) {
        return new Shape(Kind.VECTOR, List.of(features));
    }

    /** [batch, time, features], of as many time steps as {@code steps} says. */
    public static Shape sequence(int steps, int features) {
        return new Shape(Kind.SEQUENCE, List.of(steps, features));
    }

    /** [batch, time]. */
    public static Shape mask(int steps) {
        return new Shape(Kind.MASK, List.of(steps));
    }

    /** Number of features of a vector or of each step. */
    public int features() {
        Check.that(kind == Kind.VECTOR || kind == Kind.SEQUENCE, "shape", "a vector or a sequence", kind.name());
        return sizes.get(sizes.size() - 1);
    }

    /** Number of steps, perhaps {@link #ANY}; of a vector 0. */
    public int steps() {
        return kind == Kind.VECTOR || sizes.isEmpty() ? 0 : sizes.get(0);
    }

    /** The same but for the number of features. */
    Shape withFeatures(int features) {
        return kind == Kind.VECTOR ? vector(features) : sequence(steps(), features);
    }

    /** In words, for messages. */
    @Override
    public String toString() {
        String dims = sizes.toString().replace("-1", "any");
        return kind.name().toLowerCase(java.util.Locale.ROOT) + " " + dims;
    }
}
