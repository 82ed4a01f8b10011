package org.steadygrad.exchange.graph;

import java.util.Arrays;
import org.steadygrad.check.Check;

/**
 * Numbers of a batch as {@link Operation} lays them out.
 *
 * @param shape sizes, the batch first
 * @param values in row-major order; neither copied nor to be changed
 */
public record Tensor(int[] shape, double[] values) {
    public Tensor {
        shape = shape.clone();
        long elements = 1;
        for (int size : shape) {
            elements *= size;
        }
        Check.that(
                elements == values.length,
                "tensor",
                elements + " numbers for shape " + Arrays.toString(shape),
                values.length);
    }

    /** Size along an axis. */
    public int size(int axis) {
        return shape[axis];
    }

    /** Number of axes. */
    public int rank() {
        return shape.length;
    }

    int last() {
        return shape[shape.length - 1];
    }

    Tensor withLast(int size, double[] other) {
        int[] sizes = shape.clone();
        sizes[sizes.length - 1] = size;
        return new Tensor(sizes, other);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Tensor tensor
                && Arrays.equals(shape, tensor.shape)
                && Arrays.equals(values, tensor.values);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(shape) + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return "Tensor" + Arrays.toString(shape);
    }
}
