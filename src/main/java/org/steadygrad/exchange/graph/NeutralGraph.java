package org.steadygrad.exchange.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;

/**
 * A network: operations in an order in which they can be computed. It is consistent: names are unique, every port exists before it is
 * read, shapes fit, arrays that share a name are the same.
 *
 * @param name in the file's words
 * @param inputs in the order in which the network takes them
 * @param nodes each after those that it reads
 * @param outputs in the order in which the network gives them
 * @param training what the file says of training, if it does
 * @param metadata further facts by name, such as {@code classes}; for people and for files that have a place for them
 */
public record NeutralGraph(
        String name,
        List<Input> inputs,
        List<Node> nodes,
        List<Output> outputs,
        Optional<Training> training,
        Map<String, String> metadata) {
    /**
     * What the network is given.
     *
     * @param name as users give arrays by
     * @param layout how these arrays lie
     */
    public record Input(String name, Shape shape, Layout layout) {
        /** As {@link Operation} lays it out. */
        public Input(String name, Shape shape) {
            this(name, shape, Layout.PLAIN);
        }
    }

    /**
     * What the network gives.
     *
     * @param name as users get arrays by
     * @param layout how these arrays lie
     */
    public record Output(String name, Port port, Layout layout) {
        /** As {@link Operation} lays it out. */
        public Output(String name, Port port) {
            this(name, port, Layout.PLAIN);
        }
    }

    public NeutralGraph {
        inputs = List.copyOf(inputs);
        nodes = List.copyOf(nodes);
        outputs = List.copyOf(outputs);
        metadata = Map.copyOf(metadata);
        check(inputs, nodes, outputs);
    }

    /** Without training and metadata. */
    public static NeutralGraph of(String name, List<Input> inputs, List<Node> nodes, List<Output> outputs) {
        return new NeutralGraph(name, inputs, nodes, outputs, Optional.empty(), Map.of());
    }

    private static void check(List<Input> inputs, List<Node> nodes, List<Output> outputs) {
        Check.that(!inputs.isEmpty(), "network", "an input", "none");
        Check.that(!outputs.isEmpty(), "network", "an output", "none");
        Map<Port, Shape> shapes = shapes(inputs, nodes);
        Map<String, Weight> weights = new HashMap<>();
        for (Node node : nodes) {
            for (Weight weight : node.operation().weights()) {
                Weight known = weights.putIfAbsent(weight.name(), weight);
                Check.that(
                        known == null || known.values() == weight.values(),
                        "node " + node.name(),
                        "names of arrays to be unique",
                        weight.name() + " for two arrays");
            }
        }
        Map<String, Output> named = new HashMap<>();
        for (Output output : outputs) {
            Check.that(
                    shapes.containsKey(output.port()),
                    "output " + output.name(),
                    "a value of the network",
                    output.port());
            Check.that(
                    named.put(output.name(), output) == null,
                    "network",
                    "names of outputs to be unique",
                    output.name());
        }
    }

    private static Map<Port, Shape> shapes(List<Input> inputs, List<Node> nodes) {
        Map<Port, Shape> shapes = new LinkedHashMap<>();
        for (Input input : inputs) {
            put(shapes, Port.of(input.name()), input.shape());
        }
        for (Node node : nodes) {
            List<Shape> given = new ArrayList<>();
            for (Port port : node.inputs()) {
                Shape shape = shapes.get(port);
                if (shape == null) {
                    throw InvalidInputException.of(
                            "node " + node.name(), "inputs that come before it", port.toString(), "");
                }
                given.add(shape);
            }
            for (int output = 0; output < node.operation().outputs(); output++) {
                put(shapes, new Port(node.name(), output), Shapes.of(node, given, output));
            }
        }
        return shapes;
    }

    private static void put(Map<Port, Shape> shapes, Port port, Shape shape) {
        Check.that(
                shapes.put(port, shape) == null, "network", "names of inputs and nodes to be unique", port.toString());
    }

    /** What each value is, in the order of computation. */
    public Map<Port, Shape> shapes() {
        return shapes(inputs, nodes);
    }

    /** All arrays by name, each once, in the order of the nodes. */
    public Map<String, Weight> weights() {
        Map<String, Weight> weights = new LinkedHashMap<>();
        nodes.forEach(node -> node.operation().weights().forEach(weight -> weights.putIfAbsent(weight.name(), weight)));
        return weights;
    }

    /** The same with other nodes. */
    public NeutralGraph withNodes(List<Node> others) {
        return new NeutralGraph(name, inputs, others, outputs, training, metadata);
    }

    /**
     * The same network with other arrays; what shares an array still shares it.
     *
     * @param change what stands in the place of an array, of the same shape; asked once for each
     */
    public NeutralGraph withWeights(UnaryOperator<Weight> change) {
        Map<String, Weight> changed = new HashMap<>();
        UnaryOperator<Weight> once = weight -> changed.computeIfAbsent(weight.name(), name -> change.apply(weight));
        List<Node> others = new ArrayList<>();
        for (Node node : nodes) {
            others.add(new Node(
                    node.name(),
                    node.layer(),
                    node.operation().withWeights(once),
                    node.inputs(),
                    node.trained(),
                    node.penalties()));
        }
        return withNodes(others);
    }
}
