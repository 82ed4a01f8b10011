package org.steadygrad.exchange.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.exchange.array.StoredArray;
import org.steadygrad.exchange.graph.Cell;
import org.steadygrad.exchange.graph.Function;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Operation.LengthMask;
import org.steadygrad.exchange.graph.Operation.MaskedOutput;
import org.steadygrad.exchange.graph.Operation.RepeatVector;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.graph.Weight;
import org.steadygrad.exchange.onnx.Known.Constant;
import org.steadygrad.exchange.onnx.Known.Flow;
import org.steadygrad.exchange.onnx.OnnxModel.OnnxNode;

/**
 * RNN, GRU and LSTM nodes. A node with two directions becomes two recurrent operations; gates are in ONNX's order in the file, z, r, h and i, o, f, c.
 */
final class RecurrentOperators {
    static final Map<String, Operators.Reader> READERS = Map.of(
            "RNN", (graph, node, in) -> new RecurrentOperators(graph, node, in, 1).read(),
            "GRU", (graph, node, in) -> new RecurrentOperators(graph, node, in, 3).read(),
            "LSTM", (graph, node, in) -> new RecurrentOperators(graph, node, in, 4).read());

    private static final int LENGTHS = 4;
    private static final int INITIAL_H = 5;
    private static final int INITIAL_C = 6;
    private static final int PEEPHOLES = 7;

    private final GraphReading graph;
    private final OnnxNode node;
    private final List<Known> in;
    private final int gates;
    private final boolean lstm;
    private final boolean batchwise;
    private final int directions;
    private final int units;
    private final long inputs;

    private RecurrentOperators(GraphReading graph, OnnxNode node, List<Known> in, int gates) {
        this.graph = graph;
        this.node = node;
        this.in = in;
        this.gates = gates;
        this.lstm = node.operator().equals("LSTM");
        requireAttributes();
        this.batchwise = node.number("layout", 0) == 1;
        this.directions = node.text("direction", "forward").equals("bidirectional") ? 2 : 1;
        StoredArray recurrent = LayerOperators.constant(node, in, 2, "R", 3).array();
        this.units = (int) recurrent.size(2);
        this.inputs = LayerOperators.constant(node, in, 1, "W", 3).array().size(2);
    }

    private void requireAttributes() {
        List<String> known = new ArrayList<>(List.of(
                "activation_alpha", "activation_beta", "activations", "clip", "direction", "hidden_size", "layout"));
        if (node.operator().equals("GRU")) {
            known.add("linear_before_reset");
        }
        if (lstm) {
            known.add("input_forget");
            node.require("input_forget", 0);
        }
        node.requireOnly(known.toArray(String[]::new));
        if (!List.of("forward", "reverse", "bidirectional").contains(node.text("direction", "forward"))) {
            throw node.refused("direction forward, reverse or bidirectional", node.text("direction", ""));
        }
        if (node.number("layout", 0) != 0) {
            node.require("layout", 1);
        }
    }

    private List<Known> read() {
        StoredArray w = array(1, "W", directions, (long) gates * units, inputs);
        StoredArray r = array(2, "R", directions, (long) gates * units, units);
        StoredArray b = node.has(3) ? array(3, "B", directions, 2L * gates * units) : null;
        StoredArray p = lstm && node.has(PEEPHOLES) ? array(PEEPHOLES, "P", directions, 3L * units) : null;
        if (node.number("hidden_size", units) != units) {
            throw node.refused("hidden_size " + units + ", as R has it", Long.toString(node.number("hidden_size", 0)));
        }
        Sequence x = sequence();
        Optional<Port> mask = mask(x);
        List<List<Port>> starts = starts(x);
        List<List<Function>> functions = functions();
        List<Port> outputs = new ArrayList<>();
        for (int direction = 0; direction < directions; direction++) {
            Cell cell = cell(direction, w, r, b, p, functions.get(direction));
            outputs.add(add(direction, cell, x, mask, starts.get(direction)));
        }
        return values(x, outputs);
    }

    private StoredArray array(int input, String name, long... shape) {
        StoredArray array =
                LayerOperators.constant(node, in, input, name, shape.length).array();
        if (!Arrays.equals(array.shape(), shape)) {
            throw node.refused(
                    name + " of shape " + Arrays.toString(shape),
                    Arrays.toString(array.shape()),
                    "If it came from an LSTM with proj_size, PyTorch's exporter wrote it wrong: it can't be had from ONNX.");
        }
        return array;
    }

    /** X with its axes. */
    private record Sequence(Port port, Axis time, Axis batch) {}

    private Sequence sequence() {
        Flow x = Operators.numbers(node, in, 0);
        if (x.axes().size() != 3) {
            throw node.refused("X of 3 axes", x.axes().toString());
        }
        x = LayerOperators.withFeatures(node, x, 2, inputs);
        Port port = graph.single(node, x);
        Axis time = x.axes().get(batchwise ? 1 : 0);
        Axis batch = x.axes().get(batchwise ? 0 : 1);
        if (batch.is(Axis.Kind.ONE)) {
            batch = Axis.of(Axis.Kind.BATCH, Dim.ONE);
        }
        batch.become(Axis.Kind.BATCH, node.who());
        if (time.is(Axis.Kind.ONE)) {
            // a vector taken for a sequence of one step
            port = graph.draft().add(node, "/step", new RepeatVector(1), port);
            time = Axis.of(Axis.Kind.TIME, Dim.ONE);
        }
        time.become(Axis.Kind.TIME, node.who());
        return new Sequence(port, time, batch);
    }

    private Optional<Port> mask(Sequence x) {
        if (!node.has(LENGTHS)) {
            return Optional.empty();
        }
        Known lengths = in.get(LENGTHS);
        if (lengths instanceof Constant constant
                && x.time().size().known()
                && Arrays.stream(constant.array().integers(node.who()))
                        .allMatch(x.time().size()::is)) {
            return Optional.empty();
        }
        if (!(lengths instanceof Flow flow) || !flow.whole() || flow.axes().size() != 1) {
            throw node.refused(
                    "sequence_lens to be an input of the model, or missing",
                    "another value",
                    "Give lengths as an input.");
        }
        flow.axes().get(0).become(Axis.Kind.BATCH, node.who());
        return Optional.of(graph.draft().add(node, "/mask", new LengthMask(), x.port(), graph.single(node, flow)));
    }

    /** Initial states of each direction; none where they are 0. */
    private List<List<Port>> starts(Sequence x) {
        List<List<Port>> all = new ArrayList<>();
        for (int direction = 0; direction < directions; direction++) {
            all.add(new ArrayList<>());
        }
        List<Integer> places = lstm ? List.of(INITIAL_H, INITIAL_C) : List.of(INITIAL_H);
        places.forEach(place -> {
            if (node.has(place)) {
                requireStateShape(place);
            }
        });
        List<Integer> given = places.stream()
                .filter(place -> node.has(place) && !LayerOperators.isZero(in.get(place)))
                .toList();
        if (given.isEmpty()) {
            return all;
        }
        for (int place : places) {
            if (!(node.has(place) && in.get(place) instanceof Flow state)) {
                throw node.refused(
                        "initial states that are all inputs of the model, or all 0",
                        node.has(place) ? "constants as " + name(place) : "no " + name(place),
                        "States that differ from example to example belong to a batch, not to a model: give them as inputs.");
            }
            List<Port> parts = parts(state, x);
            for (int direction = 0; direction < directions; direction++) {
                all.get(direction).add(parts.get(direction));
            }
        }
        return all;
    }

    private static String name(int place) {
        return place == INITIAL_H ? "initial_h" : "initial_c";
    }

    /** Of zeros too, whose shape tells of an LSTM that PyTorch's exporter wrote wrong. */
    private void requireStateShape(int place) {
        List<Dim> dims = in.get(place).shape();
        if (dims.size() != 3
                || !dims.get(2).is(units)
                || !dims.get(batchwise ? 1 : 0).is(directions)) {
            throw node.refused(
                    name(place) + " of " + directions + " directions and " + units + " units",
                    dims.toString(),
                    "If it came from an LSTM with proj_size, PyTorch's exporter wrote it wrong: it can't be had from ONNX.");
        }
    }

    /** The state of each direction. */
    private List<Port> parts(Flow state, Sequence x) {
        Axis direction = state.axes().get(batchwise ? 1 : 0);
        Axis batch = state.axes().get(batchwise ? 0 : 1);
        if (batch != x.batch()) {
            batch.become(Axis.Kind.BATCH, node.who());
        }
        state.axes().get(2).become(Axis.Kind.FEATURES, units, node.who());
        if (direction.is(Axis.Kind.UNKNOWN)) {
            direction.become(directions == 1 ? Axis.Kind.ONE : Axis.Kind.PART, node.who());
        }
        return AxisOperators.parts(graph, node, state);
    }

    /** For each direction its functions: gate, candidate, and the LSTM's output function; alpha and beta are used up in order. */
    private List<List<Function>> functions() {
        List<String> absent =
                lstm ? List.of("Sigmoid", "Tanh", "Tanh") : gates == 1 ? List.of("Tanh") : List.of("Sigmoid", "Tanh");
        List<String> names = node.texts("activations");
        if (names.isEmpty()) {
            names = new ArrayList<>(absent);
            names.addAll(directions == 2 ? absent : List.of());
        }
        if (names.size() != directions * absent.size()) {
            throw node.refused(directions * absent.size() + " activations", names.toString());
        }
        float[] alphas = node.decimals("activation_alpha");
        float[] betas = node.decimals("activation_beta");
        int alpha = 0;
        int beta = 0;
        List<Function> all = new ArrayList<>();
        for (String name : names) {
            Float a = Activations.takesAlpha(name) && alpha < alphas.length ? alphas[alpha++] : null;
            Float b = Activations.takesBeta(name) && beta < betas.length ? betas[beta++] : null;
            all.add(Activations.of(name, a, b, node));
        }
        if (alpha < alphas.length || beta < betas.length) {
            throw node.refused(
                    "as many numbers in activation_alpha and activation_beta as the activations take",
                    alphas.length + " and " + betas.length);
        }
        return directions == 1
                ? List.of(all)
                : List.of(all.subList(0, absent.size()), all.subList(absent.size(), all.size()));
    }

    private Cell cell(
            int direction, StoredArray w, StoredArray r, StoredArray b, StoredArray p, List<Function> functions) {
        int[] order = lstm
                ? new int[] {0, 2, 3, 1}
                : java.util.stream.IntStream.range(0, gates).toArray();
        Weight kernel = matrix(1, direction, w, order);
        Weight recurrent = matrix(2, direction, r, order);
        float[] inputBias = b == null ? null : bias(b, direction, 0, order);
        float[] stateBias = b == null ? null : bias(b, direction, 1, order);
        if (gates == 3) {
            return new Cell.Gru(
                    kernel,
                    recurrent,
                    vector(3, direction, "/input", inputBias),
                    vector(3, direction, "/recurrent", stateBias),
                    node.number("linear_before_reset", 0) != 0,
                    functions.get(0),
                    functions.get(1));
        }
        Optional<Weight> bias = vector(3, direction, "", sum(inputBias, stateBias));
        if (gates == 1) {
            return new Cell.Simple(kernel, recurrent, bias, functions.get(0));
        }
        Optional<Weight> peepholes = p == null
                ? Optional.empty()
                : vector(PEEPHOLES, direction, "", bias(p, direction, 0, new int[] {0, 2, 1}));
        return new Cell.Lstm(kernel, recurrent, bias, peepholes, functions.get(0), functions.get(1), functions.get(2));
    }

    private String weightName(int input, int direction, String suffix) {
        String given = in.get(input) instanceof Constant constant ? constant.name() : "";
        String base = given.isEmpty() ? node.outputs().get(0) + "/" + "XWRB   P".charAt(input) : given;
        return base + (directions == 1 ? "" : direction == 0 ? "/forward" : "/reverse") + suffix;
    }

    /**
     * [gates units, n] to [n, gates units].
     *
     * @param order for each gate of the network, which of the file's it is
     */
    private Weight matrix(int input, int direction, StoredArray array, int[] order) {
        int columns = (int) array.size(2);
        float[] from = array.floats();
        int start = direction * gates * units * columns;
        float[] to = new float[gates * units * columns];
        for (int gate = 0; gate < gates; gate++) {
            for (int unit = 0; unit < units; unit++) {
                int row = start + (order[gate] * units + unit) * columns;
                for (int i = 0; i < columns; i++) {
                    to[(i * gates + gate) * units + unit] = from[row + i];
                }
            }
        }
        return graph.draft().weight(weightName(input, direction, ""), to, columns, gates * units);
    }

    /** @param half 0 for that of the input, 1 for that of the state */
    private float[] bias(StoredArray array, int direction, int half, int[] order) {
        int start = (int) (direction * array.size(1)) + half * order.length * units;
        float[] to = new float[order.length * units];
        for (int gate = 0; gate < order.length; gate++) {
            System.arraycopy(array.floats(), start + order[gate] * units, to, gate * units, units);
        }
        return to;
    }

    private static float[] sum(float[] a, float[] b) {
        float[] sum = a == null ? null : a.clone();
        for (int i = 0; a != null && i < sum.length; i++) {
            sum[i] += b[i];
        }
        return sum;
    }

    private Optional<Weight> vector(int input, int direction, String suffix, float[] values) {
        return values == null
                ? Optional.empty()
                : Optional.of(graph.draft().weight(weightName(input, direction, suffix), values, values.length));
    }

    private Port add(int direction, Cell cell, Sequence x, Optional<Port> mask, List<Port> starts) {
        double clip = node.attributes().containsKey("clip")
                ? LayerOperators.decimal(node.decimal("clip", 0))
                : Double.POSITIVE_INFINITY;
        if (!(clip > 0)) {
            throw node.refused("clip above 0", Double.toString(clip));
        }
        boolean reversed = direction == 1 || node.text("direction", "forward").equals("reverse");
        Operation operation = new Operation.Recurrent(
                cell, reversed, mask.isPresent(), MaskedOutput.ZERO, !starts.isEmpty(), clip, 0);
        List<Port> read = new ArrayList<>(List.of(x.port()));
        mask.ifPresent(read::add);
        read.addAll(starts);
        String suffix = directions == 1 ? "" : direction == 0 ? "/forward" : "/reverse";
        return graph.draft().add(node, suffix, operation, read.toArray(Port[]::new));
    }

    /** Y [time, directions, batch, units], Y_h and Y_c [directions, batch, units]; batch first with layout 1. */
    private List<Known> values(Sequence x, List<Port> outputs) {
        Axis direction = Axis.of(Axis.Kind.PART, Dim.of(directions));
        Axis features = Axis.features(units);
        List<Known> values = new ArrayList<>();
        values.add(new Flow(
                outputs,
                batchwise
                        ? List.of(x.batch(), x.time(), direction, features)
                        : List.of(x.time(), direction, x.batch(), features),
                false));
        for (int state = 1; state <= (lstm ? 2 : 1); state++) {
            int output = state;
            List<Port> ports =
                    outputs.stream().map(port -> new Port(port.node(), output)).toList();
            values.add(new Flow(
                    ports,
                    batchwise ? List.of(x.batch(), direction, features) : List.of(direction, x.batch(), features),
                    false));
        }
        return values;
    }
}
