package org.steadygrad.exchange.keras;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.steadygrad.check.Cases;
import org.steadygrad.exchange.graph.Cell;
import org.steadygrad.exchange.graph.Function;
import org.steadygrad.exchange.graph.Node;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Operation.MaskedOutput;
import org.steadygrad.exchange.graph.Operation.Merge;
import org.steadygrad.exchange.graph.Operation.Recurrent;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.graph.Shape;
import org.steadygrad.exchange.graph.Weight;
import org.steadygrad.exchange.keras.KerasWriter.Masked;
import org.steadygrad.exchange.keras.WrittenLayer.Tensor;

/** Recurrent nodes as layers of Keras 3: alone, or two as one Bidirectional. */
final class CellWriting {
    private static final Map<Merge.Kind, String> MODES = Map.of(
            Merge.Kind.CONCATENATE, "concat",
            Merge.Kind.ADD, "sum",
            Merge.Kind.AVERAGE, "ave",
            Merge.Kind.MULTIPLY, "mul");

    private static final Cases<Cell, String> NAMES = Cases.<Cell, String>of(Cell.class)
            .on(Cell.Simple.class, cell -> "SimpleRNN")
            .on(Cell.Lstm.class, cell -> "LSTM")
            .on(Cell.Gru.class, cell -> "GRU")
            .complete();

    private final KerasWriter to;
    private final LayerWriting layers;
    /** Sequences as layers that read backwards give them: the last step first. */
    private final Map<Port, Tensor> backwards = new HashMap<>();

    private final Set<String> inPairs = new HashSet<>();

    CellWriting(KerasWriter to, LayerWriting layers) {
        this.to = to;
        this.layers = layers;
        for (Node node : to.graph().nodes()) {
            if (node.operation() instanceof Merge) {
                pair(node).ifPresent(pair -> pair.forEach(one -> inPairs.add(one.name())));
            }
        }
    }

    /** The state that a step of a sequence is, for a layer that ends there; empty for other values. */
    Optional<Port> asState(Node step) {
        Port x = step.inputs().get(0);
        Node from = to.node(x.node());
        boolean state = from != null
                && step.operation() instanceof Operation.TakeStep take
                && from.operation() instanceof Recurrent op
                && x.output() == 0
                && !op.masked()
                && op.reversed() != take.last();
        return state ? Optional.of(new Port(from.name(), 1)) : Optional.empty();
    }

    /** Whether something reads the output at all steps. */
    private boolean sequencesUsed(Node node) {
        Port port = Port.of(node.name());
        return to.isOutput(port)
                || to.readers(port).stream().anyMatch(reader -> asState(reader).isEmpty());
    }

    private boolean stateUsed(Node node) {
        return to.isUsed(new Port(node.name(), 1))
                || to.readers(Port.of(node.name())).stream()
                        .anyMatch(reader -> asState(reader).isPresent());
    }

    /** What a layer that reads backwards gives in place of a value. */
    Optional<Tensor> backwards(Port port) {
        return Optional.ofNullable(backwards.get(port));
    }

    private boolean fits(Recurrent op, Node node) {
        Optional<Port> own = op.masked() ? Optional.of(node.inputs().get(1)) : Optional.empty();
        if (!to.hasMask(node.inputs().get(0), own)) {
            to.obstacle(node, "leaves out other steps than Keras would by the mask there");
            return false;
        }
        return true;
    }

    void write(Recurrent op, Node node) {
        if (inPairs.contains(node.name()) || !fits(op, node)) {
            return;
        }
        boolean sequences = sequencesUsed(node);
        boolean memory = op.cell().states() == 2 && to.isUsed(new Port(node.name(), 2));
        boolean states = memory || (sequences && stateUsed(node));
        Optional<WrittenLayer> made = layer(op, node, to.unique(node.name()), sequences, "");
        if (made.isEmpty()) {
            return;
        }
        made.get()
                .config()
                .put("return_state", states)
                .put("go_backwards", op.reversed())
                .put("zero_output_for_mask", op.masked() && sequences && op.maskedOutput() == MaskedOutput.ZERO);
        int first = op.masked() ? 2 : 1;
        List<Port> starts =
                op.starts() ? node.inputs().subList(first, node.inputs().size()) : List.of();
        Port output = Port.of(node.name());
        to.call(node, made.get(), List.of(node.inputs().get(0)), starts, output, true)
                .ifPresent(tensor -> give(op, node, sequences, states, tensor));
    }

    private void give(Recurrent op, Node node, boolean sequences, boolean states, Tensor tensor) {
        Port output = Port.of(node.name());
        Shape vector = Shape.vector(op.cell().units());
        for (int i = 1; states && i <= op.cell().states(); i++) {
            to.give(new Port(node.name(), i), new Tensor(tensor.layer(), tensor.call(), i, vector), Optional.empty());
        }
        if (!sequences) {
            if (!states) {
                to.give(
                        new Port(node.name(), 1),
                        new Tensor(tensor.layer(), tensor.call(), 0, vector),
                        Optional.empty());
            }
            return;
        }
        to.give(output, tensor, to.masked(node.inputs().get(0)));
        if (op.reversed()) {
            backwards.put(output, tensor);
            boolean inOrder = to.isOutput(output)
                    || to.readers(output).stream()
                            .anyMatch(reader -> !(reader.operation() instanceof Operation.ReverseTime)
                                    && asState(reader).isEmpty());
            if (inOrder) {
                layers.flip(node.name() + "_in_order", output, output);
            }
        }
    }

    /** Both directions of what a merge joins, forward first, where a Bidirectional does the same. */
    private Optional<List<Node>> pair(Node merge) {
        if (merge.inputs().size() != 2 || !MODES.containsKey(((Merge) merge.operation()).kind())) {
            return Optional.empty();
        }
        List<Node> both = new ArrayList<>();
        for (Port port : merge.inputs()) {
            Node node = to.node(port.node());
            boolean fits = node != null
                    && node.operation() instanceof Recurrent op
                    && !op.starts()
                    && op.reversed() == (both.size() == 1)
                    && port.output() < 2
                    && port.output() == merge.inputs().get(0).output()
                    && !(op.masked() && port.output() == 0 && op.maskedOutput() == MaskedOutput.REPEAT)
                    && to.readers(port).size() == 1
                    && !to.isOutput(port)
                    && onlyUsed(node, port.output());
            if (!fits) {
                return Optional.empty();
            }
            both.add(node);
        }
        return both.get(0).inputs().equals(both.get(1).inputs()) ? Optional.of(both) : Optional.empty();
    }

    private boolean onlyUsed(Node node, int output) {
        for (int i = 0; i < node.operation().outputs(); i++) {
            if (i != output && to.isUsed(new Port(node.name(), i))) {
                return false;
            }
        }
        return true;
    }

    /** Writes a Bidirectional in place of a merge, if it is one. */
    boolean bothWays(Merge.Kind kind, Node merge) {
        Optional<List<Node>> pair = pair(merge);
        if (pair.isEmpty()) {
            return false;
        }
        Node forward = pair.get().get(0);
        Node backward = pair.get().get(1);
        boolean sequences = merge.inputs().get(0).output() == 0;
        if (!fits((Recurrent) forward.operation(), forward)) {
            return true;
        }
        WrittenLayer layer = layers.layer(merge, "Bidirectional");
        layer.config().put("trainable", forward.trained() || backward.trained());
        layer.config().put("merge_mode", MODES.get(kind));
        for (Node node : pair.get()) {
            Recurrent op = (Recurrent) node.operation();
            String name = op.reversed() ? "backward" : "forward";
            Optional<WrittenLayer> inner = layer(op, node, name + "_" + layer.name(), sequences, name + "_layer/");
            if (inner.isEmpty()) {
                return true;
            }
            inner.get()
                    .config()
                    .put("return_state", false)
                    .put("go_backwards", op.reversed())
                    .put("zero_output_for_mask", sequences);
            inner.get().variables().forEach(layer.variables()::add);
            layer.config()
                    .set(op.reversed() ? "backward_layer" : "layer", inner.get().innerJson());
        }
        Port gives = Port.of(merge.name());
        Optional<Masked> mask = sequences ? to.masked(forward.inputs().get(0)) : Optional.empty();
        to.call(merge, layer, List.of(forward.inputs().get(0)), List.of(), gives, true)
                .ifPresent(tensor -> to.give(gives, tensor, mask));
        return true;
    }

    /** The layer with its variables. @param group below which these lie */
    private Optional<WrittenLayer> layer(Recurrent op, Node node, String name, boolean sequences, String group) {
        Cell cell = op.cell();
        if (op.clip() < Double.POSITIVE_INFINITY) {
            to.obstacle(node, "clips its sums, which no layer of Keras does");
            return Optional.empty();
        }
        WrittenLayer layer = WrittenLayer.layer(name, NAMES.of(cell), node.trained());
        ObjectNode config = layer.config();
        config.put("return_sequences", sequences)
                .put("stateful", false)
                .put("units", cell.units())
                .put("dropout", op.inputDropout());
        LayerWriting.penalty(node, config, "kernel_regularizer", Optional.of(cell.kernel()));
        LayerWriting.penalty(node, config, "recurrent_regularizer", Optional.of(cell.recurrent()));
        layer.variable(group + "cell/", 0, cell.kernel());
        layer.variable(group + "cell/", 1, cell.recurrent());
        Optional<Weight> bias = bias(cell);
        config.put("use_bias", bias.isPresent());
        bias.ifPresent(weight -> layer.variable(group + "cell/", 2, weight));
        LayerWriting.penalty(node, config, "bias_regularizer", bias);
        return functions(cell, node, config) ? Optional.of(layer) : Optional.empty();
    }

    private boolean functions(Cell cell, Node node, ObjectNode config) {
        if (cell instanceof Cell.Simple simple) {
            return function(simple.activation(), "activation", node, config);
        }
        if (cell instanceof Cell.Gru gru) {
            config.put("reset_after", gru.resetAfter());
            return function(gru.candidate(), "activation", node, config)
                    && function(gru.gate(), "recurrent_activation", node, config);
        }
        Cell.Lstm lstm = (Cell.Lstm) cell;
        if (lstm.peepholes().isPresent() || !lstm.candidate().equals(lstm.output())) {
            to.obstacle(node, "has peepholes, or two activation functions, which Keras's LSTM lacks");
            return false;
        }
        return function(lstm.candidate(), "activation", node, config)
                && function(lstm.gate(), "recurrent_activation", node, config);
    }

    private boolean function(Function function, String key, Node node, ObjectNode config) {
        Optional<String> name = Functions.name(function);
        name.ifPresent(known -> config.put(key, known));
        if (name.isEmpty()) {
            to.obstacle(
                    node,
                    "has the " + key + " " + function.kind()
                            + (function.alpha() == 0 ? "" : " with " + function.alpha())
                            + ", which Keras 3 has no name for");
        }
        return name.isPresent();
    }

    /** A GRU's two biases are rows where the reset gate comes after the product, and one where it comes before. */
    private static Optional<Weight> bias(Cell cell) {
        if (cell instanceof Cell.Simple simple) {
            return simple.bias();
        }
        if (cell instanceof Cell.Lstm lstm) {
            return lstm.bias();
        }
        Cell.Gru gru = (Cell.Gru) cell;
        if (gru.inputBias().isEmpty() && gru.recurrentBias().isEmpty()) {
            return Optional.empty();
        }
        int size = 3 * gru.units();
        float[] input = gru.inputBias().map(Weight::values).orElse(new float[size]);
        float[] recurrent = gru.recurrentBias().map(Weight::values).orElse(new float[size]);
        String name = gru.inputBias().or(gru::recurrentBias).orElseThrow().name();
        if (gru.resetAfter()) {
            float[] both = java.util.Arrays.copyOf(input, 2 * size);
            System.arraycopy(recurrent, 0, both, size, size);
            return Optional.of(new Weight(name, List.of(2, size), both));
        }
        if (gru.recurrentBias().isEmpty()) {
            return gru.inputBias();
        }
        float[] sum = new float[size];
        for (int i = 0; i < size; i++) {
            sum[i] = input[i] + recurrent[i];
        }
        return Optional.of(Weight.of(name, sum));
    }
}
