package org.steadygrad.exchange.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.steadygrad.check.InvalidInputException;

/** Collects a graph's nodes in the order of computation, and tells meanwhile what shape each value has. */
public final class GraphBuilder {
    private final List<NeutralGraph.Input> inputs = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final List<NeutralGraph.Output> outputs = new ArrayList<>();
    private final Map<Port, Shape> shapes = new HashMap<>();
    private final Set<String> names = new HashSet<>();

    /** Adds an input. @throws InvalidInputException if the name is taken */
    public Port input(String name, Shape shape) {
        if (!names.add(name)) {
            throw InvalidInputException.of("network", "names of inputs to be unique", name, "");
        }
        inputs.add(new NeutralGraph.Input(name, shape));
        shapes.put(Port.of(name), shape);
        return Port.of(name);
    }

    /**
     * Adds a node.
     *
     * @return its first output
     * @throws InvalidInputException if it doesn't fit what it reads, or its name is taken
     */
    public Port add(Node node) {
        List<Shape> given = new ArrayList<>();
        node.inputs().forEach(port -> given.add(shape(port)));
        if (!names.add(node.name())) {
            throw InvalidInputException.of("network", "names of nodes to be unique", node.name(), "");
        }
        for (int output = 0; output < node.operation().outputs(); output++) {
            shapes.put(new Port(node.name(), output), Shapes.of(node, given, output));
        }
        nodes.add(node);
        return Port.of(node.name());
    }

    /** Adds a trained node of a layer of its own, under a name like the given one that is free. */
    public Port add(String name, Operation operation, Port... ports) {
        return add(Node.of(free(name), operation, ports));
    }

    /** The name, or the name with a number if it is taken. */
    public String free(String name) {
        String free = name;
        for (int i = 1; names.contains(free); i++) {
            free = name + "_" + i;
        }
        return free;
    }

    /** Adds an output. */
    public void output(String name, Port port) {
        shape(port);
        outputs.add(new NeutralGraph.Output(name, port));
    }

    /** What a value is. @throws InvalidInputException if there is none */
    public Shape shape(Port port) {
        Shape shape = shapes.get(port);
        if (shape == null) {
            throw InvalidInputException.of("network", "a value that has been added", port.toString(), "");
        }
        return shape;
    }

    /** The finished graph. */
    public NeutralGraph build(String name, Optional<Training> training, Map<String, String> metadata) {
        return new NeutralGraph(name, inputs, nodes, outputs, training, metadata);
    }
}
