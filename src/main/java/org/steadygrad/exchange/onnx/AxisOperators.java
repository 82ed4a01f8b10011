package org.steadygrad.exchange.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.steadygrad.exchange.graph.Operation.Merge;
import org.steadygrad.exchange.graph.Operation.ReverseTime;
import org.steadygrad.exchange.graph.Operation.SelectFeatures;
import org.steadygrad.exchange.graph.Operation.TakeStep;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.onnx.ConstantFolding.Stretch;
import org.steadygrad.exchange.onnx.Known.Flow;
import org.steadygrad.exchange.onnx.OnnxModel.OnnxNode;

/** Operators that move axes about, and choose or join what lies along them. */
final class AxisOperators {
    static final Map<String, Operators.Reader> READERS = Map.ofEntries(
            Map.entry("Identity", (graph, node, in) -> List.of(Operators.flow(node, in, 0))),
            Map.entry("Shape", (graph, node, in) -> List.of(shape(node, in))),
            Map.entry("Cast", (graph, node, in) -> List.of(cast(node, in))),
            Map.entry("Transpose", (graph, node, in) -> List.of(transpose(node, in))),
            Map.entry("Reshape", (graph, node, in) -> List.of(reshape(graph, node, in))),
            Map.entry("Flatten", (graph, node, in) -> List.of(flatten(graph, node, in))),
            Map.entry("Squeeze", (graph, node, in) -> List.of(squeeze(node, in))),
            Map.entry("Unsqueeze", (graph, node, in) -> List.of(unsqueeze(node, in))),
            Map.entry("Slice", (graph, node, in) -> List.of(slice(graph, node, in))),
            Map.entry("Split", (graph, node, in) -> split(graph, node, in)),
            Map.entry("Concat", (graph, node, in) -> List.of(concat(graph, node, in))));

    private static final int MOST_PARTS = 64;

    private AxisOperators() {}

    private static Known shape(OnnxNode node, List<Known> in) {
        return ConstantFolding.shape(node, Operators.flow(node, in, 0).shape());
    }

    /** Between kinds of whole numbers, and from float to float. */
    private static Flow cast(OnnxNode node, List<Known> in) {
        Flow flow = Operators.flow(node, in, 0);
        long to = node.number("to", 0);
        if (flow.whole() ? to != 6 && to != 7 : to != 1) {
            throw node.refused(
                    flow.whole() ? "a cast to int32 or int64" : "a cast to float32",
                    "ONNX's data type " + to,
                    "Export the model in float32 throughout.");
        }
        return flow;
    }

    private static Flow transpose(OnnxNode node, List<Known> in) {
        Flow flow = Operators.flow(node, in, 0);
        int[] order = ConstantFolding.order(node, flow.axes().size());
        return flow.withAxes(Arrays.stream(order).mapToObj(flow.axes()::get).toList());
    }

    private static Flow reshape(GraphReading graph, OnnxNode node, List<Known> in) {
        Flow flow = Operators.flow(node, in, 0);
        List<Dim> from = flow.shape();
        List<Dim> target = ConstantFolding.requireSizes(node, in.size() > 1 ? in.get(1) : null, "shape");
        return new Reshaping(graph, node, flow).to(ConstantFolding.resolved(node, from, target));
    }

    private static Flow flatten(GraphReading graph, OnnxNode node, List<Known> in) {
        Flow flow = Operators.flow(node, in, 0);
        List<Dim> from = flow.shape();
        long asked = node.number("axis", 1);
        int axis = asked == from.size() ? from.size() : ConstantFolding.axis(node, asked, from.size());
        return new Reshaping(graph, node, flow)
                .to(List.of(Dim.product(from.subList(0, axis)), Dim.product(from.subList(axis, from.size()))));
    }

    private static Flow squeeze(OnnxNode node, List<Known> in) {
        Flow flow = Operators.flow(node, in, 0);
        List<Axis> axes = new ArrayList<>(flow.axes());
        long[] asked = ConstantFolding.axes(node, in, 1);
        if (asked.length == 0) {
            axes.removeIf(AxisOperators::droppable);
            return flow.withAxes(axes);
        }
        List<Axis> dropped = Arrays.stream(asked)
                .mapToObj(axis -> flow.axes()
                        .get(ConstantFolding.axis(node, axis, flow.axes().size())))
                .toList();
        for (Axis axis : dropped) {
            if (axis.is(Axis.Kind.UNKNOWN) && axis.size().is(1)) {
                axis.become(Axis.Kind.ONE, node.who());
            }
            boolean single = axis.size().is(1) && (axis.is(Axis.Kind.BATCH) || axis.is(Axis.Kind.FEATURES));
            if (!(droppable(axis) || single) || !axes.remove(axis)) {
                throw node.refused("an axis of size 1 that isn't time", axis.toString(), Axis.REMEDY);
            }
        }
        return flow.withAxes(axes);
    }

    /** Axes that say nothing. */
    static boolean droppable(Axis axis) {
        return axis.is(Axis.Kind.ONE) || (axis.is(Axis.Kind.PART) && axis.size().is(1));
    }

    private static Flow unsqueeze(OnnxNode node, List<Known> in) {
        Flow flow = Operators.flow(node, in, 0);
        long[] asked = ConstantFolding.axes(node, in, 1);
        int rank = flow.axes().size() + asked.length;
        Axis[] out = new Axis[rank];
        for (long axis : asked) {
            out[ConstantFolding.axis(node, axis, rank)] = Axis.one();
        }
        int from = 0;
        for (int i = 0; i < rank; i++) {
            if (out[i] == null) {
                if (from == flow.axes().size()) {
                    throw node.refused("axes that differ", Arrays.toString(asked));
                }
                out[i] = flow.axes().get(from++);
            }
        }
        return flow.withAxes(List.of(out));
    }

    private static Flow slice(GraphReading graph, OnnxNode node, List<Known> in) {
        Flow flow = Operators.flow(node, in, 0);
        if (in.size() > 4
                && in.get(4) instanceof Known.Constant steps
                && steps.array().length() == 1) {
            if (steps.array().integers(node.who())[0] == -1) {
                return reversed(graph, node, in, flow);
            }
        }
        List<Dim> dims = flow.shape();
        for (Stretch stretch : ConstantFolding.stretches(node, in, dims)) {
            flow = stretch(graph, node, flow, stretch);
        }
        return flow;
    }

    /** All time steps from the last to the first. */
    private static Flow reversed(GraphReading graph, OnnxNode node, List<Known> in, Flow flow) {
        long[] starts = ConstantFolding.requireNumbers(node, in.get(1), "starts");
        long[] ends = ConstantFolding.requireNumbers(node, in.get(2), "ends");
        long[] axes = ConstantFolding.axes(node, in, 3);
        if (axes.length != 1
                || starts.length != 1
                || ends.length != 1
                || starts[0] != -1
                || ends[0] > Integer.MIN_VALUE + 1L) {
            throw node.refused("a step of -1 over all of one axis", "starts " + Arrays.toString(starts), Axis.REMEDY);
        }
        Axis axis =
                flow.axes().get(ConstantFolding.axis(node, axes[0], flow.axes().size()));
        axis.become(Axis.Kind.TIME, node.who());
        Port port = graph.draft().add(node, new ReverseTime(), graph.single(node, flow));
        return new Flow(List.of(port), flow.axes(), flow.whole());
    }

    private static Flow stretch(GraphReading graph, OnnxNode node, Flow flow, Stretch stretch) {
        Axis axis = flow.axes().get(stretch.axis());
        Dim size = axis.size();
        boolean whole = stretch.start() == 0 && (stretch.end() == Stretch.END || size.is(stretch.end()));
        if (whole) {
            return flow;
        }
        boolean single =
                stretch.end() - stretch.start() == 1 || (stretch.start() == -1 && stretch.end() == Stretch.END);
        if (single && !axis.is(Axis.Kind.FEATURES)) {
            Flow chosen = select(graph, node, flow, stretch.axis(), stretch.start());
            List<Axis> axes = new ArrayList<>(chosen.axes());
            axes.add(stretch.axis(), Axis.one());
            return chosen.withAxes(axes);
        }
        if (!size.known() || stretch.end() <= stretch.start()) {
            throw node.refused("one element, or a stretch of features", stretch.toString(), Axis.REMEDY);
        }
        return between(graph, node, flow, stretch);
    }

    /** Several features, or directions. */
    private static Flow between(GraphReading graph, OnnxNode node, Flow flow, Stretch stretch) {
        Axis axis = flow.axes().get(stretch.axis());
        List<Axis> axes = new ArrayList<>(flow.axes());
        if (axis.is(Axis.Kind.UNKNOWN) && stretch.axis() == axes.size() - 1) {
            axis.become(Axis.Kind.FEATURES, node.who());
        }
        if (axis.is(Axis.Kind.UNKNOWN) && stretch.axis() == 0 && axes.size() == 3) {
            // initial states of several layers and directions, an input of the model
            axis.become(Axis.Kind.PART, node.who());
            axes.get(2).become(Axis.Kind.FEATURES, node.who());
        }
        int from = (int) stretch.start();
        int to = (int) stretch.end();
        switch (axis.kind()) {
            case FEATURES -> {
                axes.set(stretch.axis(), Axis.features(to - from));
                Port part = graph.draft().add(node, new SelectFeatures(from, to), graph.single(node, flow));
                return new Flow(List.of(part), axes, flow.whole());
            }
            case PART -> {
                axes.set(stretch.axis(), Axis.of(Axis.Kind.PART, Dim.of(to - from)));
                return new Flow(parts(graph, node, flow).subList(from, to), axes, flow.whole());
            }
            default -> throw node.refused("a stretch of features or directions", "one of " + axis, Axis.REMEDY);
        }
    }

    /** The values along the axis of parts; those of an input lie one after the other in its features. */
    static List<Port> parts(GraphReading graph, OnnxNode node, Flow flow) {
        int position = flow.find(Axis.Kind.PART);
        long count = position < 0 ? 1 : flow.axes().get(position).size().factor();
        if (flow.parts().size() == count) {
            return flow.parts();
        }
        Dim units = flow.axes().get(flow.axes().size() - 1).size();
        if (!units.known() || count > MOST_PARTS) {
            throw node.refused(
                    "at most " + MOST_PARTS + " states of known size",
                    flow.axes().toString());
        }
        List<Port> parts = new ArrayList<>();
        int size = (int) units.factor();
        for (int i = 0; i < count; i++) {
            parts.add(graph.draft()
                    .add(
                            node,
                            "/part" + i,
                            new SelectFeatures(i * size, (i + 1) * size),
                            flow.parts().get(0)));
        }
        return parts;
    }

    /** One element along an axis, which goes. @param index below 0 from the end */
    static Flow select(GraphReading graph, OnnxNode node, Flow flow, int position, long index) {
        Axis axis = flow.axes().get(position);
        List<Axis> axes = new ArrayList<>(flow.axes());
        axes.remove(position);
        if (axis.is(Axis.Kind.UNKNOWN)) {
            axis.become(position == axes.size() ? Axis.Kind.FEATURES : Axis.Kind.TIME, node.who());
        }
        long at = index < 0 && axis.size().known() ? index + axis.size().factor() : index;
        switch (axis.kind()) {
            case ONE -> {
                return flow.withAxes(axes);
            }
            case PART -> {
                List<Port> parts = parts(graph, node, flow);
                if (at < 0 || at >= parts.size()) {
                    throw node.refused("one of " + parts.size() + " directions", "number " + at);
                }
                return new Flow(List.of(parts.get((int) at)), axes, flow.whole());
            }
            case TIME -> {
                boolean last = at == -1 || axis.size().is(at + 1);
                if (!last && at != 0) {
                    throw node.refused(
                            "the first or the last time step",
                            "step " + index,
                            "If a recurrent layer was unrolled, export it with torch.onnx.export(..., dynamo=False), which keeps it whole.");
                }
                // a single step is the last, too
                Port step = graph.draft().add(node, new TakeStep(last), graph.single(node, flow));
                return new Flow(List.of(step), axes, flow.whole());
            }
            default -> throw node.refused("one time step or direction", "one of " + axis, Axis.REMEDY);
        }
    }

    private static List<Known> split(GraphReading graph, OnnxNode node, List<Known> in) {
        Flow flow = Operators.flow(node, in, 0);
        node.requireOnly("axis", "split", "num_outputs");
        int position =
                ConstantFolding.axis(node, node.number("axis", 0), flow.axes().size());
        Dim size = flow.axes().get(position).size();
        long[] sizes = in.size() > 1 && in.get(1) != null
                ? ConstantFolding.requireNumbers(node, in.get(1), "split")
                : node.numbers("split");
        int count = node.outputs().size();
        if (sizes.length == 0 && size.known() && size.factor() % count == 0) {
            sizes = new long[count];
            Arrays.fill(sizes, size.factor() / count);
        }
        if (sizes.length != count
                || Arrays.stream(sizes).anyMatch(s -> s < 1)
                || !size.is(Arrays.stream(sizes).sum())) {
            throw node.refused("parts of known sizes, at least 1, that make up the axis", Arrays.toString(sizes));
        }
        List<Known> parts = new ArrayList<>();
        long start = 0;
        for (long part : sizes) {
            parts.add(stretch(graph, node, flow, new Stretch(position, start, start + part)));
            start += part;
        }
        return parts;
    }

    private static Flow concat(GraphReading graph, OnnxNode node, List<Known> in) {
        List<Flow> flows = new ArrayList<>();
        for (int i = 0; i < in.size(); i++) {
            flows.add(Operators.numbers(node, in, i));
        }
        Flow first = flows.get(0);
        int position =
                ConstantFolding.axis(node, node.number("axis", 0), first.axes().size());
        flows.forEach(flow -> requireAlike(node, first, flow, position));
        List<Axis> axes = new ArrayList<>(first.axes());
        if (flows.stream()
                .allMatch(flow -> droppable(flow.axes().get(position))
                        || flow.axes().get(position).is(Axis.Kind.PART))) {
            List<Port> parts =
                    flows.stream().flatMap(flow -> flow.parts().stream()).toList();
            axes.set(position, Axis.of(Axis.Kind.PART, Dim.of(parts.size())));
            return new Flow(parts, axes, false);
        }
        long features = 0;
        List<Port> parts = new ArrayList<>();
        for (Flow flow : flows) {
            Axis axis = flow.axes().get(position);
            if (axis.is(Axis.Kind.UNKNOWN) && position == axes.size() - 1) {
                axis.become(Axis.Kind.FEATURES, node.who());
            }
            if (!axis.is(Axis.Kind.FEATURES) || !axis.size().known()) {
                throw node.refused("features or directions to be joined", axis.toString(), Axis.REMEDY);
            }
            features += axis.size().factor();
            parts.add(graph.single(node, flow));
        }
        axes.set(position, Axis.features(features));
        return new Flow(
                List.of(graph.draft().add(node, new Merge(Merge.Kind.CONCATENATE), parts.toArray(Port[]::new))),
                axes,
                false);
    }

    /** @param except an axis along which they may differ; below 0 for none */
    static void requireAlike(OnnxNode node, Flow first, Flow other, int except) {
        boolean alike = first.axes().size() == other.axes().size();
        for (int i = 0; alike && i < first.axes().size(); i++) {
            alike = i == except || alike(node, first.axes().get(i), other.axes().get(i));
        }
        if (!alike) {
            throw node.refused("values with the same axes", first.axes() + " and " + other.axes(), Axis.REMEDY);
        }
    }

    private static boolean alike(OnnxNode node, Axis a, Axis b) {
        if (a == b) {
            return true;
        }
        if (a.is(Axis.Kind.UNKNOWN) != b.is(Axis.Kind.UNKNOWN)) {
            Axis known = a.is(Axis.Kind.UNKNOWN) ? b : a;
            (known == a ? b : a).become(known.kind(), node.who());
        }
        if (a.is(Axis.Kind.ROWS) && b.is(Axis.Kind.ROWS)) {
            return a.members().equals(b.members());
        }
        if (a.is(Axis.Kind.UNKNOWN)) {
            a.isTwinOf(b);
            return a.size().equals(b.size());
        }
        // two inputs' axes of one kind; whether sizes fit shows when the network runs
        boolean sizes = !a.size().known() || !b.size().known() || a.size().equals(b.size());
        return a.kind() == b.kind() && sizes;
    }
}
