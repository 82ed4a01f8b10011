package org.steadygrad.exchange.keras;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.steadygrad.exchange.graph.Layout;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Node;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.graph.Shape;
import org.steadygrad.exchange.keras.WrittenLayer.Source;
import org.steadygrad.exchange.keras.WrittenLayer.Tensor;

/**
 * A network as a functional model of Keras 3. Keras hands masks on by itself: the writer follows them, and what the network does must be what Keras does with the
 * mask that a value has there. What can't be said is collected, so that the writer tells obstacles, too.
 */
final class KerasWriter {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** What Keras calls the operations that it makes masks by; names may be used once. */
    private static final Pattern MASK_MAKERS =
            Pattern.compile("(concatenate|not_equal|any|logical_or|expand_dims|zeros_like)(_\\d+)?");

    private final NeutralGraph graph;
    private final Map<Port, Shape> shapes;
    private final Map<String, Node> nodes = new HashMap<>();
    private final Map<Port, List<Node>> readers = new HashMap<>();
    private final Set<Port> outputs = new HashSet<>();
    private final Map<Port, Tensor> tensors = new HashMap<>();
    /** The mask that a value has in Keras, as the network's value; none for values without one. */
    private final Map<Port, Port> masks = new HashMap<>();

    /** What makes the mask that a value has in Keras. */
    private final Map<Port, Source> maskSources = new HashMap<>();

    /** Masks that Keras makes where it merges values, by the name that they are given here. */
    private final Map<Port, Set<Port>> joined = new HashMap<>();

    private final Map<String, WrittenLayer> shared = new HashMap<>();
    private final List<WrittenLayer> layers = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private final Set<String> obstacles = new LinkedHashSet<>();

    private KerasWriter(NeutralGraph graph) {
        this.graph = graph;
        this.shapes = graph.shapes();
        graph.nodes().forEach(node -> {
            nodes.put(node.name(), node);
            node.inputs().forEach(port -> readers.computeIfAbsent(port, key -> new ArrayList<>())
                    .add(node));
        });
        graph.outputs().forEach(output -> outputs.add(output.port()));
    }

    /**
     * @param config the model's configuration
     * @param layers in the order of the configuration
     * @param obstacles what can't be said, in words; the rest is of no use then
     */
    record Written(ObjectNode config, List<WrittenLayer> layers, List<String> obstacles) {}

    static Written write(NeutralGraph graph) {
        return new KerasWriter(graph).write();
    }

    private Written write() {
        for (NeutralGraph.Input input : graph.inputs()) {
            plain("Input " + input.name(), input.layout());
            if (input.shape().kind() == Shape.Kind.MASK) {
                obstacles.add("Input " + input.name() + " is a mask; models of Keras make theirs of padding.");
            }
            WrittenLayer layer = add(WrittenLayer.input(unique(input.name()), input.shape()));
            tensors.put(Port.of(input.name()), new Tensor(layer, 0, 0, input.shape()));
        }
        LayerWriting writing = new LayerWriting(this);
        for (Node node : graph.nodes()) {
            writing.write(node);
        }
        ArrayNode ends = JSON.arrayNode();
        for (NeutralGraph.Output output : graph.outputs()) {
            plain("Output " + output.name(), output.layout());
            Tensor tensor = tensors.get(output.port());
            if (tensor == null) {
                obstacles.add("Output " + output.name() + " is a mask, or made of one.");
            } else {
                ends.add(tensor.key());
            }
        }
        if (layers.stream().allMatch(layer -> layer.variables().isEmpty())) {
            obstacles.add("The network has no weights, and files of weights without any can't be read.");
        }
        List<WrittenLayer> ordered = KerasOrder.of(
                layers,
                graph.outputs().stream()
                        .flatMap(output -> tensor(output.port()).stream())
                        .map(Tensor::source)
                        .toList());
        return new Written(config(ordered, ends), ordered, List.copyOf(obstacles));
    }

    private void plain(String what, Layout layout) {
        if (!layout.equals(Layout.PLAIN)) {
            obstacles.add(what + " lies as " + layout + "; models of Keras have [batch, time, size].");
        }
    }

    private ObjectNode config(List<WrittenLayer> ordered, ArrayNode ends) {
        ObjectNode model = JSON.objectNode();
        model.put("module", "keras.src.models.functional");
        model.put("class_name", "Functional");
        ObjectNode config = model.putObject("config");
        config.put("name", graph.name().isEmpty() ? "network" : named(graph.name()));
        config.put("trainable", true);
        ArrayNode all = config.putArray("layers");
        ordered.forEach(layer -> all.add(layer.json()));
        ArrayNode starts = JSON.arrayNode();
        graph.inputs()
                .forEach(input -> starts.add(tensors.get(Port.of(input.name())).key()));
        config.set("input_layers", starts.size() == 1 ? starts.get(0) : starts);
        config.set("output_layers", ends.size() == 1 ? ends.get(0) : ends);
        model.put("registered_name", "Functional");
        return model;
    }

    /** Keras takes slashes for paths. */
    private static String named(String name) {
        return name.replace('/', '-');
    }

    String unique(String wanted) {
        boolean masks = graph.nodes().stream().anyMatch(node -> node.operation() instanceof Operation.StepMask);
        String plain =
                named(wanted) + (masks && MASK_MAKERS.matcher(named(wanted)).matches() ? "_layer" : "");
        String name = plain;
        for (int i = 1; !names.add(name); i++) {
            name = plain + "_" + i;
        }
        return name;
    }

    WrittenLayer add(WrittenLayer layer) {
        layers.add(layer);
        return layer;
    }

    NeutralGraph graph() {
        return graph;
    }

    Node node(String name) {
        return nodes.get(name);
    }

    Shape shape(Port port) {
        return shapes.get(port);
    }

    /** Nodes that read a value. */
    List<Node> readers(Port port) {
        return readers.getOrDefault(port, List.of());
    }

    boolean isUsed(Port port) {
        return outputs.contains(port) || readers.containsKey(port);
    }

    boolean isOutput(Port port) {
        return outputs.contains(port);
    }

    /** What stands for a value; empty after an obstacle. */
    Optional<Tensor> tensor(Port port) {
        return Optional.ofNullable(tensors.get(port));
    }

    /** Says what stands for a value. @param mask that Keras has with it, with what makes it; empty for none */
    void give(Port port, Tensor tensor, Optional<Masked> mask) {
        tensors.put(port, tensor);
        mask.ifPresent(found -> {
            masks.put(port, found.mask());
            maskSources.put(port, found.source());
        });
    }

    /** A mask of Keras's. */
    record Masked(Port mask, Source source) {}

    /** The mask that a value has in Keras. */
    Optional<Masked> masked(Port port) {
        return Optional.ofNullable(masks.get(port)).map(mask -> new Masked(mask, maskSources.get(port)));
    }

    /** What gives a value. */
    Source source(Port port) {
        return tensors.get(port).source();
    }

    /** The mask that Keras has with a value. */
    Optional<Port> mask(Port port) {
        return Optional.ofNullable(masks.get(port));
    }

    /**
     * Whether Keras has the mask with a value that the network uses with it. Masks are the same if they are made of the same values in the same way.
     *
     * @param own empty for none
     */
    boolean hasMask(Port value, Optional<Port> own) {
        return mask(value).map(this::formula).equals(own.map(this::formula));
    }

    /** The mask by which a step counts if it does by any of these. @param at where it is made */
    Port anyOf(Set<Port> parts, String at) {
        if (parts.size() == 1) {
            return parts.iterator().next();
        }
        Port mask = Port.of("masks at " + at);
        joined.put(mask, parts);
        return mask;
    }

    private String formula(Port mask) {
        if (joined.containsKey(mask)) {
            return any(joined.get(mask));
        }
        Node made = nodes.get(mask.node());
        if (made != null && made.operation() instanceof Operation.StepMask step) {
            return "differs(" + made.inputs().get(0) + ", " + (float) step.padding() + ")";
        }
        if (made != null && made.operation() instanceof Operation.JoinMasks join) {
            return join.any() ? any(made.inputs()) : "all" + made.inputs();
        }
        return mask.toString();
    }

    private String any(Collection<Port> masks) {
        Set<String> parts = new TreeSet<>();
        masks.forEach(part -> parts.add(formula(part)));
        return parts.size() == 1 ? parts.iterator().next() : "any" + parts;
    }

    /** Says that a node can't be written. @param what goes on after its name */
    void obstacle(Node node, String what) {
        obstacles.add("Layer " + node.layer() + " " + what + ".");
    }

    /** Calls a layer, or one that is there already and has the same arrays. */
    Optional<Tensor> call(Node node, WrittenLayer layer, List<Port> from, List<Port> states, Port gives) {
        return call(node, layer, from, states, gives, false);
    }

    /** @param masks whether Keras hands the first value's mask to the layer */
    Optional<Tensor> call(
            Node node, WrittenLayer layer, List<Port> from, List<Port> states, Port gives, boolean masks) {
        List<Tensor> arguments = new ArrayList<>();
        for (Port port : from) {
            if (tensor(port).isEmpty()) {
                return Optional.empty();
            }
            arguments.add(tensor(port).get());
        }
        List<Tensor> starts = new ArrayList<>();
        states.forEach(port -> tensor(port).ifPresent(starts::add));
        if (starts.size() < states.size()) {
            return Optional.empty();
        }
        WrittenLayer called = layer;
        if (!layer.variables().isEmpty()) {
            String first = layer.variables().get(0).weight().name();
            WrittenLayer known = shared.putIfAbsent(first, layer);
            if (known != null && !known.doesTheSame(layer)) {
                obstacle(node, "shares arrays with one that does otherwise, which no layer of Keras does");
                return Optional.empty();
            }
            called = known == null ? add(layer) : known;
        } else {
            add(layer);
        }
        ArrayNode json = JSON.arrayNode();
        if (arguments.size() == 1) {
            json.add(arguments.get(0).json());
        } else {
            ArrayNode list = json.addArray();
            arguments.forEach(argument -> list.add(argument.json()));
        }
        List<Source> read = new ArrayList<>();
        arguments.forEach(argument -> read.add(argument.source()));
        starts.forEach(start -> read.add(start.source()));
        if (masks) {
            masked(from.get(0)).ifPresent(mask -> read.add(mask.source()));
        }
        return Optional.of(new Tensor(called, called.call(json, starts, read), 0, shape(gives)));
    }

    /** Calls an operation on tensors. @param constants what it takes besides the tensor; null for nothing */
    void operation(Port gives, WrittenLayer operation, Port from, ArrayNode constants) {
        tensor(from).ifPresent(argument -> {
            ArrayNode json = JSON.arrayNode().add(argument.json());
            if (constants != null) {
                json.add(constants);
            }
            add(operation);
            give(
                    gives,
                    new Tensor(operation, operation.call(json, List.of(), List.of(argument.source())), 0, shape(gives)),
                    Optional.empty());
        });
    }

    /** Whether a mask-making node is one that a layer of Keras is for; {@code of} says of what. */
    boolean isStepMask(Port mask, Port of) {
        Node made = nodes.get(mask.node());
        return made != null
                && made.operation() instanceof Operation.StepMask
                && made.inputs().get(0).equals(of);
    }
}
