package org.steadygrad.exchange.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.check.Cases;
import org.steadygrad.exchange.graph.Cell;
import org.steadygrad.exchange.graph.Function;
import org.steadygrad.exchange.graph.Node;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.graph.Weight;

/** A recurrent layer as an RNN, GRU or LSTM node of one direction. */
final class RecurrentWriting {
    private static final Map<String, Object> NONE = Map.of();
    private static final Map<String, Object> SWAP = Map.of("perm", new long[] {1, 0, 2});

    /** For each gate in ONNX's order, i, o, f, c, which of the network's it is. */
    private static final int[] LSTM_ORDER = {0, 3, 1, 2};

    private static final int[] PEEPHOLE_ORDER = {0, 2, 1};

    /** Names of functions that recurrent nodes can have. */
    static final Map<Function.Kind, String> NAMES = Map.ofEntries(
            Map.entry(Function.Kind.LINEAR, "Affine"),
            Map.entry(Function.Kind.RELU, "Relu"),
            Map.entry(Function.Kind.LEAKY_RELU, "LeakyRelu"),
            Map.entry(Function.Kind.THRESHOLDED_RELU, "ThresholdedRelu"),
            Map.entry(Function.Kind.ELU, "Elu"),
            Map.entry(Function.Kind.SIGMOID, "Sigmoid"),
            Map.entry(Function.Kind.HARD_SIGMOID, "HardSigmoid"),
            Map.entry(Function.Kind.TANH, "Tanh"),
            Map.entry(Function.Kind.SOFTSIGN, "Softsign"),
            Map.entry(Function.Kind.SOFTPLUS, "Softplus"),
            Map.entry(Function.Kind.AFFINE, "Affine"),
            Map.entry(Function.Kind.SCALED_TANH, "ScaledTanh"));

    /** What depends on the kind of cell. */
    private record Form(String operator, List<Function> functions, int[] order) {}

    private static final Cases<Cell, Form> FORMS = Cases.<Cell, Form>of(Cell.class)
            .on(Cell.Simple.class, cell -> new Form("RNN", List.of(cell.activation()), new int[] {0}))
            .on(Cell.Gru.class, cell -> new Form("GRU", List.of(cell.gate(), cell.candidate()), new int[] {0, 1, 2}))
            .on(
                    Cell.Lstm.class,
                    cell -> new Form("LSTM", List.of(cell.gate(), cell.candidate(), cell.output()), LSTM_ORDER))
            .complete();

    private final OnnxWriter out;
    private final OnnxBuilder builder;
    private final Operation.Recurrent op;
    private final Cell cell;
    private final Node node;
    private final Form form;
    private final int units;

    RecurrentWriting(OnnxWriter out, Operation.Recurrent op, Node node) {
        this.out = out;
        this.builder = out.builder();
        this.op = op;
        this.cell = op.cell();
        this.node = node;
        this.form = FORMS.of(cell);
        this.units = cell.units();
    }

    /** Functions of a cell in ONNX's order. */
    static List<Function> functions(Cell cell) {
        return FORMS.of(cell).functions();
    }

    void write() {
        List<String> given = new ArrayList<>();
        given.add(builder.add("Transpose", node.name() + "/steps", SWAP, out.input(node, 0)));
        given.add(matrix(cell.kernel()));
        given.add(matrix(cell.recurrent()));
        given.add(bias());
        given.add(op.masked() ? lengths() : "");
        int start = op.masked() ? 2 : 1;
        for (int state = 0; state < cell.states(); state++) {
            given.add(op.starts() ? start(state, out.input(node, start + state)) : "");
        }
        given.add(peepholes());
        while (given.get(given.size() - 1).isEmpty()) {
            given.remove(given.size() - 1);
        }
        List<String> outputs = new ArrayList<>(List.of(node.name() + "/Y", node.name() + "/Y_h"));
        if (cell.states() == 2) {
            outputs.add(node.name() + "/Y_c");
        }
        List<String> values = builder.add(form.operator(), outputs, attributes(), given.toArray(String[]::new));
        String steps = builder.add("Squeeze", node.name() + "/outputs", NONE, values.get(0), builder.numbers(1));
        out.give(Port.of(node.name()), builder.add("Transpose", node.name(), SWAP, steps));
        for (int state = 1; state < values.size(); state++) {
            String last =
                    builder.add("Squeeze", node.name() + "/state" + state, NONE, values.get(state), builder.numbers(0));
            out.give(new Port(node.name(), state), last);
        }
    }

    private String lengths() {
        return builder.add("Cast", node.name() + "/lengths", Map.of("to", 6L), out.lengths(node));
    }

    private String start(int state, String value) {
        return builder.add("Unsqueeze", node.name() + "/start" + state, NONE, value, builder.numbers(0));
    }

    private Map<String, Object> attributes() {
        Map<String, Object> attributes = new HashMap<>();
        attributes.put("hidden_size", (long) units);
        attributes.put("direction", op.reversed() ? "reverse" : "forward");
        if (cell instanceof Cell.Gru gru) {
            attributes.put("linear_before_reset", gru.resetAfter() ? 1L : 0L);
        }
        if (op.clip() < Double.POSITIVE_INFINITY) {
            attributes.put("clip", (float) op.clip());
        }
        attributes.put(
                "activations",
                form.functions().stream().map(f -> NAMES.get(f.kind())).toList());
        float[] alphas = numbers(true);
        float[] betas = numbers(false);
        if (alphas.length > 0) {
            attributes.put("activation_alpha", alphas);
        }
        if (betas.length > 0) {
            attributes.put("activation_beta", betas);
        }
        return attributes;
    }

    /** alpha or beta of the functions that take one, in their order. */
    private float[] numbers(boolean alpha) {
        List<Double> numbers = new ArrayList<>();
        for (Function function : form.functions()) {
            String name = NAMES.get(function.kind());
            boolean linear = function.kind() == Function.Kind.LINEAR;
            if (alpha ? Activations.takesAlpha(name) : Activations.takesBeta(name)) {
                numbers.add(alpha ? (linear ? 1 : function.alpha()) : function.beta());
            }
        }
        float[] floats = new float[numbers.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = numbers.get(i).floatValue();
        }
        return floats;
    }

    /** [n, gates units] to [1, gates units, n]. */
    private String matrix(Weight weight) {
        int rows = weight.size(0);
        int gates = form.order().length;
        float[] from = weight.values();
        float[] to = new float[from.length];
        for (int gate = 0; gate < gates; gate++) {
            for (int unit = 0; unit < units; unit++) {
                for (int i = 0; i < rows; i++) {
                    to[(gate * units + unit) * rows + i] = from[(i * gates + form.order()[gate]) * units + unit];
                }
            }
        }
        return builder.floats(weight.name(), to, 1, (long) gates * units, rows);
    }

    private String bias() {
        Optional<Weight> input = cell instanceof Cell.Gru gru ? gru.inputBias() : plainBias();
        Optional<Weight> state = cell instanceof Cell.Gru gru ? gru.recurrentBias() : Optional.empty();
        if (input.isEmpty() && state.isEmpty()) {
            return "";
        }
        int gates = form.order().length;
        float[] both = new float[2 * gates * units];
        input.ifPresent(weight -> copy(weight, form.order(), both, 0));
        state.ifPresent(weight -> copy(weight, form.order(), both, gates * units));
        String name = input.or(() -> state).orElseThrow().name().replaceFirst("/(input|recurrent)$", "");
        return builder.floats(builder.unique(name), both, 1, both.length);
    }

    private Optional<Weight> plainBias() {
        return cell instanceof Cell.Lstm lstm ? lstm.bias() : ((Cell.Simple) cell).bias();
    }

    private String peepholes() {
        if (!(cell instanceof Cell.Lstm lstm) || lstm.peepholes().isEmpty()) {
            return "";
        }
        float[] ordered = new float[PEEPHOLE_ORDER.length * units];
        copy(lstm.peepholes().get(), PEEPHOLE_ORDER, ordered, 0);
        return builder.floats(lstm.peepholes().get().name(), ordered, 1, ordered.length);
    }

    private void copy(Weight from, int[] order, float[] to, int start) {
        for (int gate = 0; gate < order.length; gate++) {
            System.arraycopy(from.values(), order[gate] * units, to, start + gate * units, units);
        }
    }
}
