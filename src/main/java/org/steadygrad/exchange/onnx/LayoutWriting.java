package org.steadygrad.exchange.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.steadygrad.exchange.graph.Layout;
import org.steadygrad.exchange.graph.Layout.Axis;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Shape;

/** What turns arrays as users have them to values as the network has them, and back. */
final class LayoutWriting {
    private static final Map<String, Object> NONE = Map.of();

    private final OnnxBuilder builder;

    LayoutWriting(OnnxBuilder builder) {
        this.builder = builder;
    }

    /** Axes of a value in the network, with parts apart from features. */
    private static List<Axis> axes(Shape shape, int parts) {
        List<Axis> axes = new ArrayList<>(List.of(Axis.BATCH));
        if (shape.kind() != Shape.Kind.VECTOR && !shape.sizes().isEmpty()) {
            axes.add(Axis.TIME);
        }
        if (shape.kind() == Shape.Kind.VECTOR || shape.kind() == Shape.Kind.SEQUENCE) {
            if (parts > 1) {
                axes.add(Axis.PART);
            }
            axes.add(Axis.FEATURES);
        }
        return axes;
    }

    private static String size(Axis axis, Shape shape, int parts) {
        return switch (axis) {
            case BATCH -> "batch";
            case TIME -> "time";
            case PART -> Integer.toString(parts);
            case FEATURES -> Integer.toString(shape.features() / parts);
        };
    }

    private static List<List<Axis>> groups(Layout layout, Shape shape) {
        return layout.equals(Layout.PLAIN)
                ? axes(shape, 1).stream().map(List::of).toList()
                : layout.axes();
    }

    private static List<String> sizes(Layout layout, Shape shape) {
        return groups(layout, shape).stream()
                .map(group -> group.isEmpty()
                        ? "1"
                        : String.join(
                                "*",
                                group.stream()
                                        .map(axis -> size(axis, shape, layout.parts()))
                                        .toList()))
                .toList();
    }

    /** Declares an input. @return the value as the network has it */
    String read(NeutralGraph.Input input) {
        Shape shape = input.shape();
        Layout layout = input.layout();
        builder.input(input.name(), shape.kind() == Shape.Kind.SYMBOLS, sizes(layout, shape));
        if (layout.equals(Layout.PLAIN)) {
            return input.name();
        }
        String value = input.name();
        List<List<Axis>> groups = layout.axes();
        long[] ones = places(groups, List.of());
        if (ones.length > 0) {
            value = builder.add("Squeeze", input.name() + "/squeezed", NONE, value, builder.numbers(ones));
        }
        List<Axis> given = groups.stream().flatMap(List::stream).toList();
        List<Axis> wanted = axes(shape, layout.parts());
        value = transposed(
                value,
                input.name(),
                given,
                wanted.stream().filter(given::contains).toList());
        long[] missing = missing(wanted, given);
        if (missing.length > 0) {
            value = builder.add("Unsqueeze", input.name() + "/whole", NONE, value, builder.numbers(missing));
        }
        if (layout.parts() > 1) {
            long[] target = new long[wanted.size() - 1];
            target[target.length - 1] = shape.features();
            value = builder.add("Reshape", input.name() + "/joined", NONE, value, builder.numbers(target));
        }
        return value;
    }

    private String transposed(String value, String name, List<Axis> from, List<Axis> to) {
        if (from.equals(to)) {
            return value;
        }
        long[] order = to.stream().mapToLong(from::indexOf).toArray();
        return builder.add("Transpose", name + "/ordered", Map.of("perm", order), value);
    }

    private static long[] places(List<List<Axis>> groups, List<Axis> group) {
        return java.util.stream.IntStream.range(0, groups.size())
                .filter(i -> groups.get(i).equals(group))
                .mapToLong(i -> i)
                .toArray();
    }

    private static long[] missing(List<Axis> wanted, List<Axis> given) {
        return java.util.stream.IntStream.range(0, wanted.size())
                .filter(i -> !given.contains(wanted.get(i)))
                .mapToLong(i -> i)
                .toArray();
    }

    /** Declares an output that is this value. */
    void give(NeutralGraph.Output output, String given, Shape shape) {
        Layout layout = output.layout();
        String value = given;
        if (!layout.equals(Layout.PLAIN)) {
            List<Axis> axes = axes(shape, layout.parts());
            if (layout.parts() > 1) {
                long[] target = new long[axes.size()];
                target[axes.size() - 2] = layout.parts();
                target[axes.size() - 1] = shape.features() / layout.parts();
                value = builder.add("Reshape", output.name() + "/parts", NONE, value, builder.numbers(target));
            }
            List<Axis> kept = layout.axes().stream().flatMap(List::stream).toList();
            long[] dropped = missing(axes, kept);
            if (dropped.length > 0) {
                value = builder.add("Squeeze", output.name() + "/squeezed", NONE, value, builder.numbers(dropped));
                axes.removeIf(axis -> !kept.contains(axis));
            }
            value = transposed(value, output.name(), axes, kept);
            value = grouped(output.name(), value, layout, shape);
        }
        builder.name(value, output.name());
        builder.output(output.name(), sizes(layout, shape));
    }

    private String grouped(String name, String value, Layout layout, Shape shape) {
        List<List<Axis>> groups = layout.axes();
        String out = value;
        if (groups.stream().anyMatch(group -> group.size() > 1)) {
            long[] target = groups.stream()
                    .filter(group -> !group.isEmpty())
                    .mapToLong(group -> group.size() > 1
                            ? -1
                            : group.get(0) == Axis.FEATURES ? shape.features() / layout.parts() : 0)
                    .toArray();
            out = builder.add("Reshape", name + "/rows", NONE, out, builder.numbers(target));
        }
        long[] ones = places(groups, List.of());
        return ones.length == 0 ? out : builder.add("Unsqueeze", name + "/axes", NONE, out, builder.numbers(ones));
    }

    /** Whether arrays of this layout can be turned. */
    static boolean canRead(Layout layout) {
        return layout.axes().stream().allMatch(group -> group.size() <= 1);
    }

    static boolean canGive(Layout layout) {
        return layout.axes().stream().filter(group -> group.size() > 1).count() <= 1
                && layout.axes().stream().noneMatch(group -> group.size() > 1 && group.contains(Axis.FEATURES))
                && Arrays.asList(Axis.values())
                        .containsAll(
                                layout.axes().stream().flatMap(List::stream).toList());
    }
}
