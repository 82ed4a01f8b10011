package org.steadygrad.exchange.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.exchange.array.StoredArray;
import org.steadygrad.exchange.graph.Function;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Operation.Pool;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.graph.Weight;
import org.steadygrad.exchange.onnx.Known.Constant;
import org.steadygrad.exchange.onnx.Known.Filled;
import org.steadygrad.exchange.onnx.Known.Flow;
import org.steadygrad.exchange.onnx.OnnxModel.OnnxNode;

/** Operators that are layers: dense ones, embeddings, norms, pooling over time, dropout. */
final class LayerOperators {
    static final Map<String, Operators.Reader> READERS = Map.ofEntries(
            Map.entry("MatMul", (graph, node, in) -> List.of(matMul(graph, node, in))),
            Map.entry("Gemm", (graph, node, in) -> List.of(gemm(graph, node, in))),
            Map.entry("Gather", (graph, node, in) -> List.of(gather(graph, node, in))),
            Map.entry("BatchNormalization", (graph, node, in) -> List.of(batchNorm(graph, node, in))),
            Map.entry("LayerNormalization", (graph, node, in) -> List.of(layerNorm(graph, node, in))),
            Map.entry("Dropout", (graph, node, in) -> List.of(dropout(graph, node, in))),
            Map.entry("ReduceMean", (graph, node, in) -> List.of(reduce(graph, node, in, Pool.Kind.AVERAGE))),
            Map.entry("ReduceMax", (graph, node, in) -> List.of(reduce(graph, node, in, Pool.Kind.MAXIMUM))),
            Map.entry("ReduceSum", (graph, node, in) -> List.of(reduce(graph, node, in, Pool.Kind.SUM))),
            Map.entry("GlobalAveragePool", (graph, node, in) -> List.of(global(graph, node, in, Pool.Kind.AVERAGE))),
            Map.entry("GlobalMaxPool", (graph, node, in) -> List.of(global(graph, node, in, Pool.Kind.MAXIMUM))));

    private LayerOperators() {}

    /** An array of floating-point numbers that must be known. */
    static Constant constant(OnnxNode node, List<Known> in, int input, String name, int... ranks) {
        if (input < in.size()
                && in.get(input) instanceof Constant constant
                && constant.array().floating()
                && Arrays.stream(ranks)
                        .anyMatch(rank -> rank == constant.array().rank())) {
            return constant;
        }
        Known got = input < in.size() ? in.get(input) : null;
        throw node.refused(
                "a constant of " + Arrays.toString(ranks) + " axes as " + name,
                got instanceof Constant other
                        ? other.array().toString()
                        : got == null ? "none" : "a value that is computed");
    }

    private static String name(Constant constant, OnnxNode node, String role) {
        return constant.name().isEmpty() ? node.outputs().get(0) + "/" + role : constant.name();
    }

    /** The same value, with an axis of features of this size at this place. */
    static Flow withFeatures(OnnxNode node, Flow flow, int position, long count) {
        Axis axis = flow.axes().get(position);
        if (axis.is(Axis.Kind.ONE) && flow.find(Axis.Kind.FEATURES) < 0 && count == 1) {
            List<Axis> axes = new ArrayList<>(flow.axes());
            axes.set(position, Axis.features(1));
            return flow.withAxes(axes);
        }
        axis.become(Axis.Kind.FEATURES, count, node.who());
        return flow;
    }

    private static Flow matMul(GraphReading graph, OnnxNode node, List<Known> in) {
        Flow x = Operators.numbers(node, in, 0);
        Constant weights = constant(node, in, 1, "weights", 2);
        return dense(graph, node, x, weights.array(), name(weights, node, "weight"), Optional.empty());
    }

    private static Flow dense(
            GraphReading graph, OnnxNode node, Flow given, StoredArray weights, String name, Optional<Weight> bias) {
        int last = given.axes().size() - 1;
        Flow x = withFeatures(node, given, last, weights.size(0));
        Operation dense = new Operation.Dense(graph.draft().weight(name, weights), bias, Function.LINEAR);
        List<Axis> axes = new ArrayList<>(x.axes());
        axes.set(last, Axis.features(weights.size(1)));
        return new Flow(List.of(graph.draft().add(node, dense, graph.single(node, x))), axes, false);
    }

    private static Flow gemm(GraphReading graph, OnnxNode node, List<Known> in) {
        node.requireOnly("alpha", "beta", "transA", "transB");
        node.require("transA", 0);
        Flow x = Operators.numbers(node, in, 0);
        Constant weights = constant(node, in, 1, "weights", 2);
        StoredArray matrix = node.number("transB", 0) == 0
                ? weights.array()
                : weights.array().transposed(1, 0);
        StoredArray scaled = scaled(matrix, node.decimal("alpha", 1));
        Optional<Weight> bias = Optional.empty();
        if (node.has(2)) {
            Constant given = constant(node, in, 2, "bias", 0, 1, 2);
            float[] values = new float[(int) matrix.size(1)];
            StoredArray array = scaled(given.array(), node.decimal("beta", 1));
            if ((array.length() != values.length && array.length() != 1) || (array.rank() == 2 && array.size(0) != 1)) {
                throw node.refused("a bias of " + values.length + " numbers", array.toString());
            }
            for (int i = 0; i < values.length; i++) {
                values[i] = array.floats()[array.length() == 1 ? 0 : i];
            }
            bias = Optional.of(graph.draft().weight(name(given, node, "bias"), values, values.length));
        }
        return dense(graph, node, x, scaled, name(weights, node, "weight"), bias);
    }

    private static StoredArray scaled(StoredArray array, float factor) {
        if (factor == 1) {
            return array;
        }
        float[] values = array.floats().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
        return StoredArray.of(values, array.shape());
    }

    /** A table's rows by symbols, or one element along an axis. */
    private static Flow gather(GraphReading graph, OnnxNode node, List<Known> in) {
        if (in.get(0) instanceof Flow flow) {
            long[] indices = ConstantFolding.requireNumbers(node, in.size() > 1 ? in.get(1) : null, "indices");
            int position = ConstantFolding.axis(
                    node, node.number("axis", 0), flow.axes().size());
            if (indices.length != 1) {
                throw node.refused("one index", Arrays.toString(indices), Axis.REMEDY);
            }
            Flow chosen = AxisOperators.select(graph, node, flow, position, indices[0]);
            if (ConstantFolding.sizes(in.get(1)).scalar()) {
                return chosen;
            }
            List<Axis> axes = new ArrayList<>(chosen.axes());
            axes.add(position, Axis.one());
            return chosen.withAxes(axes);
        }
        Constant table = constant(node, in, 0, "table", 2);
        Flow symbols = Operators.flow(node, in, 1);
        if (!symbols.whole() || node.number("axis", 0) != 0) {
            throw node.refused("rows (axis 0) by whole numbers", "axis " + node.number("axis", 0));
        }
        Operation embedding = new Operation.Embedding(graph.draft().weight(name(table, node, "table"), table.array()));
        List<Axis> axes = new ArrayList<>(symbols.axes());
        axes.add(Axis.features(table.array().size(1)));
        return new Flow(List.of(graph.draft().add(node, embedding, graph.single(node, symbols))), axes, false);
    }

    private static Flow batchNorm(GraphReading graph, OnnxNode node, List<Known> in) {
        node.requireOnly("epsilon", "momentum", "training_mode", "spatial");
        node.require("training_mode", 0);
        node.require("spatial", 1);
        Flow given = Operators.numbers(node, in, 0);
        if (given.axes().size() < 2 || given.axes().size() > 3) {
            throw node.refused("values of 2 or 3 axes", given.axes().toString());
        }
        List<Weight> weights = new ArrayList<>();
        List<String> roles = List.of("scale", "B", "mean", "var");
        for (int i = 0; i < roles.size(); i++) {
            Constant array = constant(node, in, i + 1, roles.get(i), 1);
            weights.add(graph.draft().weight(name(array, node, roles.get(i)), array.array()));
        }
        Flow x = withFeatures(node, given, 1, weights.get(2).size(0));
        Operation norm = new Operation.BatchNorm(
                Optional.of(weights.get(0)),
                Optional.of(weights.get(1)),
                weights.get(2),
                weights.get(3),
                decimal(node.decimal("epsilon", 1e-5f)),
                decimal(node.decimal("momentum", 0.9f)),
                false);
        return new Flow(List.of(graph.draft().add(node, norm, graph.single(node, x))), x.axes(), false);
    }

    /** The decimal number that a file's 32-bit float was written as. */
    static double decimal(float value) {
        return Double.parseDouble(Float.toString(value));
    }

    private static Flow layerNorm(GraphReading graph, OnnxNode node, List<Known> in) {
        node.requireOnly("axis", "epsilon", "stash_type");
        node.require("stash_type", 1);
        Flow given = Operators.numbers(node, in, 0);
        int last = given.axes().size() - 1;
        if (ConstantFolding.axis(node, node.number("axis", -1), last + 1) != last) {
            throw node.refused("a norm over the last axis", "axis = " + node.number("axis", -1));
        }
        Optional<Weight> gamma = Optional.of(constant(node, in, 1, "Scale", 1))
                .map(array -> graph.draft().weight(name(array, node, "scale"), array.array()));
        Optional<Weight> beta = node.has(2)
                ? Optional.of(constant(node, in, 2, "B", 1))
                        .map(array -> graph.draft().weight(name(array, node, "bias"), array.array()))
                : Optional.empty();
        Flow x = withFeatures(node, given, last, gamma.get().size(0));
        Operation norm = new Operation.LayerNorm(gamma, beta, decimal(node.decimal("epsilon", 1e-5f)));
        return new Flow(List.of(graph.draft().add(node, norm, graph.single(node, x))), x.axes(), false);
    }

    private static Flow dropout(GraphReading graph, OnnxNode node, List<Known> in) {
        node.requireOnly("ratio", "seed");
        Flow x = Operators.numbers(node, in, 0);
        double ratio = decimal(node.decimal("ratio", 0.5f));
        if (node.has(1)) {
            ratio = decimal(constant(node, in, 1, "ratio", 0).array().floats()[0]);
        }
        if (node.has(2)
                && !(in.get(2) instanceof Constant mode
                        && mode.array().length() == 1
                        && mode.array().doubles()[0] == 0)) {
            throw node.refused("training_mode false", "another");
        }
        Port port = graph.draft().add(node, new Operation.Dropout(ratio), graph.single(node, x));
        return new Flow(List.of(port), x.axes(), false);
    }

    private static Flow reduce(GraphReading graph, OnnxNode node, List<Known> in, Pool.Kind kind) {
        node.requireOnly("axes", "keepdims", "noop_with_empty_axes");
        Flow x = Operators.numbers(node, in, 0);
        long[] axes = ConstantFolding.axes(node, in, 1);
        if (axes.length != 1) {
            throw node.refused("one axis", Arrays.toString(axes));
        }
        return pool(
                graph,
                node,
                x,
                ConstantFolding.axis(node, axes[0], x.axes().size()),
                node.number("keepdims", 1) == 1,
                kind);
    }

    /** [batch, features, time]. */
    private static Flow global(GraphReading graph, OnnxNode node, List<Known> in, Pool.Kind kind) {
        Flow x = Operators.numbers(node, in, 0);
        if (x.axes().size() != 3) {
            throw node.refused("3 axes", x.axes().toString());
        }
        if (x.axes().get(1).is(Axis.Kind.UNKNOWN)) {
            x.axes().get(1).become(Axis.Kind.FEATURES, node.who());
        }
        return pool(graph, node, x, 2, true, kind);
    }

    private static Flow pool(GraphReading graph, OnnxNode node, Flow x, int position, boolean kept, Pool.Kind kind) {
        Axis axis = x.axes().get(position);
        if (axis.is(Axis.Kind.UNKNOWN) && x.axes().size() == 3) {
            axis.become(Axis.Kind.TIME, node.who());
        }
        if (!axis.is(Axis.Kind.TIME)) {
            throw node.refused("time as the axis", axis.toString(), Axis.REMEDY);
        }
        List<Axis> axes = new ArrayList<>(x.axes());
        axes.remove(position);
        if (kept) {
            axes.add(position, Axis.one());
        }
        return new Flow(List.of(graph.draft().add(node, new Pool(kind, false), graph.single(node, x))), axes, false);
    }

    /** Whether a constant of whatever kind is 0 everywhere. */
    static boolean isZero(Known value) {
        return value instanceof Filled filled
                ? filled.value() == 0
                : value instanceof Constant constant
                        && Arrays.stream(constant.array().doubles()).allMatch(x -> x == 0);
    }
}
