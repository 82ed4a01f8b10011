package org.steadygrad.exchange.keras;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.ReadReport;
import org.steadygrad.exchange.graph.Cell;
import org.steadygrad.exchange.graph.Function;
import org.steadygrad.exchange.graph.Function.Kind;
import org.steadygrad.exchange.graph.GraphBuilder;
import org.steadygrad.exchange.graph.Node;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Operation.MaskedOutput;
import org.steadygrad.exchange.graph.Operation.Merge;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.graph.Shape;
import org.steadygrad.exchange.graph.Weight;

/** What each layer of Keras is in a graph. */
final class Layers {
    /** Layers that do the same to every step; {@code TimeDistributed} of one is the layer itself. */
    private static final Set<String> STEPWISE = Set.of(
            "Dense",
            "Activation",
            "ReLU",
            "LeakyReLU",
            "ELU",
            "Softmax",
            "Dropout",
            "LayerNormalization",
            "Rescaling",
            "Identity");

    private static final String LEAVE_OUT = "Leave it out and save the model anew.";

    private static final Map<String, BiFunction<Layers, Use, List<Value>>> LAYERS = new HashMap<>();

    static {
        LAYERS.put("Dense", Layers::dense);
        LAYERS.put(
                "Activation",
                (layers, use) ->
                        layers.activation(use, Functions.of(use.layer, "activation", layers.keras3, Function.LINEAR)));
        LAYERS.put("ReLU", (layers, use) -> layers.activation(use, layers.relu(use.layer)));
        LAYERS.put("LeakyReLU", (layers, use) -> layers.activation(use, layers.leaky(use.layer)));
        LAYERS.put(
                "ELU",
                (layers, use) -> layers.activation(use, new Function(Kind.ELU, use.layer.number("alpha", 1), 0)));
        LAYERS.put(
                "ThresholdedReLU",
                (layers, use) ->
                        layers.activation(use, new Function(Kind.THRESHOLDED_RELU, use.layer.number("theta", 1), 0)));
        LAYERS.put("Softmax", Layers::softmax);
        LAYERS.put("PReLU", Layers::prelu);
        LAYERS.put("Identity", (layers, use) -> List.of(use.first()));
        LAYERS.put("Dropout", Layers::dropout);
        LAYERS.put("LSTM", Layers::recurrent);
        LAYERS.put("GRU", Layers::recurrent);
        LAYERS.put("SimpleRNN", Layers::recurrent);
        LAYERS.put("Bidirectional", Layers::bidirectional);
        LAYERS.put("TimeDistributed", Layers::timeDistributed);
        LAYERS.put("Embedding", Layers::embedding);
        LAYERS.put("Masking", Layers::masking);
        LAYERS.put("BatchNormalization", Layers::batchNorm);
        LAYERS.put("LayerNormalization", Layers::layerNorm);
        LAYERS.put("Normalization", Layers::normalization);
        LAYERS.put("Rescaling", Layers::rescaling);
        LAYERS.put("Add", (layers, use) -> layers.merge(use, Merge.Kind.ADD));
        LAYERS.put("Subtract", (layers, use) -> layers.merge(use, Merge.Kind.SUBTRACT));
        LAYERS.put("Multiply", (layers, use) -> layers.merge(use, Merge.Kind.MULTIPLY));
        LAYERS.put("Average", (layers, use) -> layers.merge(use, Merge.Kind.AVERAGE));
        LAYERS.put("Maximum", (layers, use) -> layers.merge(use, Merge.Kind.MAXIMUM));
        LAYERS.put("Minimum", (layers, use) -> layers.merge(use, Merge.Kind.MINIMUM));
        LAYERS.put("Concatenate", (layers, use) -> layers.merge(use, Merge.Kind.CONCATENATE));
        LAYERS.put("GlobalAveragePooling1D", (layers, use) -> layers.pool(use, Operation.Pool.Kind.AVERAGE));
        LAYERS.put("GlobalMaxPooling1D", (layers, use) -> layers.pool(use, Operation.Pool.Kind.MAXIMUM));
        LAYERS.put("RepeatVector", Layers::repeat);
        LAYERS.put("Flatten", Layers::flatten);
    }

    /**
     * A call of a layer.
     *
     * @param layer its configuration
     * @param name of the node to be made
     * @param group of its weights
     * @param trained whether training changes the model that the layer is in
     * @param inputs values, each with its mask
     * @param states initial states, if they are given
     */
    record Use(LayerConfig layer, String name, String group, boolean trained, List<Value> inputs, List<Value> states) {
        Value first() {
            return inputs.get(0);
        }

        Use of(LayerConfig inner, String innerName, String innerGroup, List<Value> innerStates) {
            return new Use(inner, innerName, innerGroup, trained, inputs, innerStates);
        }
    }

    /** Takes models within models. */
    interface Models {
        List<Value> apply(JsonNode model, Use use);
    }

    private final String file;
    private final GraphBuilder graph;
    private final WeightSource weights;
    private final boolean keras3;
    private final Models models;
    private final ReadReport report;

    Layers(String file, GraphBuilder graph, WeightSource weights, boolean keras3, ReadReport report, Models models) {
        this.file = file;
        this.graph = graph;
        this.weights = weights;
        this.keras3 = keras3;
        this.report = report;
        this.models = models;
    }

    /** What is refused of layers, for the documentation; of those that aren't here, nothing. */
    private static final Map<String, String> LIMITS = Map.ofEntries(
            Map.entry("Dense", "quantization, LoRA"),
            Map.entry("ReLU", "max_value other than 6, threshold"),
            Map.entry("Softmax", "axis other than the last, a mask"),
            Map.entry("PReLU", "slopes by step"),
            Map.entry("Dropout", "noise_shape"),
            Map.entry("LSTM", "stateful, time_major, recurrent_dropout, functions along an axis"),
            Map.entry(
                    "GRU", "stateful, time_major, recurrent_dropout, functions along an axis, regularizer of the bias"),
            Map.entry("SimpleRNN", "stateful, time_major, recurrent_dropout, functions along an axis"),
            Map.entry("Bidirectional", "layers other than LSTM, GRU, SimpleRNN"),
            Map.entry("TimeDistributed", "layers that don't do the same to every step"),
            Map.entry("BatchNormalization", "axis other than the last, renorm"),
            Map.entry("LayerNormalization", "axis other than the last, rms_scaling"),
            Map.entry("Normalization", "axis other than the last, invert"),
            Map.entry("Rescaling", "lists of numbers"),
            Map.entry("Concatenate", "axis other than the last"),
            Map.entry("GlobalAveragePooling1D", "keepdims, channels_first"),
            Map.entry("GlobalMaxPooling1D", "keepdims, channels_first"),
            Map.entry("Flatten", "sequences"));

    /** Layers that are read, each with what is refused of it. */
    static SortedMap<String, String> coverage() {
        SortedMap<String, String> coverage = new TreeMap<>();
        LAYERS.keySet().forEach(name -> coverage.put(name, LIMITS.getOrDefault(name, "")));
        return coverage;
    }

    List<Value> apply(Use use) {
        BiFunction<Layers, Use, List<Value>> reading = LAYERS.get(use.layer.className());
        if (reading == null) {
            throw ForeignModelException.refused(
                    use.layer.where() + ", class_name",
                    use.layer.className(),
                    "this toolkit has no such layer",
                    "Build the model of "
                            + String.join(
                                    ", ", LAYERS.keySet().stream().sorted().toList()) + ".");
        }
        if (use.inputs.isEmpty() || use.inputs.stream().anyMatch(value -> value.port() == null)) {
            throw use.layer.refused("inbound_nodes", "its input isn't a value", "Save the model anew.");
        }
        weights.checkName(use.group, use.layer.name());
        List<Value> values = reading.apply(this, use);
        use.layer.done();
        return values;
    }

    /** Adds a node. @param penalties of its weights, by the end of their names */
    private Port add(Use use, Operation operation, Map<String, Node.Penalty> penalties, Port... inputs) {
        return graph.add(new Node(
                graph.free(use.name),
                use.name,
                operation,
                List.of(inputs),
                use.trained && use.layer.trainable(),
                penalties));
    }

    private Port add(Use use, Operation operation, Port... inputs) {
        return add(use, operation, Map.of(), inputs);
    }

    private static String weightName(Use use, String variable) {
        return use.name + "/" + variable;
    }

    private Optional<Weight> optional(Use use, boolean there, int index, String variable) {
        return there ? Optional.of(weights.get(use.group, index, weightName(use, variable))) : Optional.empty();
    }

    private List<Value> dense(Use use) {
        LayerConfig layer = use.layer;
        int units = layer.positive("units");
        boolean bias = layer.flag("use_bias", true);
        Weight kernel = weights.get(use.group, 0, weightName(use, "kernel"));
        checkColumns(layer, kernel, units);
        Operation operation = new Operation.Dense(
                kernel, optional(use, bias, 1, "bias"), Functions.of(layer, "activation", keras3, Function.LINEAR));
        Map<String, Node.Penalty> penalties =
                penalties(use, Map.of("kernel_regularizer", "kernel", "bias_regularizer", "bias"));
        return List.of(Value.of(
                add(use, operation, penalties, use.first().port()), use.first().mask()));
    }

    private static void checkColumns(LayerConfig layer, Weight kernel, int columns) {
        if (kernel.shape().size() != 2 || kernel.size(1) != columns) {
            throw new ForeignModelException(layer.where() + ": expected a kernel with " + columns
                    + " columns, got shape " + kernel.shape() + ". Configuration and weights don't belong together.");
        }
    }

    /** @param keys from options to the variables they are about */
    private Map<String, Node.Penalty> penalties(Use use, Map<String, String> keys) {
        Map<String, Node.Penalty> penalties = new HashMap<>();
        keys.forEach((key, variable) -> {
            JsonNode value = use.layer.raw(key);
            if (value.isMissingNode() || value.isNull()) {
                return;
            }
            String type = value.path("class_name").asText();
            if (!Set.of("L1", "L2", "L1L2").contains(type)) {
                throw use.layer.refused(key, "only L1 and L2 are known", LEAVE_OUT);
            }
            double l1 = value.path("config").path("l1").asDouble(0);
            double l2 = value.path("config").path("l2").asDouble(0);
            penalties.put(weightName(use, variable), new Node.Penalty(l1, l2));
            use.layer.tell(key, "l1 " + l1 + ", l2 " + l2);
        });
        return penalties;
    }

    private List<Value> activation(Use use, Function function) {
        return List.of(Value.of(
                add(use, new Operation.Activate(function), use.first().port()),
                use.first().mask()));
    }

    private Function relu(LayerConfig layer) {
        double slope = layer.number("negative_slope", 0);
        layer.only("threshold", 0.0, "this toolkit's ReLU has none", LEAVE_OUT);
        if (!layer.has("max_value")) {
            layer.ignore("max_value");
            return slope == 0 ? Function.RELU : new Function(Kind.LEAKY_RELU, slope, 0);
        }
        if (layer.number("max_value", 6) != 6 || slope != 0) {
            throw layer.refused("max_value", "only 6 without a slope below 0 is known", LEAVE_OUT);
        }
        return Function.of(Kind.RELU6);
    }

    /** Keras 2 calls the slope alpha. */
    private Function leaky(LayerConfig layer) {
        double slope = layer.has("negative_slope") ? layer.number("negative_slope", 0.3) : layer.number("alpha", 0.3);
        return new Function(Kind.LEAKY_RELU, slope, 0);
    }

    private List<Value> softmax(Use use) {
        requireLastAxis(use, "axis");
        if (use.first().mask().isPresent()) {
            // Keras hands the mask of steps to the softmax over features
            throw use.layer.refused(
                    "mask", "Softmax as a layer would mask features, not steps", "Use Activation(\"softmax\").");
        }
        return activation(use, Function.SOFTMAX);
    }

    private void requireLastAxis(Use use, String key) {
        JsonNode axis = use.layer.raw(key);
        JsonNode one = axis.isArray() && axis.size() == 1 ? axis.get(0) : axis;
        int last = graph.shape(use.first().port()).sizes().size();
        if (!axis.isMissingNode() && (!one.isInt() || (one.intValue() != -1 && one.intValue() != last))) {
            throw use.layer.refused(key, "only the last axis is known", "Build the model with axis=-1.");
        }
        use.layer.tell(key, "the last one");
    }

    private List<Value> prelu(Use use) {
        Weight slopes = weights.get(use.group, 0, weightName(use, "alpha"));
        Shape shape = graph.shape(use.first().port());
        use.layer.raw("shared_axes");
        if (slopes.values().length != shape.features()) {
            throw use.layer.refused(
                    "shared_axes", "slopes by step aren't known", "Build the model with shared_axes=[1].");
        }
        use.layer.tell("shared_axes", "a slope for each feature");
        Map<String, Node.Penalty> penalties = penalties(use, Map.of("alpha_regularizer", "alpha"));
        Weight vector = new Weight(slopes.name(), List.of(slopes.values().length), slopes.values());
        return List.of(Value.of(
                add(use, new Operation.PRelu(vector), penalties, use.first().port()),
                use.first().mask()));
    }

    private List<Value> dropout(Use use) {
        double rate = use.layer.number("rate", 0.5);
        use.layer.only("noise_shape", null, "only elements dropped one by one are known", LEAVE_OUT);
        return List.of(Value.of(
                add(use, new Operation.Dropout(rate), use.first().port()),
                use.first().mask()));
    }

    private List<Value> recurrent(Use use) {
        LayerConfig layer = use.layer;
        boolean sequences = layer.flag("return_sequences", false);
        boolean states = layer.flag("return_state", false);
        boolean backwards = layer.flag("go_backwards", false);
        boolean zero = layer.flag("zero_output_for_mask", false);
        Optional<Port> mask = use.first().mask();
        Port cell = cells(use, backwards, zero ? MaskedOutput.ZERO : MaskedOutput.REPEAT);
        Port output;
        if (sequences) {
            output = backwards ? graph.add(cell.node() + "/reversed", new Operation.ReverseTime(), cell) : cell;
        } else if (zero && mask.isPresent()) {
            // the last step that is read may be a masked one
            output = graph.add(cell.node() + "/last", new Operation.TakeStep(!backwards), cell);
        } else {
            output = new Port(cell.node(), 1);
        }
        List<Value> values = new ArrayList<>();
        values.add(Value.of(output, sequences ? mask : Optional.empty()));
        if (states) {
            values.add(Value.unmasked(new Port(cell.node(), 1)));
            if (layer.className().equals("LSTM")) {
                values.add(Value.unmasked(new Port(cell.node(), 2)));
            }
        }
        return values;
    }

    /** The layer's node; its output is in the order of time. */
    private Port cells(Use use, boolean reversed, MaskedOutput maskedOutput) {
        LayerConfig layer = use.layer;
        Map<String, Node.Penalty> penalties = penalties(
                use,
                Map.of(
                        "kernel_regularizer",
                        "kernel",
                        "recurrent_regularizer",
                        "recurrent_kernel",
                        "bias_regularizer",
                        "bias"));
        if (layer.className().equals("GRU") && penalties.containsKey(weightName(use, "bias"))) {
            throw layer.refused("bias_regularizer", "biases of a GRU are two arrays here", LEAVE_OUT);
        }
        layer.only(
                "stateful",
                false,
                "states that stay from batch to batch aren't known",
                "Build the model with stateful=False.");
        layer.only(
                "time_major",
                false,
                "only sequences [batch, time, size] are known",
                "Build the model with time_major=False.");
        layer.only("recurrent_dropout", 0.0, "training would be another one", "Set it to 0 and save the model anew.");
        layer.ignore("implementation", "unroll", "unit_forget_bias", "use_cudnn", "return_sequences");
        double dropout = layer.number("dropout", 0);
        List<Port> inputs = new ArrayList<>(List.of(use.first().port()));
        use.first().mask().ifPresent(inputs::add);
        use.states.forEach(state -> inputs.add(state.port()));
        Cell cell = cell(use);
        if (!use.states.isEmpty() && use.states.size() != cell.states()) {
            throw layer.refused(
                    "initial_state", "it has " + use.states.size() + " states instead of " + cell.states(), LEAVE_OUT);
        }
        Operation.Recurrent operation = new Operation.Recurrent(
                cell,
                reversed,
                use.first().mask().isPresent(),
                maskedOutput,
                !use.states.isEmpty(),
                Double.POSITIVE_INFINITY,
                dropout);
        return add(use, operation, penalties, inputs.toArray(Port[]::new));
    }

    private Cell cell(Use use) {
        LayerConfig layer = use.layer;
        int units = layer.positive("units");
        boolean bias = layer.flag("use_bias", true);
        String group = use.group + "/cell";
        Weight kernel = weights.get(group, 0, weightName(use, "kernel"));
        Weight recurrent = weights.get(group, 1, weightName(use, "recurrent_kernel"));
        Optional<Weight> biases = bias ? Optional.of(weights.get(group, 2, weightName(use, "bias"))) : Optional.empty();
        Function activation = Functions.of(layer, "activation", keras3, Function.TANH);
        requireElementwise(layer, "activation", activation);
        if (layer.className().equals("SimpleRNN")) {
            checkColumns(layer, kernel, units);
            return new Cell.Simple(kernel, recurrent, biases, activation);
        }
        Function gate = Functions.of(layer, "recurrent_activation", keras3, Function.SIGMOID);
        requireElementwise(layer, "recurrent_activation", gate);
        if (layer.className().equals("LSTM")) {
            checkColumns(layer, kernel, 4 * units);
            return new Cell.Lstm(kernel, recurrent, biases, Optional.empty(), gate, activation, activation);
        }
        checkColumns(layer, kernel, 3 * units);
        boolean after = layer.flag("reset_after", keras3);
        Optional<Weight> input = biases;
        Optional<Weight> back = Optional.empty();
        if (after && bias) {
            Weight both = biases.get().shape().equals(List.of(2, 3 * units)) ? biases.get() : null;
            if (both == null) {
                throw new ForeignModelException(layer.where() + ": expected a bias of shape [2, " + 3 * units
                        + "], got " + biases.get().shape() + ". Configuration and weights don't belong together.");
            }
            input = Optional.of(row(both, 0, "input"));
            back = Optional.of(row(both, 1, "recurrent"));
        }
        return new Cell.Gru(kernel, recurrent, input, back, after, gate, activation);
    }

    private static void requireElementwise(LayerConfig layer, String key, Function function) {
        if (!function.elementwise()) {
            throw layer.refused(key, "cells take elementwise functions", "Use another one.");
        }
    }

    private final Map<String, Weight> rows = new HashMap<>();

    private Weight row(Weight both, int row, String which) {
        return rows.computeIfAbsent(both.name() + "/" + which, name -> {
            int size = both.size(1);
            float[] values = java.util.Arrays.copyOfRange(both.values(), row * size, (row + 1) * size);
            return Weight.of(name, values);
        });
    }

    private List<Value> bidirectional(Use use) {
        LayerConfig layer = use.layer;
        String mode = layer.word("merge_mode").orElse("");
        LayerConfig forward = inner(layer, "layer");
        JsonNode back = layer.raw("backward_layer");
        boolean own = back.isObject();
        LayerConfig backward = inner(layer, own ? "backward_layer" : "layer");
        layer.only("zero_output_for_mask", false, "Bidirectional decides it", LEAVE_OUT);
        if (!Set.of("LSTM", "GRU", "SimpleRNN").contains(forward.className())
                || !Set.of("LSTM", "GRU", "SimpleRNN").contains(backward.className())) {
            throw layer.refused("layer", "Bidirectional is known of LSTM, GRU and SimpleRNN", "Use one of these.");
        }
        layer.tell("layer", "forward direction");
        layer.tell("backward_layer", "reverse direction");
        int half = use.states.size() / 2;
        List<Value> a = direction(use, forward, "forward", false, use.states.subList(0, half));
        List<Value> b = direction(use, backward, "backward", true, use.states.subList(half, use.states.size()));
        boolean sequences =
                a.get(0).mask().isPresent() || graph.shape(a.get(0).port()).kind() == Shape.Kind.SEQUENCE;
        Optional<Port> mask = sequences ? use.first().mask() : Optional.empty();
        List<Value> values = new ArrayList<>();
        Port[] both = {a.get(0).port(), b.get(0).port()};
        if (mode.isEmpty()) {
            values.add(Value.of(both[0], mask));
            values.add(Value.of(both[1], mask));
        } else {
            Merge.Kind kind =
                    switch (mode) {
                        case "concat" -> Merge.Kind.CONCATENATE;
                        case "sum" -> Merge.Kind.ADD;
                        case "ave" -> Merge.Kind.AVERAGE;
                        case "mul" -> Merge.Kind.MULTIPLY;
                        default -> throw layer.refused("merge_mode", "it isn't known", "Use concat, sum, ave or mul.");
                    };
            values.add(Value.of(add(use, new Merge(kind), both), mask));
        }
        values.addAll(a.subList(1, a.size()));
        values.addAll(b.subList(1, b.size()));
        return values;
    }

    private LayerConfig inner(LayerConfig layer, String key) {
        return new LayerConfig(file, layer.path() + "/config/" + key, layer.raw(key), report);
    }

    /** One direction; sequences come out in the order of time. */
    private List<Value> direction(Use use, LayerConfig layer, String name, boolean reversed, List<Value> states) {
        boolean sequences = layer.flag("return_sequences", false);
        boolean withStates = layer.flag("return_state", false);
        layer.raw("go_backwards");
        layer.tell("go_backwards", "as the direction is");
        layer.raw("zero_output_for_mask");
        layer.tell("zero_output_for_mask", "as return_sequences, whatever stands here");
        Use inner = use.of(layer, use.name + "/" + name, use.group + "/" + name + "_layer", states);
        Port cell = cells(inner, reversed, sequences ? MaskedOutput.ZERO : MaskedOutput.REPEAT);
        layer.done();
        List<Value> values = new ArrayList<>();
        values.add(Value.unmasked(sequences ? cell : new Port(cell.node(), 1)));
        if (withStates) {
            values.add(Value.unmasked(new Port(cell.node(), 1)));
            if (layer.className().equals("LSTM")) {
                values.add(Value.unmasked(new Port(cell.node(), 2)));
            }
        }
        return values;
    }

    private List<Value> timeDistributed(Use use) {
        JsonNode json = use.layer.raw("layer");
        use.layer.tell("layer", "done to every step");
        if (graph.shape(use.first().port()).kind() != Shape.Kind.SEQUENCE) {
            throw use.layer.refused("layer", "its input isn't a sequence", LEAVE_OUT);
        }
        requireStepwise(use.layer, json);
        List<Value> inside = List.of(Value.unmasked(use.first().port()));
        Use inner = new Use(
                use.layer, use.name, use.group + "/layer", use.trained && use.layer.trainable(), inside, List.of());
        List<Value> values;
        if (json.path("config").path("layers").isArray()) {
            values = models.apply(json, inner);
        } else {
            LayerConfig config = inner(use.layer, "layer");
            values = apply(
                    new Use(config, use.name + "/" + config.name(), inner.group, inner.trained, inside, List.of()));
        }
        return List.of(Value.of(values.get(0).port(), use.first().mask()));
    }

    private void requireStepwise(LayerConfig layer, JsonNode inner) {
        String name = inner.path("class_name").asText();
        if (name.equals("Sequential")) {
            for (JsonNode part : inner.path("config").path("layers")) {
                if (!part.path("class_name").asText().equals("InputLayer")) {
                    requireStepwise(layer, part);
                }
            }
        } else if (!STEPWISE.contains(name)) {
            throw layer.refused(
                    "layer",
                    "TimeDistributed is known of " + STEPWISE.stream().sorted().toList()
                            + " and of Sequential models of them",
                    "Use one of these.");
        }
    }

    private List<Value> embedding(Use use) {
        LayerConfig layer = use.layer;
        int rows = layer.positive("input_dim");
        int columns = layer.positive("output_dim");
        boolean masks = layer.flag("mask_zero", false);
        Weight table = weights.get(use.group, 0, weightName(use, "embeddings"));
        if (!table.shape().equals(List.of(rows, columns))) {
            throw new ForeignModelException(layer.where() + ": expected a table [" + rows + ", " + columns
                    + "], got shape " + table.shape() + ". Configuration and weights don't belong together.");
        }
        Map<String, Node.Penalty> penalties = penalties(use, Map.of("embeddings_regularizer", "embeddings"));
        Port symbols = use.first().port();
        Port out = add(use, new Operation.Embedding(table), penalties, symbols);
        boolean sequence = graph.shape(out).kind() == Shape.Kind.SEQUENCE;
        Optional<Port> mask = masks && sequence
                ? Optional.of(graph.add(use.name + "/mask", new Operation.StepMask(0), symbols))
                : Optional.empty();
        return List.of(Value.of(out, mask));
    }

    private List<Value> masking(Use use) {
        double padding = use.layer.number("mask_value", 0);
        Port mask = graph.add(
                use.name + "/mask",
                new Operation.StepMask((float) padding),
                use.first().port());
        return List.of(Value.of(add(use, new Operation.ClearSteps(), use.first().port(), mask), Optional.of(mask)));
    }

    private List<Value> batchNorm(Use use) {
        LayerConfig layer = use.layer;
        requireLastAxis(use, "axis");
        boolean scale = layer.flag("scale", true);
        boolean center = layer.flag("center", true);
        layer.only("renorm", false, "it isn't known", LEAVE_OUT);
        layer.only("virtual_batch_size", null, "it isn't known", LEAVE_OUT);
        layer.only("adjustment", null, "it isn't known", LEAVE_OUT);
        layer.ignore("synchronized", "renorm_clipping", "renorm_momentum", "fused");
        int first = (scale ? 1 : 0) + (center ? 1 : 0);
        Optional<Port> mask = keras3 ? use.first().mask() : Optional.empty();
        Operation operation = new Operation.BatchNorm(
                optional(use, scale, 0, "gamma"),
                optional(use, center, scale ? 1 : 0, "beta"),
                weights.get(use.group, first, weightName(use, "moving_mean")),
                weights.get(use.group, first + 1, weightName(use, "moving_variance")),
                layer.number("epsilon", 1e-3),
                layer.number("momentum", 0.99),
                mask.isPresent());
        Map<String, Node.Penalty> penalties =
                penalties(use, Map.of("gamma_regularizer", "gamma", "beta_regularizer", "beta"));
        Port[] inputs = mask.map(port -> new Port[] {use.first().port(), port})
                .orElse(new Port[] {use.first().port()});
        return List.of(
                Value.of(add(use, operation, penalties, inputs), use.first().mask()));
    }

    private List<Value> layerNorm(Use use) {
        LayerConfig layer = use.layer;
        requireLastAxis(use, "axis");
        boolean scale = layer.flag("scale", true);
        boolean center = layer.flag("center", true);
        layer.only("rms_scaling", false, "it is another function", LEAVE_OUT);
        Operation operation = new Operation.LayerNorm(
                optional(use, scale, 0, "gamma"),
                optional(use, center, scale ? 1 : 0, "beta"),
                layer.number("epsilon", 1e-3));
        Map<String, Node.Penalty> penalties =
                penalties(use, Map.of("gamma_regularizer", "gamma", "beta_regularizer", "beta"));
        return List.of(Value.of(
                add(use, operation, penalties, use.first().port()), use.first().mask()));
    }

    private List<Value> normalization(Use use) {
        LayerConfig layer = use.layer;
        requireLastAxis(use, "axis");
        layer.only("invert", false, "only the way to normalised values is known", "Leave the layer out.");
        Weight mean;
        Weight variance;
        if (layer.raw("mean").isArray() || layer.raw("variance").isArray()) {
            mean = vector(layer, "mean", weightName(use, "mean"));
            variance = vector(layer, "variance", weightName(use, "variance"));
        } else {
            layer.only("mean", null, "a list is known", "Give a number for each feature.");
            layer.only("variance", null, "a list is known", "Give a number for each feature.");
            mean = weights.get(use.group, 0, weightName(use, "mean"));
            variance = weights.get(use.group, 1, weightName(use, "variance"));
            weights.skip(use.group, 2);
        }
        float[] deviation = new float[variance.values().length];
        for (int i = 0; i < deviation.length; i++) {
            deviation[i] = Math.max((float) Math.sqrt(variance.values()[i]), 1e-7f);
        }
        Weight flatMean = new Weight(mean.name(), List.of(mean.values().length), mean.values());
        Operation operation = new Operation.Standardize(flatMean, Weight.of(weightName(use, "deviation"), deviation));
        return List.of(
                Value.of(add(use, operation, use.first().port()), use.first().mask()));
    }

    private static Weight vector(LayerConfig layer, String key, String name) {
        JsonNode list = layer.raw(key);
        List<Float> numbers = new ArrayList<>();
        collect(layer, key, list, numbers);
        float[] values = new float[numbers.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = numbers.get(i);
        }
        layer.tell(key, values.length + " numbers");
        return Weight.of(name, values);
    }

    private static void collect(LayerConfig layer, String key, JsonNode list, List<Float> numbers) {
        if (list.isArray()) {
            list.forEach(inner -> collect(layer, key, inner, numbers));
        } else if (list.isNumber()) {
            numbers.add(list.floatValue());
        } else {
            throw layer.wrong(key, "numbers");
        }
    }

    private List<Value> rescaling(Use use) {
        Operation operation = new Operation.Affine(use.layer.number("scale", 1), use.layer.number("offset", 0));
        return List.of(Value.of(
                add(use, operation, use.first().port()), keras3 ? use.first().mask() : Optional.empty()));
    }

    private List<Value> merge(Use use, Merge.Kind kind) {
        if (kind == Merge.Kind.CONCATENATE) {
            requireLastAxis(use, "axis");
        }
        Port[] ports = use.inputs.stream().map(Value::port).toArray(Port[]::new);
        if (ports.length == 1) {
            return List.of(use.first());
        }
        return List.of(Value.of(add(use, new Merge(kind), ports), mergedMask(use)));
    }

    /**
     * Keras 2 joins masks by AND and takes an input without a mask for one that is nowhere masked; Keras 3 joins them by OR, and drops all if
     * one is missing.
     */
    private Optional<Port> mergedMask(Use use) {
        List<Port> masks = use.inputs.stream()
                .flatMap(value -> value.mask().stream())
                .distinct()
                .toList();
        boolean all = use.inputs.stream().allMatch(value -> value.mask().isPresent());
        if (masks.isEmpty() || (keras3 && !all)) {
            return Optional.empty();
        }
        if (masks.size() == 1) {
            return Optional.of(masks.get(0));
        }
        return Optional.of(graph.add(use.name + "/mask", new Operation.JoinMasks(keras3), masks.toArray(Port[]::new)));
    }

    private List<Value> pool(Use use, Operation.Pool.Kind kind) {
        use.layer.only("keepdims", false, "vectors come out of it", LEAVE_OUT);
        use.layer.only("data_format", "channels_last", "only sequences [batch, time, size] are known", LEAVE_OUT);
        Optional<Port> mask = kind == Operation.Pool.Kind.AVERAGE ? use.first().mask() : Optional.empty();
        Port[] inputs = mask.map(port -> new Port[] {use.first().port(), port})
                .orElse(new Port[] {use.first().port()});
        return List.of(Value.unmasked(add(use, new Operation.Pool(kind, mask.isPresent()), inputs)));
    }

    private List<Value> repeat(Use use) {
        return List.of(Value.unmasked(add(
                use,
                new Operation.RepeatVector(use.layer.positive("n")),
                use.first().port())));
    }

    private List<Value> flatten(Use use) {
        use.layer.only("data_format", "channels_last", "it isn't known", LEAVE_OUT);
        if (graph.shape(use.first().port()).kind() != Shape.Kind.VECTOR) {
            throw ForeignModelException.refused(
                    use.layer.where() + ", its input",
                    graph.shape(use.first().port()),
                    "steps side by side as one vector aren't known",
                    "Pool over time instead.");
        }
        return List.of(use.first());
    }
}
