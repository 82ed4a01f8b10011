package org.steadygrad.exchange.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;

/**
 * How an array that users of a file give or get lies in memory, where that isn't as {@link Operation} lays values out: PyTorch's [time, batch, features],
 * ONNX's [time, directions, batch, units].
 *
 * @param axes for each axis of the array, of which axes of the value it consists, the slowest first; an empty list is an axis of size 1. Axes of the
 *     value that are nowhere among them are of size 1. No axes at all: the array lies as the value does
 * @param parts into how many parts of equal size the value's features are divided for {@link Axis#PART}, the first part first; 1 for none
 */
public record Layout(List<List<Axis>> axes, int parts) {
    /** As {@link Operation} lays values out. */
    public static final Layout PLAIN = new Layout(List.of(), 1);

    /** Axes of a value. */
    public enum Axis {
        BATCH,
        TIME,
        /** Part of the features, such as a direction. */
        PART,
        /** Features of a part. */
        FEATURES
    }

    public Layout {
        axes = axes.stream().map(List::copyOf).toList();
        Check.positive(parts, "layout", "parts");
        List<Axis> all = axes.stream().flatMap(List::stream).toList();
        Check.that(all.stream().distinct().count() == all.size(), "layout", "each axis once", axes);
    }

    /** An array whose axes are single axes of the value. */
    public static Layout of(Axis... axes) {
        return new Layout(Arrays.stream(axes).map(List::of).toList(), 1);
    }

    /**
     * An array that users give, as the graph takes it.
     *
     * @param shape of the value
     * @throws InvalidInputException when the array has other axes
     */
    public Tensor toGraph(Tensor array, Shape shape, String who) {
        if (axes.isEmpty()) {
            return array;
        }
        if (array.rank() != axes.size()) {
            throw wrong(array, who);
        }
        Map<Axis, Integer> sizes = new EnumMap<>(Axis.class);
        for (int i = 0; i < axes.size(); i++) {
            List<Axis> group = axes.get(i);
            Check.that(group.size() <= 1, who, "an array whose axes aren't joined", axes);
            if (group.isEmpty() ? array.size(i) != 1 : sizes.put(group.get(0), array.size(i)) != null) {
                throw wrong(array, who);
            }
        }
        if (sizes.getOrDefault(Axis.PART, 1) != parts) {
            throw wrong(array, who);
        }
        List<Axis> order = axes.stream().flatMap(List::stream).toList();
        return new Tensor(valueSizes(sizes, shape), permuted(array.values(), order, List.of(Axis.values()), sizes));
    }

    private int[] valueSizes(Map<Axis, Integer> sizes, Shape shape) {
        List<Integer> value = new ArrayList<>(List.of(sizes.getOrDefault(Axis.BATCH, 1)));
        if (shape.kind() != Shape.Kind.VECTOR && !shape.sizes().isEmpty()) {
            value.add(sizes.getOrDefault(Axis.TIME, 1));
        }
        if (shape.kind() == Shape.Kind.VECTOR || shape.kind() == Shape.Kind.SEQUENCE) {
            value.add(parts * sizes.getOrDefault(Axis.FEATURES, 1));
        }
        return value.stream().mapToInt(Integer::intValue).toArray();
    }

    /**
     * A value of the graph, as users get it.
     *
     * @param shape of the value
     */
    public Tensor toArray(Tensor value, Shape shape) {
        if (axes.isEmpty()) {
            return value;
        }
        Map<Axis, Integer> sizes = new EnumMap<>(Axis.class);
        sizes.put(Axis.BATCH, value.size(0));
        if (shape.kind() != Shape.Kind.VECTOR && !shape.sizes().isEmpty()) {
            sizes.put(Axis.TIME, value.size(1));
        }
        if (shape.kind() == Shape.Kind.VECTOR || shape.kind() == Shape.Kind.SEQUENCE) {
            sizes.put(Axis.PART, parts);
            sizes.put(Axis.FEATURES, value.last() / parts);
        }
        List<Axis> order = axes.stream().flatMap(List::stream).toList();
        int[] array = axes.stream()
                .mapToInt(group -> group.stream()
                        .mapToInt(axis -> sizes.getOrDefault(axis, 1))
                        .reduce(1, (a, b) -> a * b))
                .toArray();
        return new Tensor(array, permuted(value.values(), List.of(Axis.values()), order, sizes));
    }

    /** From one order of axes to another; axes that aren't there have size 1. */
    private static double[] permuted(double[] values, List<Axis> from, List<Axis> to, Map<Axis, Integer> sizes) {
        Map<Axis, Integer> strides = new EnumMap<>(Axis.class);
        int step = 1;
        for (int i = from.size() - 1; i >= 0; i--) {
            strides.put(from.get(i), step);
            step *= sizes.getOrDefault(from.get(i), 1);
        }
        double[] out = new double[values.length];
        int[] index = new int[to.size()];
        int at = 0;
        for (int i = 0; i < out.length; i++) {
            out[i] = values[at];
            for (int axis = to.size() - 1; axis >= 0; axis--) {
                int stride = strides.getOrDefault(to.get(axis), 0);
                at += stride;
                if (++index[axis] < sizes.getOrDefault(to.get(axis), 1)) {
                    break;
                }
                at -= stride * index[axis];
                index[axis] = 0;
            }
        }
        return out;
    }

    private InvalidInputException wrong(Tensor array, String who) {
        return InvalidInputException.of(
                who, "an array of axes " + this, "one of shape " + Arrays.toString(array.shape()), "");
    }

    /** In words, for messages: {@code [time, batch, features]}. */
    @Override
    public String toString() {
        return axes.stream()
                .map(group -> group.isEmpty()
                        ? "1"
                        : String.join(
                                " x ",
                                group.stream()
                                        .map(axis -> axis == Axis.PART
                                                ? "" + parts
                                                : axis.name().toLowerCase(java.util.Locale.ROOT))
                                        .toList()))
                .toList()
                .toString();
    }
}
