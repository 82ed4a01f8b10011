package org.steadygrad.exchange.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationCube;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.graph.Function;
import org.steadygrad.exchange.graph.GraphBuilder;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Node;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.graph.Shape;
import org.steadygrad.exchange.graph.Weight;

/**
 * From a DL4J network to the graph that computes the same on sequences without padding; the other way round than {@link NetworkBuilder}. Vertices that change
 * nothing but the place of axes have no node.
 */
final class NetworkReader {
    /** What a vertex gives. */
    sealed interface Value {
        /** A value of the graph. */
        record Single(Port port) implements Value {}

        /** Several, one below the other along the batch: what a layer that is called several times reads and gives. */
        record Stacked(List<Port> ports) implements Value {}

        /**
         * Output and states of a {@code GeneralRecurrent} side by side.
         *
         * @param ended whether it is those of the last step that was read
         */
        record States(String node, int units, boolean ended) implements Value {}
    }

    private final ComputationGraph network;
    private final ComputationGraphConfiguration configuration;
    private final GraphBuilder graph = new GraphBuilder();
    private final Map<String, Value> values = new HashMap<>();
    private final Map<String, List<Node.Penalty>> penalties = new HashMap<>();
    private final Map<String, Weight> weights = new HashMap<>();
    private final List<String> notes = new ArrayList<>();

    private NetworkReader(ComputationGraph network) {
        this.network = network;
        this.configuration = network.getConfiguration();
    }

    /**
     * @param graph without layouts
     * @param notes what training does that the graph doesn't say
     */
    record Read(NeutralGraph graph, List<String> notes) {}

    /**
     * @param inputs what the network's inputs are, in its order; names are free
     * @param outputs names for the network's outputs, in its order
     * @throws ForeignModelException if the network has what graphs lack
     */
    static Read read(ComputationGraph network, List<NeutralGraph.Input> inputs, List<String> outputs) {
        return new NetworkReader(network).read(inputs, outputs);
    }

    private Read read(List<NeutralGraph.Input> inputs, List<String> outputs) {
        List<String> names = configuration.getNetworkInputs();
        for (int i = 0; i < names.size(); i++) {
            NeutralGraph.Input input = inputs.get(i);
            values.put(names.get(i), new Value.Single(graph.input(input.name(), input.shape())));
        }
        VertexReading vertices = new VertexReading(this);
        LayerReading layers = new LayerReading(this);
        for (String name : configuration.getTopologicalOrderStr()) {
            GraphVertex vertex = configuration.getVertices().get(name);
            if (vertex == null || isPartOfCell(name)) {
                continue;
            }
            Value value = vertex instanceof LayerVertex layer
                    ? layers.read(name, layer, inputs(name))
                    : vertices.read(name, vertex, inputs(name));
            values.put(name, value);
        }
        List<String> given = configuration.getNetworkOutputs();
        for (int i = 0; i < given.size(); i++) {
            graph.output(outputs.get(i), port(given.get(i), values.get(given.get(i))));
        }
        return new Read(graph.build("network", Optional.empty(), Map.of()), notes);
    }

    /** Vertices that bring together what a {@code GeneralRecurrent} reads: its node reads them one by one. */
    private boolean isPartOfCell(String name) {
        List<String> readers = configuration.getVertexInputs().entrySet().stream()
                .filter(entry -> entry.getValue().contains(name))
                .map(Map.Entry::getKey)
                .toList();
        return !readers.isEmpty()
                && readers.stream().allMatch(reader -> LayerReading.joinsChannels(configuration, reader, name));
    }

    GraphBuilder graph() {
        return graph;
    }

    ComputationGraphConfiguration configuration() {
        return configuration;
    }

    private List<Value> inputs(String vertex) {
        List<Value> inputs = new ArrayList<>();
        configuration.getVertexInputs().getOrDefault(vertex, List.of()).forEach(name -> inputs.add(values.get(name)));
        return inputs;
    }

    /** The value that a vertex gives. */
    Port port(String vertex) {
        return port(vertex, values.get(vertex));
    }

    static Port port(String vertex, Value value) {
        if (value instanceof Value.Single single) {
            return single.port();
        }
        throw ForeignModelException.refused(
                "what vertex \"" + vertex + "\" reads",
                value == null ? "nothing" : "several values side by side",
                "the formats have no such",
                "Unstack or subset it first.");
    }

    /** Tells once what training does that the file won't say. */
    void note(String words) {
        if (!notes.contains(words)) {
            notes.add(words);
        }
    }

    /** A parameter of a layer, row by row. @param shape of the array */
    Weight weight(String layer, String parameter, String name, Integer... shape) {
        return new Weight(layer + "/" + name, List.of(shape), numbers(layer, parameter));
    }

    /** A parameter of a layer, row by row. */
    float[] numbers(String layer, String parameter) {
        INDArray array = network.getLayer(layer).paramTable(false).get(parameter);
        if (array == null) {
            throw ForeignModelException.refused(
                    "layer \"" + layer + "\", its parameter " + parameter, "missing", "the layer needs it", "");
        }
        return array.dup('c').castTo(DataType.FLOAT).data().asFloat();
    }

    boolean has(String layer, String parameter) {
        return network.getLayer(layer).paramTable(false).containsKey(parameter);
    }

    /** Adds a node that is called as its vertex. Arrays of one name are one. */
    Port add(String name, String layer, Operation made, boolean trained, List<Port> inputs) {
        Operation operation = made.withWeights(weight -> weights.computeIfAbsent(weight.name(), first -> weight));
        Map<String, Node.Penalty> found = new HashMap<>();
        for (int i = 0; i < operation.weights().size(); i++) {
            List<Node.Penalty> of = penalties.getOrDefault(layer, List.of());
            Node.Penalty penalty = i < of.size() ? of.get(i) : null;
            if (penalty != null) {
                found.put(operation.weights().get(i).name(), penalty);
            }
        }
        return graph.add(new Node(graph.free(name), layer, operation, inputs, trained, found));
    }

    /**
     * Keeps what the loss contains of a layer's arrays.
     *
     * @param weights number of arrays that are no bias; they come first
     */
    void penalize(String name, BaseLayer layer, int weights, int biases) {
        List<Node.Penalty> all = new ArrayList<>();
        for (int i = 0; i < weights + biases; i++) {
            all.add(penalty(i < weights ? layer.getRegularization() : layer.getRegularizationBias()));
        }
        penalties.put(name, all);
    }

    /** DL4J has l2 / 2 in the loss. */
    private Node.Penalty penalty(List<Regularization> all) {
        double l1 = 0;
        double l2 = 0;
        for (Regularization one : all == null ? List.<Regularization>of() : all) {
            if (one instanceof L1Regularization first) {
                l1 = first.getL1().valueAt(0, 0);
            } else if (one instanceof L2Regularization second) {
                l2 = second.getL2().valueAt(0, 0) / 2;
            } else {
                note("Weight decay is a matter of the optimizer and isn't in the file.");
            }
        }
        return l1 == 0 && l2 == 0 ? null : new Node.Penalty(l1, l2);
    }

    /** A node for what a layer drops of its input in training. */
    Port dropped(String name, Layer layer, Port port) {
        IDropout dropout = layer.getIDropout();
        if (dropout == null) {
            return port;
        }
        if (dropout instanceof Dropout plain && plain.getPSchedule() == null) {
            Shape.Kind kind = graph.shape(port).kind();
            boolean values = kind == Shape.Kind.VECTOR || kind == Shape.Kind.SEQUENCE;
            return values && plain.getP() < 1
                    ? add(name + "/dropout", name, new Operation.Dropout(1 - plain.getP()), true, List.of(port))
                    : port;
        }
        note("Layer " + name + " has " + dropout.getClass().getSimpleName()
                + " in training, which the file doesn't say; outputs are without it.");
        return port;
    }

    /** The activation function that an operation can have, LINEAR where further nodes are to follow. */
    Function own(IActivation activation) {
        return FunctionReading.chain(activation)
                .map(functions -> functions.get(0))
                .orElse(Function.LINEAR);
    }

    /** What follows {@link #own}. */
    Port rest(String name, IActivation activation, Port port) {
        Optional<List<Function>> functions = FunctionReading.chain(activation);
        if (functions.isEmpty()) {
            if (activation instanceof ActivationCube) {
                Operation product = new Operation.Merge(Operation.Merge.Kind.MULTIPLY);
                return add(name + "/cube", name, product, true, List.of(port, port, port));
            }
            throw FunctionReading.refused(activation, name);
        }
        Port last = port;
        for (Function function : functions.get().subList(1, functions.get().size())) {
            last = activated(
                    name + "/" + function.kind().name().toLowerCase(java.util.Locale.ROOT), name, function, last);
        }
        return last;
    }

    /** A whole activation function as nodes. */
    Port activated(String name, IActivation activation, Port port) {
        Function function = own(activation);
        Port first = function.equals(Function.LINEAR) ? port : activated(name, name, function, port);
        return rest(name, activation, first);
    }

    private Port activated(String name, String layer, Function function, Port port) {
        return add(name, layer, new Operation.Activate(function), true, List.of(port));
    }
}
