package org.steadygrad.exchange.graph;

import java.util.List;
import org.steadygrad.check.Check;

/**
 * An array that a network has learned, or been given.
 *
 * @param name unique in a graph among arrays that differ, as the file has it where that is possible: {@code gru/gru_cell/kernel}
 * @param shape sizes
 * @param values in row-major order; neither copied nor to be changed
 */
public record Weight(String name, List<Integer> shape, float[] values) {
    public Weight {
        Check.notNull(name, "weight", "name");
        shape = List.copyOf(shape);
        long elements = 1;
        for (int size : shape) {
            elements *= Check.nonNegative(size, "weight " + name, "sizes");
        }
        Check.that(
                elements == values.length,
                "weight " + name,
                elements + " numbers for shape " + shape,
                values.length + " numbers");
    }

    /** A vector. */
    public static Weight of(String name, float... values) {
        return new Weight(name, List.of(values.length), values);
    }

    /** A matrix, row by row. */
    public static Weight of(String name, int rows, int columns, float... values) {
        return new Weight(name, List.of(rows, columns), values);
    }

    /** Size along an axis. */
    public int size(int axis) {
        return shape.get(axis);
    }

    /** @throws org.steadygrad.check.InvalidInputException if the shape is another one */
    Weight requireShape(String who, Integer... sizes) {
        Check.that(
                shape.equals(List.of(sizes)), who, "weight " + name + " of shape " + List.of(sizes), "shape " + shape);
        return this;
    }
}
