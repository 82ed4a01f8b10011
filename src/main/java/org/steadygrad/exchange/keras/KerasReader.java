package org.steadygrad.exchange.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.ReadReport;
import org.steadygrad.exchange.graph.GraphBuilder;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.graph.Shape;
import org.steadygrad.exchange.graph.Training;
import org.steadygrad.exchange.keras.Layers.Use;

/** Takes a configuration through its layers: Sequential and Functional models, and such within such. */
final class KerasReader {
    private static final String INPUT = "InputLayer";

    private final String file;
    private final WeightSource weights;
    private final ReadReport report;
    private final GraphBuilder graph = new GraphBuilder();
    private final Layers layers;
    private final MaskOperations masks = new MaskOperations(graph);
    private final TensorOperations operations = new TensorOperations(graph);

    KerasReader(String file, boolean keras3, WeightSource weights, ReadReport report) {
        this.file = file;
        this.weights = weights;
        this.report = report;
        layers = new Layers(file, graph, weights, keras3, report, this::nested);
    }

    /** Where a model stands. @param prefix of the names of its nodes @param group of its weights @param path in the file */
    private record Place(String prefix, String group, String path, boolean trained) {}

    NeutralGraph read(JsonNode model, Optional<Training> training, Map<String, String> metadata) {
        Place top = new Place(
                "", "", "config", model.path("config").path("trainable").asBoolean(true));
        if (weights instanceof WeightSource.Named named) {
            expectArrays(named, model.path("config").path("layers"));
        }
        List<Value> outputs = model(model, top, Optional.empty());
        List<String> names = outputNames(model);
        for (int i = 0; i < outputs.size(); i++) {
            graph.output(names.get(i), outputs.get(i).port());
        }
        weights.done(report);
        return graph.build(model.path("config").path("name").asText("model"), training, metadata);
    }

    private static void expectArrays(WeightSource.Named named, JsonNode all) {
        List<String> groups = Slots.groups(all, "");
        for (int i = 0; i < all.size(); i++) {
            List<Slots.Slot> slots = Slots.of(all.get(i), groups.get(i));
            if (!slots.isEmpty()) {
                named.expect(all.get(i).path("config").path("name").asText(), slots);
            }
        }
    }

    /** Outputs are called as the layers that give them. */
    private List<String> outputNames(JsonNode model) {
        JsonNode config = model.path("config");
        List<String> names = new ArrayList<>();
        if (!config.has("output_layers")) {
            JsonNode all = config.path("layers");
            names.add(all.path(all.size() - 1).path("config").path("name").asText());
            return names;
        }
        for (Key key : keys(config.path("output_layers"), "output_layers")) {
            String name = key.layer();
            for (int i = 1; names.contains(name); i++) {
                name = key.layer() + "_" + i;
            }
            names.add(name);
        }
        return names;
    }

    private List<Value> nested(JsonNode model, Use use) {
        Place place = new Place(use.name() + "/", use.group(), use.layer().path() + "/config/layer", use.trained());
        return model(model, place, Optional.of(use.inputs()));
    }

    /** @param given its inputs; empty for the model itself, whose inputs are those of the graph */
    private List<Value> model(JsonNode model, Place place, Optional<List<Value>> given) {
        String type = model.path("class_name").asText();
        JsonNode config = model.path("config");
        if (!config.path("layers").isArray() || config.path("layers").isEmpty()) {
            throw ForeignModelException.refused(
                    file + ", class_name at " + place.path,
                    type,
                    "models that aren't Sequential or Functional say nothing of their layers",
                    "Build a functional model with the same layers.");
        }
        checkKeys(config, place);
        return switch (type) {
            case "Sequential" -> sequential(config, place, given);
            case "Functional", "Model" -> functional(config, place, given);
            default ->
                throw ForeignModelException.refused(
                        file + ", class_name at " + place.path,
                        type,
                        "only Sequential and Functional models are known",
                        "Build a functional model with the same layers.");
        };
    }

    private void checkKeys(JsonNode config, Place place) {
        config.properties().forEach(entry -> {
            switch (entry.getKey()) {
                case "name", "trainable", "layers", "input_layers", "output_layers", "dtype", "build_input_shape" ->
                    report.tell(place.path + "/config/" + entry.getKey(), "read");
                default ->
                    throw ForeignModelException.refused(
                            file + ", option " + entry.getKey() + " at " + place.path,
                            entry.getValue(),
                            "this option of a model isn't known",
                            "Save the model without it.");
            }
        });
        JsonNode type = config.path("dtype");
        String policy = type.isObject() ? type.path("config").path("name").asText() : type.asText("float32");
        if (!type.isMissingNode() && !type.isNull() && !policy.equals("float32")) {
            throw ForeignModelException.refused(
                    file + ", dtype at " + place.path,
                    policy,
                    "only float32 is computed",
                    "Build the model with dtype=\"float32\".");
        }
    }

    private List<Value> sequential(JsonNode config, Place place, Optional<List<Value>> given) {
        JsonNode all = config.path("layers");
        List<String> groups = Slots.groups(all, place.group);
        int first = all.get(0).path("class_name").asText().equals(INPUT) ? 1 : 0;
        if (first == all.size()) {
            throw new ForeignModelException(file + ": expected layers at " + place.path + ", got an input alone.");
        }
        List<Value> values;
        if (given.isPresent()) {
            values = given.get();
        } else {
            JsonNode input = all.get(0).path("config");
            String name = first == 1 ? input.path("name").asText() : "input";
            values = List.of(input(name, shape(config, input), input.path("dtype"), Symbols.reads(all.get(first))));
        }
        for (int i = first; i < all.size(); i++) {
            values = layer(all.get(i), place, groups.get(i), i, values, List.of());
        }
        return values;
    }

    /** Keras 2 may say the shape at the first layer, Keras 3 at the model. */
    private static JsonNode shape(JsonNode model, JsonNode first) {
        for (JsonNode shape :
                List.of(first.path("batch_shape"), first.path("batch_input_shape"), model.path("build_input_shape"))) {
            if (shape.isArray()) {
                return shape;
            }
        }
        return first.path("build_config").path("input_shape");
    }

    private Value input(String name, JsonNode shape, JsonNode type, boolean symbols) {
        List<Integer> sizes = new ArrayList<>();
        for (int i = 1; i < shape.size(); i++) {
            sizes.add(shape.get(i).isNull() ? Shape.ANY : shape.get(i).asInt(0));
        }
        boolean wrong = !shape.isArray()
                || shape.isEmpty()
                || sizes.size() > (symbols ? 1 : 2)
                || (sizes.isEmpty() && !symbols);
        if (wrong) {
            throw ForeignModelException.refused(
                    file + ", shape of input \"" + name + "\"",
                    shape.isMissingNode() ? "missing" : shape,
                    "only vectors [batch, size], sequences [batch, time, size] and symbols [batch, time] are known",
                    "Build the model with such an input.");
        }
        if (!type.asText("float32").matches("float32|u?int(8|16|32|64)|bool")) {
            throw ForeignModelException.refused(
                    file + ", dtype of input \"" + name + "\"",
                    type,
                    "only float32 is computed",
                    "Build the model with dtype=\"float32\".");
        }
        Shape.Kind kind = symbols ? Shape.Kind.SYMBOLS : sizes.size() == 1 ? Shape.Kind.VECTOR : Shape.Kind.SEQUENCE;
        report.tell("input " + name, kind + " " + sizes);
        return Value.unmasked(graph.input(name, new Shape(kind, sizes)));
    }

    /** Calls a layer, an operation or a model. */
    private List<Value> layer(
            JsonNode json, Place place, String group, int index, List<Value> inputs, List<Value> states) {
        String path = place.path + "/layers[" + index + "]";
        if (json.path("config").path("layers").isArray()) {
            String name = json.path("config").path("name").asText();
            boolean trained =
                    place.trained && json.path("config").path("trainable").asBoolean(true);
            weights.checkName(group, name);
            return model(json, new Place(place.prefix + name + "/", group, path, trained), Optional.of(inputs));
        }
        LayerConfig config = new LayerConfig(file, path, json, report);
        return layers.apply(new Use(config, place.prefix + config.name(), group, place.trained, inputs, states));
    }

    /** A value as configurations name it. */
    private record Key(String layer, int call, int tensor) {}

    /** One key, or a list of keys. */
    private List<Key> keys(JsonNode json, String where) {
        List<Key> keys = new ArrayList<>();
        if (json.isArray()
                && json.size() == 3
                && json.get(0).isTextual()
                && json.get(1).isInt()) {
            keys.add(new Key(
                    json.get(0).asText(), json.get(1).asInt(), json.get(2).asInt()));
        } else if (json.isArray() && !json.isEmpty()) {
            json.forEach(inner -> keys.addAll(keys(inner, where)));
        } else {
            throw ForeignModelException.refused(
                    file + ", " + where,
                    json.isMissingNode() ? "missing" : json,
                    "lists of layers are known",
                    "Build the model with lists, not dictionaries.");
        }
        return keys;
    }

    private List<Value> functional(JsonNode config, Place place, Optional<List<Value>> given) {
        Map<Key, Value> values = new HashMap<>();
        JsonNode all = config.path("layers");
        inputs(config, all, given, values);
        List<Call> waiting = calls(all, place);
        while (!waiting.isEmpty()) {
            List<Call> later = new ArrayList<>();
            for (Call call : waiting) {
                if (call.arguments.keys().stream().allMatch(values::containsKey)) {
                    List<Value> results = run(call, place, values);
                    for (int i = 0; i < results.size(); i++) {
                        values.put(new Key(call.layer, call.number, i), results.get(i));
                    }
                } else {
                    later.add(call);
                }
            }
            if (later.size() == waiting.size()) {
                throw new ForeignModelException(file + ": expected inputs of layer \"" + later.get(0).layer
                        + "\" from layers of the model, got "
                        + later.get(0).arguments.keys() + ". The file is damaged.");
            }
            waiting = later;
        }
        List<Value> outputs = new ArrayList<>();
        for (Key key : keys(config.path("output_layers"), "output_layers")) {
            Value value = values.get(key);
            if (value == null || value.port() == null) {
                throw new ForeignModelException(
                        file + ": expected an output of the model at " + key + ", got none. The file is damaged.");
            }
            outputs.add(value);
        }
        return outputs;
    }

    private void inputs(JsonNode config, JsonNode all, Optional<List<Value>> given, Map<Key, Value> values) {
        Map<String, JsonNode> named = new LinkedHashMap<>();
        all.forEach(layer -> {
            if (layer.path("class_name").asText().equals(INPUT)) {
                named.put(layer.path("config").path("name").asText(), layer.path("config"));
            }
        });
        List<Key> keys = keys(config.path("input_layers"), "input_layers");
        if (given.isPresent() && given.get().size() != keys.size()) {
            throw new ForeignModelException(file + ": expected " + keys.size() + " inputs for model \""
                    + config.path("name").asText() + "\", got " + given.get().size() + ".");
        }
        for (int i = 0; i < keys.size(); i++) {
            String name = keys.get(i).layer();
            JsonNode input = named.remove(name);
            if (input == null) {
                throw new ForeignModelException(
                        file + ": expected an input layer \"" + name + "\", got none. The file is damaged.");
            }
            Value value = given.isPresent()
                    ? given.get().get(i)
                    : input(name, shape(config, input), input.path("dtype"), Symbols.readsInput(all, name));
            values.put(keys.get(i), value);
        }
        if (!named.isEmpty()) {
            throw new ForeignModelException(file + ": expected all input layers among input_layers, got "
                    + named.keySet() + " besides. The file is damaged.");
        }
    }

    private record Call(String layer, int number, int index, JsonNode json, String group, Arguments arguments) {}

    private List<Call> calls(JsonNode all, Place place) {
        List<Call> calls = new ArrayList<>();
        List<String> groups = Slots.groups(all, place.group);
        for (int i = 0; i < all.size(); i++) {
            JsonNode layer = all.get(i);
            if (layer.path("class_name").asText().equals(INPUT)) {
                continue;
            }
            String name = layer.path("name").asText();
            JsonNode nodes = layer.path("inbound_nodes");
            for (int node = 0; node < nodes.size(); node++) {
                String where = file + ", layer \"" + name + "\", inbound_nodes";
                calls.add(new Call(name, node, i, layer, groups.get(i), Arguments.of(where, nodes.get(node))));
            }
        }
        return calls;
    }

    private List<Value> run(Call call, Place place, Map<Key, Value> values) {
        List<Value> inputs = call.arguments.inputs().stream().map(values::get).toList();
        if (Slots.isOperation(call.json)) {
            LayerConfig operation =
                    new LayerConfig(file, place.path + "/layers[" + call.index + "]", call.json, report);
            String name = place.prefix + call.layer;
            List<JsonNode> constants = call.arguments.constants();
            return List.of(
                    TensorOperations.has(call.json, inputs)
                            ? operations.apply(operation, name, inputs.get(0).port(), constants)
                            : masks.apply(operation, name, inputs, constants));
        }
        List<Value> states = new ArrayList<>(
                call.arguments.states().stream().map(values::get).toList());
        String type = call.json.path("class_name").asText();
        boolean recurrent = type.matches("LSTM|GRU|SimpleRNN|Bidirectional");
        if (recurrent && inputs.size() > 1) {
            // Keras 2 hands states on as further inputs
            states.addAll(inputs.subList(1, inputs.size()));
            inputs = inputs.subList(0, 1);
        }
        if (!recurrent && !states.isEmpty()) {
            throw ForeignModelException.refused(
                    file + ", layer \"" + call.layer + "\", initial_state",
                    "given",
                    "the layer has none",
                    "Save the model anew.");
        }
        Optional<Key> mask = call.arguments.mask();
        if (mask.isPresent() && inputs.isEmpty()) {
            throw new ForeignModelException(file + ": expected an input besides the mask of layer \"" + call.layer
                    + "\", got none. It is damaged.");
        }
        if (mask.isPresent()) {
            LayerConfig layer = new LayerConfig(file, place.path + "/layers[" + call.index + "]", call.json, report);
            Optional<Port> port = MaskOperations.mask(layer, values.get(mask.get()));
            List<Value> masked = new ArrayList<>(inputs);
            masked.set(0, Value.of(inputs.get(0).port(), port));
            inputs = masked;
        }
        return layer(call.json, place, call.group, call.index, inputs, states);
    }

    /** What a layer is called with. */
    private record Arguments(List<Key> inputs, List<JsonNode> constants, List<Key> states, Optional<Key> mask) {
        List<Key> keys() {
            List<Key> keys = new ArrayList<>(inputs);
            keys.addAll(states);
            mask.ifPresent(keys::add);
            return keys;
        }

        static Arguments of(String where, JsonNode node) {
            Arguments arguments =
                    new Arguments(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), Optional.empty());
            return node.isObject() ? arguments.keras3(where, node) : arguments.keras2(where, node);
        }

        private Arguments keras3(String where, JsonNode node) {
            node.path("args").forEach(argument -> collect(where, argument, inputs, constants));
            List<Key> masks = new ArrayList<>();
            for (Map.Entry<String, JsonNode> entry : node.path("kwargs").properties()) {
                JsonNode value = entry.getValue();
                switch (entry.getKey()) {
                    case "training" -> {
                        if (value.isBoolean() && value.booleanValue()) {
                            throw unknown(where, entry);
                        }
                    }
                    case "mask" -> collect(where, value, masks, new ArrayList<>());
                    case "initial_state" -> collect(where, value, states, new ArrayList<>());
                    default -> {
                        if (!value.isNull()) {
                            throw unknown(where, entry);
                        }
                    }
                }
            }
            if (masks.size() > 1) {
                throw ForeignModelException.refused(
                        where + ", mask", "a list", "one mask is known", "Build the model with one mask.");
            }
            return new Arguments(inputs, constants, states, masks.stream().findFirst());
        }

        private static ForeignModelException unknown(String where, Map.Entry<String, JsonNode> argument) {
            return ForeignModelException.refused(
                    where + ", argument " + argument.getKey(),
                    argument.getValue(),
                    "it isn't known",
                    "Build the model without it.");
        }

        private static void collect(String where, JsonNode value, List<Key> keys, List<JsonNode> constants) {
            if (value.isArray()) {
                value.forEach(inner -> collect(where, inner, keys, constants));
            } else if (value.path("class_name").asText().equals("__keras_tensor__")) {
                JsonNode history = value.path("config").path("keras_history");
                keys.add(new Key(
                        history.path(0).asText(),
                        history.path(1).asInt(),
                        history.path(2).asInt()));
            } else if (value.isNumber() || value.path("class_name").asText().matches("__slice__|__ellipsis__")) {
                constants.add(value);
            } else if (!value.isNull()) {
                throw ForeignModelException.refused(
                        where, value, "arguments that are no tensors aren't known", "Build the model without it.");
            }
        }

        /** A list of [layer, call, tensor, keyword arguments]. */
        private Arguments keras2(String where, JsonNode node) {
            JsonNode list = node.isArray() && node.size() > 0 && node.get(0).isTextual() ? wrapped(node) : node;
            for (JsonNode tensor : list) {
                if (!tensor.path(0).isTextual()) {
                    throw ForeignModelException.refused(
                            where, tensor, "a value of a layer is known", "Save the model anew.");
                }
                inputs.add(key(tensor));
                for (Map.Entry<String, JsonNode> entry : tensor.path(3).properties()) {
                    JsonNode value = entry.getValue();
                    boolean one = value.path(0).isTextual();
                    switch (entry.getKey()) {
                        case "training" -> {
                            if (value.asBoolean()) {
                                throw unknown(where, entry);
                            }
                        }
                        case "initial_state" -> {
                            if (one) {
                                states.add(key(value));
                            } else {
                                value.forEach(state -> states.add(key(state)));
                            }
                        }
                        default -> {
                            if (!value.isNull()) {
                                throw unknown(where, entry);
                            }
                        }
                    }
                }
            }
            return new Arguments(inputs, constants, states, Optional.empty());
        }

        private static JsonNode wrapped(JsonNode node) {
            return JsonNodeFactory.instance.arrayNode().add(node);
        }

        private static Key key(JsonNode tensor) {
            return new Key(
                    tensor.path(0).asText(),
                    tensor.path(1).asInt(),
                    tensor.path(2).asInt());
        }
    }
}
