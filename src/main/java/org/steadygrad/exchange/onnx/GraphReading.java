package org.steadygrad.exchange.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.exchange.ReadReport;
import org.steadygrad.exchange.array.MemoryLimit;
import org.steadygrad.exchange.array.StoredArray;
import org.steadygrad.exchange.graph.Layout;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Operation.Merge;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.graph.Shape;
import org.steadygrad.exchange.onnx.Known.Constant;
import org.steadygrad.exchange.onnx.Known.Flow;
import org.steadygrad.exchange.onnx.OnnxModel.OnnxNode;
import org.steadygrad.exchange.onnx.OnnxModel.ValueInfo;

/** Goes through a graph's nodes in order and finds out what each value is. */
final class GraphReading {
    private static final int FLOAT = 1;
    private static final int DOUBLE = 11;
    private static final Set<Integer> WHOLE = Set.of(2, 3, 4, 5, 6, 7, 12, 13);

    private final OnnxModel model;
    private final String who;
    private final ReadReport report;
    private final ConstantFolding folding;
    private final NetworkDraft draft;
    private final Map<String, Known> values = new HashMap<>();
    private final Map<String, Integer> uses = new HashMap<>();
    private final Map<String, Flow> inputs = new LinkedHashMap<>();

    GraphReading(OnnxModel model, String who, MemoryLimit limit, ReadReport report) {
        this.model = model;
        this.who = who;
        this.report = report;
        this.folding = new ConstantFolding(limit);
        this.draft = new NetworkDraft(new HashSet<>(
                model.graph().inputs().stream().map(ValueInfo::name).toList()));
    }

    long opset() {
        return model.opset();
    }

    NetworkDraft draft() {
        return draft;
    }

    /** The whole network. */
    NeutralGraph network() {
        model.graph().initializers().forEach((name, array) -> values.put(name, new Constant(array, name)));
        model.graph().inputs().forEach(this::addInput);
        Set<String> needed = needed();
        for (OnnxNode node : model.graph().nodes()) {
            if (node.outputs().stream().anyMatch(needed::contains)) {
                evaluate(node);
            } else {
                report.tell(key(node), "not needed for the outputs");
            }
        }
        return finished();
    }

    /** Values that outputs depend on; counts how often each is read. */
    private Set<String> needed() {
        Set<String> needed = new LinkedHashSet<>();
        model.graph().outputs().forEach(output -> {
            needed.add(output.name());
            uses.merge(output.name(), 1, Integer::sum);
        });
        List<OnnxNode> nodes = model.graph().nodes();
        for (int i = nodes.size() - 1; i >= 0; i--) {
            if (nodes.get(i).outputs().stream().anyMatch(needed::contains)) {
                for (String input : nodes.get(i).inputs()) {
                    needed.add(input);
                    uses.merge(input, 1, Integer::sum);
                }
            }
        }
        return needed;
    }

    private static String key(OnnxNode node) {
        return "graph/" + node.operator() + " "
                + (node.name().isEmpty() ? node.outputs().get(0) : node.name());
    }

    private void addInput(ValueInfo input) {
        String name = who + ", input " + input.name();
        boolean whole = WHOLE.contains(input.elementType());
        if (input.sizes() == null || !(whole || input.elementType() == FLOAT || input.elementType() == DOUBLE)) {
            throw InvalidInputException.of(
                    name,
                    "an array of float32 or of whole numbers with a known number of axes",
                    "ONNX's data type " + input.elementType() + ", axes " + input.sizes(),
                    "Convert the model to float32.");
        }
        if (input.sizes().isEmpty() || input.sizes().size() > 4) {
            throw InvalidInputException.of(
                    name, "an array of 1 to 4 axes", input.sizes().size(), "");
        }
        List<Axis> axes = new ArrayList<>();
        for (int i = 0; i < input.sizes().size(); i++) {
            String size = input.sizes().get(i);
            boolean number = size.matches("\\d{1,9}") && !size.equals("0");
            axes.add(Axis.of(
                    Axis.Kind.UNKNOWN,
                    number
                            ? Dim.of(Long.parseLong(size))
                            : Dim.symbol(size.isEmpty() ? input.name() + "." + i : size)));
        }
        Flow flow = new Flow(List.of(Port.of(input.name())), axes, whole);
        values.put(input.name(), flow);
        inputs.put(input.name(), flow);
    }

    private void evaluate(OnnxNode node) {
        if (!node.domain().isEmpty() && !node.domain().equals("ai.onnx")) {
            throw node.refused("an operator of ONNX's own", "one of the domain " + node.domain());
        }
        List<Known> in = new ArrayList<>();
        for (String input : node.inputs()) {
            if (!input.isEmpty() && !values.containsKey(input)) {
                throw node.refused("inputs that come before it", "\"" + input + "\"", "The file is damaged.");
            }
            in.add(values.get(input));
        }
        Known folded = in.stream().noneMatch(Flow.class::isInstance) ? constant(node, in) : null;
        List<Known> out = folded != null ? List.of(folded) : Operators.of(this, node, in);
        for (int i = 0; i < node.outputs().size(); i++) {
            if (node.gives(i)) {
                if (i >= out.size() && uses.getOrDefault(node.outputs().get(i), 0) > 0) {
                    throw node.refused(out.size() + " outputs to be used", "a use of output " + i);
                }
                if (values.put(node.outputs().get(i), i < out.size() ? out.get(i) : null) != null) {
                    throw node.refused(
                            "outputs that no node before gives", node.outputs().get(i), "The file is damaged.");
                }
            }
        }
        report.tell(key(node), out.get(0).words());
    }

    private Known constant(OnnxNode node, List<Known> in) {
        if (node.operator().equals("Constant")) {
            return constant(node);
        }
        return folding.of(node, in);
    }

    private static Known constant(OnnxNode node) {
        if (node.attributes().size() == 1) {
            Object value = node.attributes().values().iterator().next();
            String name = node.outputs().get(0);
            if (value instanceof StoredArray array) {
                return new Constant(array, name);
            }
            if (value instanceof Long number) {
                return new Constant(StoredArray.of(new long[] {number}), name);
            }
            if (value instanceof long[] numbers) {
                return new Constant(StoredArray.of(numbers, numbers.length), name);
            }
            if (value instanceof Float number) {
                return new Constant(StoredArray.of(new float[] {number}), name);
            }
            if (value instanceof float[] numbers) {
                return new Constant(StoredArray.of(numbers, numbers.length), name);
            }
        }
        throw node.refused(
                "one array of numbers", "attributes " + node.attributes().keySet());
    }

    /** Whether nothing but this use reads a value. */
    boolean alone(OnnxNode reader, int input) {
        return uses.getOrDefault(reader.inputs().get(input), 0) == 1;
    }

    /** Whether a node's output is read by anyone. */
    boolean used(OnnxNode node, int output) {
        return node.gives(output) && uses.getOrDefault(node.outputs().get(output), 0) > 0;
    }

    /** The single value of a flow without directions or with one, which count for nothing. */
    Port single(OnnxNode node, Flow flow) {
        if (flow.parts().size() != 1) {
            throw node.refused("directions to be joined before", flow.parts().size() + " of them", Axis.REMEDY);
        }
        return flow.parts().get(0);
    }

    /** A value whose directions are joined to features. */
    Port joined(OnnxNode node, List<Port> parts) {
        return parts.size() == 1
                ? parts.get(0)
                : draft.add(node, "/joined", new Merge(Merge.Kind.CONCATENATE), parts.toArray(Port[]::new));
    }

    private NeutralGraph finished() {
        List<NeutralGraph.Output> outputs = new ArrayList<>();
        for (ValueInfo output : model.graph().outputs()) {
            if (!(values.get(output.name()) instanceof Flow flow) || flow.whole()) {
                throw InvalidInputException.of(
                        who + ", output " + output.name(), "a value that depends on an input", "a constant", "");
            }
            OnnxNode join = new OnnxNode(output.name(), "Output", "", List.of(), List.of(output.name()), Map.of());
            Port port = joined(join, flow.parts());
            settle(flow.axes());
            outputs.add(new NeutralGraph.Output(output.name(), port, layout(flow, who + ", output " + output.name())));
        }
        List<NeutralGraph.Input> given = new ArrayList<>();
        inputs.forEach((name, flow) -> {
            settle(flow.axes());
            given.add(input(name, flow));
        });
        return new NeutralGraph(
                model.graph().name(), given, draft.nodes(), outputs, Optional.empty(), model.metadata());
    }

    /** What nothing has said of an axis is said by its place: batch, time, features. */
    private static void settle(List<Axis> axes) {
        List<Axis.Kind> free = new ArrayList<>(
                axes.size() == 2
                        ? List.of(Axis.Kind.BATCH, Axis.Kind.FEATURES)
                        : List.of(Axis.Kind.BATCH, Axis.Kind.TIME, Axis.Kind.FEATURES));
        axes.forEach(axis -> free.remove(axis.kind()));
        for (Axis axis : axes) {
            if (axis.is(Axis.Kind.UNKNOWN) && !free.isEmpty()) {
                axis.become(free.remove(0), "input");
            }
        }
    }

    private NeutralGraph.Input input(String name, Flow flow) {
        String where = who + ", input " + name;
        boolean time = flow.find(Axis.Kind.TIME) >= 0;
        if (flow.whole()) {
            return new NeutralGraph.Input(
                    name, new Shape(Shape.Kind.SYMBOLS, time ? List.of(Shape.ANY) : List.of()), layout(flow, where));
        }
        long features = 1;
        for (Axis axis : flow.axes()) {
            if (axis.is(Axis.Kind.FEATURES) || axis.is(Axis.Kind.PART)) {
                if (!axis.size().known()) {
                    throw InvalidInputException.of(where, "a known number of features", axis.toString(), "");
                }
                features = Math.multiplyExact(features, axis.size().factor());
            }
        }
        int count = Math.toIntExact(features);
        return new NeutralGraph.Input(
                name, time ? Shape.sequence(Shape.ANY, count) : Shape.vector(count), layout(flow, where));
    }

    private static Layout layout(Flow flow, String where) {
        List<List<Layout.Axis>> axes = new ArrayList<>();
        int parts = flow.parts().size();
        for (Axis axis : flow.axes()) {
            List<Axis> members = axis.is(Axis.Kind.ROWS) ? axis.members() : List.of(axis);
            List<Layout.Axis> group = new ArrayList<>();
            for (Axis member : members) {
                switch (member.kind()) {
                    case BATCH -> group.add(Layout.Axis.BATCH);
                    case TIME -> group.add(Layout.Axis.TIME);
                    case FEATURES -> group.add(Layout.Axis.FEATURES);
                    case PART -> {
                        parts = Math.toIntExact(member.size().factor());
                        if (parts > 1) {
                            group.add(Layout.Axis.PART);
                        }
                    }
                    case ONE -> {}
                    default ->
                        throw InvalidInputException.of(
                                where,
                                "axes that are batch, time or features",
                                flow.axes().toString(),
                                Axis.REMEDY);
                }
            }
            axes.add(group);
        }
        List<List<Layout.Axis>> plain = flow.find(Axis.Kind.TIME) >= 0
                ? List.of(List.of(Layout.Axis.BATCH), List.of(Layout.Axis.TIME), List.of(Layout.Axis.FEATURES))
                : List.of(List.of(Layout.Axis.BATCH), List.of(Layout.Axis.FEATURES));
        return axes.equals(plain) || (flow.whole() && axes.equals(plain.subList(0, plain.size() - 1)))
                ? Layout.PLAIN
                : new Layout(axes, Math.max(1, parts));
    }
}
