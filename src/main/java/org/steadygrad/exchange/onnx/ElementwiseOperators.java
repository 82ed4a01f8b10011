package org.steadygrad.exchange.onnx;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.steadygrad.exchange.array.StoredArray;
import org.steadygrad.exchange.graph.Function;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Operation.Merge;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.onnx.Known.Constant;
import org.steadygrad.exchange.onnx.Known.Filled;
import org.steadygrad.exchange.onnx.Known.Flow;
import org.steadygrad.exchange.onnx.OnnxModel.OnnxNode;

/** Operators that take elements one by one, and softmax. */
final class ElementwiseOperators {
    static final Map<String, Operators.Reader> READERS = new HashMap<>();

    static {
        for (String name : List.of(
                "Relu",
                "LeakyRelu",
                "ThresholdedRelu",
                "Elu",
                "Selu",
                "Gelu",
                "Sigmoid",
                "HardSigmoid",
                "Tanh",
                "Softsign",
                "Softplus",
                "Mish",
                "Exp",
                "Clip",
                "Softmax",
                "LogSoftmax")) {
            READERS.put(name, (graph, node, in) -> List.of(activation(graph, node, in)));
        }
        READERS.put("HardSwish", (graph, node, in) -> List.of(hardSwish(graph, node, in)));
        READERS.put("PRelu", (graph, node, in) -> List.of(prelu(graph, node, in)));
        READERS.put("Add", (graph, node, in) -> List.of(binary(graph, node, in, Merge.Kind.ADD)));
        READERS.put("Sub", (graph, node, in) -> List.of(binary(graph, node, in, Merge.Kind.SUBTRACT)));
        READERS.put("Mul", (graph, node, in) -> List.of(binary(graph, node, in, Merge.Kind.MULTIPLY)));
        READERS.put("Div", (graph, node, in) -> List.of(divide(graph, node, in)));
        READERS.put("Max", (graph, node, in) -> List.of(merge(graph, node, in, Merge.Kind.MAXIMUM)));
        READERS.put("Min", (graph, node, in) -> List.of(merge(graph, node, in, Merge.Kind.MINIMUM)));
        READERS.put("Mean", (graph, node, in) -> List.of(merge(graph, node, in, Merge.Kind.AVERAGE)));
        READERS.put("Sum", (graph, node, in) -> List.of(merge(graph, node, in, Merge.Kind.ADD)));
    }

    private static final int SOFTMAX_BY_ROW = 13;

    private ElementwiseOperators() {}

    private static Flow activation(GraphReading graph, OnnxNode node, List<Known> in) {
        Flow x = Operators.numbers(node, in, 0);
        Function function = function(graph, node, in, x);
        if (!function.elementwise()) {
            int last = x.axes().size() - 1;
            if (x.axes().get(last).is(Axis.Kind.UNKNOWN)) {
                x.axes().get(last).become(Axis.Kind.FEATURES, node.who());
            }
            if (!x.axes().get(last).is(Axis.Kind.FEATURES)) {
                throw node.refused("features as the last axis", x.axes().toString(), Axis.REMEDY);
            }
        }
        return new Flow(
                List.of(graph.draft().add(node, new Operation.Activate(function), graph.single(node, x))),
                x.axes(),
                false);
    }

    private static Function function(GraphReading graph, OnnxNode node, List<Known> in, Flow x) {
        switch (node.operator()) {
            case "Clip":
                return clip(node, in);
            case "Softmax", "LogSoftmax":
                requireLastAxis(graph, node, x);
                return Function.of(
                        node.operator().equals("Softmax") ? Function.Kind.SOFTMAX : Function.Kind.LOG_SOFTMAX);
            case "Gelu":
                node.requireOnly("approximate");
                return gelu(node);
            case "Exp":
                node.requireOnly();
                return Function.of(Function.Kind.EXPONENTIAL);
            case "Mish":
                node.requireOnly();
                return Function.of(Function.Kind.MISH);
            case "Selu":
                node.requireOnly("alpha", "gamma");
                if (node.decimal("alpha", 1.67326319f) != 1.67326319f
                        || node.decimal("gamma", 1.05070102f) != 1.05070102f) {
                    throw node.refused("alpha and gamma of their default", "others");
                }
                return Function.of(Function.Kind.SELU);
            default:
                node.requireOnly("alpha", "beta");
                return Activations.of(
                        node.operator(),
                        node.attributes().get("alpha"),
                        node.attributes().get("beta"),
                        node);
        }
    }

    /** x clip(x / 6 + 0.5, 0, 1). */
    private static Flow hardSwish(GraphReading graph, OnnxNode node, List<Known> in) {
        Flow x = Operators.numbers(node, in, 0);
        Port port = graph.single(node, x);
        Port gate = graph.draft().add(node, "/gate", new Operation.Activate(Function.HARD_SIGMOID_SIXTH), port);
        return new Flow(List.of(graph.draft().add(node, new Merge(Merge.Kind.MULTIPLY), port, gate)), x.axes(), false);
    }

    private static Function gelu(OnnxNode node) {
        return switch (node.text("approximate", "none")) {
            case "none" -> Function.of(Function.Kind.GELU);
            case "tanh" -> Function.of(Function.Kind.GELU_TANH);
            default -> throw node.refused("approximate none or tanh", node.text("approximate", ""));
        };
    }

    private static void requireLastAxis(GraphReading graph, OnnxNode node, Flow x) {
        node.requireOnly("axis");
        int rank = x.axes().size();
        long axis = node.number("axis", graph.opset() >= SOFTMAX_BY_ROW ? -1 : 1);
        if (ConstantFolding.axis(node, axis, rank) != rank - 1) {
            throw node.refused("the last axis", "axis = " + axis, "Transpose before it.");
        }
    }

    private static Function clip(OnnxNode node, List<Known> in) {
        double min = bound(node, in, 1, "min", Double.NEGATIVE_INFINITY);
        double max = bound(node, in, 2, "max", Double.POSITIVE_INFINITY);
        if (min == 0 && max == 6) {
            return Function.of(Function.Kind.RELU6);
        }
        if (min == -1 && max == 1) {
            return Function.of(Function.Kind.HARD_TANH);
        }
        if (min == 0 && max == Double.POSITIVE_INFINITY) {
            return Function.RELU;
        }
        throw node.refused("limits 0 and 6, -1 and 1, or 0 alone", min + " and " + max);
    }

    private static double bound(OnnxNode node, List<Known> in, int input, String attribute, double absent) {
        if (node.has(input)) {
            return LayerOperators.constant(node, in, input, attribute, 0, 1)
                    .array()
                    .doubles()[0];
        }
        return node.attributes().containsKey(attribute) ? node.decimal(attribute, 0) : absent;
    }

    private static Flow prelu(GraphReading graph, OnnxNode node, List<Known> in) {
        Flow x = Operators.numbers(node, in, 0);
        Constant slopes = LayerOperators.constant(node, in, 1, "slopes", 1, 2, 3);
        float[] vector = vector(node, x, slopes);
        if (vector == null) {
            throw node.refused(
                    "a slope for each feature",
                    slopes.array().toString(),
                    "One slope that all features share can't be learned here; use nn.PReLU(num_parameters) or LeakyReLU.");
        }
        Operation operation = new Operation.PRelu(graph.draft()
                .weight(slopes.name().isEmpty() ? node.outputs().get(0) : slopes.name(), vector, vector.length));
        return new Flow(List.of(graph.draft().add(node, operation, graph.single(node, x))), x.axes(), false);
    }

    /** An array that differs along features alone; null if it is a single number. */
    private static float[] vector(OnnxNode node, Flow x, Constant constant) {
        StoredArray array = constant.array();
        int rank = x.axes().size();
        if (array.length() == 1 && array.rank() <= rank) {
            Axis last = x.axes().get(rank - 1);
            boolean vector = array.rank() > 0
                    && last.is(Axis.Kind.FEATURES)
                    && last.size().is(1);
            return vector ? array.floats().clone() : null;
        }
        int varying = -1;
        for (int i = 0; i < array.rank(); i++) {
            if (array.size(i) != 1) {
                varying = varying < 0 ? i : Integer.MAX_VALUE;
            }
        }
        int position = varying + rank - array.rank();
        if (array.rank() > rank || varying == Integer.MAX_VALUE || position < 0) {
            throw node.refused("a number, or a number for each feature", array.toString());
        }
        LayerOperators.withFeatures(node, x, position, array.length());
        return array.floats().clone();
    }

    private static Known constantOf(List<Known> in) {
        return in.stream()
                .filter(value -> value != null && !(value instanceof Flow))
                .findFirst()
                .orElse(null);
    }

    private static Flow binary(GraphReading graph, OnnxNode node, List<Known> in, Merge.Kind kind) {
        Known other = constantOf(in);
        if (other == null) {
            return merge(graph, node, in, kind);
        }
        int flow = in.get(0) instanceof Flow ? 0 : 1;
        Flow x = Operators.numbers(node, in, flow);
        if (kind == Merge.Kind.SUBTRACT && flow == 1) {
            Flow negative = withAffine(graph, node, x, -1, 0, "/negative");
            return combined(graph, node, negative, other, Merge.Kind.ADD, false);
        }
        return combined(graph, node, x, other, kind, graph.alone(node, flow));
    }

    private static Flow combined(
            GraphReading graph, OnnxNode node, Flow x, Known other, Merge.Kind kind, boolean alone) {
        if (other instanceof Filled filled && filled.dims().stream().allMatch(dim -> dim.is(1))) {
            return affine(graph, node, x, filled.value(), kind);
        }
        if (!(other instanceof Constant constant) || !constant.array().floating()) {
            throw node.refused("a constant of known size", "another");
        }
        float[] vector = vector(node, x, constant);
        if (vector == null) {
            return affine(graph, node, x, constant.array().doubles()[0], kind);
        }
        String name = constant.name().isEmpty() ? node.outputs().get(0) + "/constant" : constant.name();
        Port port = graph.single(node, x);
        Port out =
                switch (kind) {
                    case ADD -> graph.draft().addVector(node, port, alone, name, vector);
                    case SUBTRACT -> graph.draft().subtractVector(node, port, name, vector);
                    default ->
                        throw node.refused(
                                "a single number to multiply by",
                                Arrays.toString(constant.array().shape()) + " numbers",
                                "A scale by feature is read as part of a batch or layer norm, or as Div.");
                };
        return new Flow(List.of(out), x.axes(), false);
    }

    private static Flow affine(GraphReading graph, OnnxNode node, Flow x, double number, Merge.Kind kind) {
        return switch (kind) {
            case ADD -> withAffine(graph, node, x, 1, number, "");
            case SUBTRACT -> withAffine(graph, node, x, 1, -number, "");
            default -> withAffine(graph, node, x, number, 0, "");
        };
    }

    private static Flow withAffine(
            GraphReading graph, OnnxNode node, Flow x, double factor, double offset, String suffix) {
        Port port = graph.draft().add(node, suffix, new Operation.Affine(factor, offset), graph.single(node, x));
        return new Flow(List.of(port), x.axes(), false);
    }

    private static Flow divide(GraphReading graph, OnnxNode node, List<Known> in) {
        Flow x = Operators.numbers(node, in, 0);
        Constant divisor = LayerOperators.constant(node, in, 1, "divisor", 0, 1, 2, 3);
        float[] vector = vector(node, x, divisor);
        if (vector == null) {
            return withAffine(graph, node, x, 1 / divisor.array().doubles()[0], 0, "");
        }
        String name = divisor.name().isEmpty() ? node.outputs().get(0) + "/divisor" : divisor.name();
        Port port = graph.draft().divideVector(node, graph.single(node, x), graph.alone(node, 0), name, vector);
        return new Flow(List.of(port), x.axes(), false);
    }

    private static Flow merge(GraphReading graph, OnnxNode node, List<Known> in, Merge.Kind kind) {
        Flow first = Operators.numbers(node, in, 0);
        Port[] ports = new Port[in.size()];
        for (int i = 0; i < ports.length; i++) {
            Flow flow = Operators.numbers(node, in, i);
            AxisOperators.requireAlike(node, first, flow, -1);
            ports[i] = graph.single(node, flow);
        }
        return new Flow(List.of(graph.draft().add(node, new Merge(kind), ports)), first.axes(), false);
    }
}
