package org.steadygrad.exchange.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.steadygrad.exchange.array.StoredArray;
import org.steadygrad.exchange.graph.Function;
import org.steadygrad.exchange.graph.Node;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Operation.Dense;
import org.steadygrad.exchange.graph.Operation.Standardize;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.graph.Weight;
import org.steadygrad.exchange.onnx.OnnxModel.OnnxNode;

/** The nodes of the network as they are found. */
final class NetworkDraft {
    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private final Set<String> names = new HashSet<>();
    private final Map<String, Integer> weightNames = new HashMap<>();

    /** @param inputs names that nodes mustn't have */
    NetworkDraft(Set<String> inputs) {
        names.addAll(inputs);
    }

    List<Node> nodes() {
        return new ArrayList<>(nodes.values());
    }

    /** Adds a node of a layer that bears the name of ONNX's node. @return its first output */
    Port add(OnnxNode node, Operation operation, Port... inputs) {
        return add(node, "", operation, inputs);
    }

    /** @param suffix of the name, where one node of ONNX becomes several */
    Port add(OnnxNode node, String suffix, Operation operation, Port... inputs) {
        String layer = node.name().isEmpty() ? node.outputs().get(0) : node.name();
        String name = unique(layer + suffix);
        // a layer of its own: nodes of one layer would share their weights
        nodes.put(name, new Node(name, name, operation, List.of(inputs), true, Map.of()));
        return Port.of(name);
    }

    private String unique(String wanted) {
        String name = wanted;
        for (int i = 2; !names.add(name); i++) {
            name = wanted + "#" + i;
        }
        return name;
    }

    /** The operation that gives a value, if it is the first output of a node. */
    Optional<Operation> operation(Port port) {
        return port.output() == 0 ? Optional.ofNullable(nodes.get(port.node())).map(Node::operation) : Optional.empty();
    }

    private void replace(Port port, Operation operation) {
        Node old = nodes.get(port.node());
        nodes.put(
                old.name(), new Node(old.name(), old.layer(), operation, old.inputs(), old.trained(), old.penalties()));
    }

    /**
     * Adds a vector to a value: as the bias of the dense layer that gives it, if that has none and nothing else reads it.
     *
     * @param alone whether nothing else reads the value
     */
    Port addVector(OnnxNode node, Port port, boolean alone, String name, float[] vector) {
        if (alone
                && operation(port).orElse(null) instanceof Dense dense
                && dense.bias().isEmpty()
                && dense.activation().equals(Function.LINEAR)) {
            replace(
                    port,
                    new Dense(dense.kernel(), Optional.of(weight(name, vector, vector.length)), dense.activation()));
            return port;
        }
        float[] negative = new float[vector.length];
        for (int i = 0; i < vector.length; i++) {
            negative[i] = -vector[i];
        }
        return add(node, standardize(name, negative, ones(vector.length)), port);
    }

    /** (x - vector), by feature. */
    Port subtractVector(OnnxNode node, Port port, String name, float[] vector) {
        return add(node, standardize(name, vector, ones(vector.length)), port);
    }

    /** x / vector, by feature; what was subtracted just before stands in the same operation. */
    Port divideVector(OnnxNode node, Port port, boolean alone, String name, float[] vector) {
        if (alone
                && operation(port).orElse(null) instanceof Standardize before
                && isOnes(before.deviation().values())) {
            replace(port, new Standardize(before.mean(), weight(name, vector, vector.length)));
            return port;
        }
        return add(node, standardize(name, new float[vector.length], vector), port);
    }

    private Standardize standardize(String name, float[] mean, float[] deviation) {
        return new Standardize(
                weight(name + "/mean", mean, mean.length), weight(name + "/deviation", deviation, deviation.length));
    }

    private static float[] ones(int count) {
        float[] ones = new float[count];
        java.util.Arrays.fill(ones, 1);
        return ones;
    }

    private static boolean isOnes(float[] values) {
        for (float value : values) {
            if (value != 1) {
                return false;
            }
        }
        return true;
    }

    /** A weight under a name that no other has: exporters put equal arrays of different layers under one name, and those aren't tied. */
    Weight weight(String name, float[] values, int... shape) {
        int used = weightNames.merge(name, 1, Integer::sum);
        String own = used == 1 ? name : name + "#" + used;
        return new Weight(own, java.util.Arrays.stream(shape).boxed().collect(Collectors.toList()), values);
    }

    /** As it stands in the file. */
    Weight weight(String name, StoredArray array) {
        int[] shape = java.util.Arrays.stream(array.shape())
                .mapToInt(Math::toIntExact)
                .toArray();
        return weight(name, array.floats().clone(), shape);
    }
}
