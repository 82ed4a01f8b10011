package org.steadygrad.exchange.keras;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.exchange.Architecture;
import org.steadygrad.exchange.ForeignModel;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.ReadReport;
import org.steadygrad.exchange.graph.Cell;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Node;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Reweighting;
import org.steadygrad.exchange.graph.Weight;

/**
 * Files that have weights and no configuration, for a network whose layers are known from elsewhere: layers of a class are those of
 * the network in their order.
 */
final class WeightsAlone {
    private static final String FORWARD = "/forward";
    private static final String BACKWARD = "/backward";

    private final String file;
    private final WeightSource weights;
    private final Map<String, Weight> found = new HashMap<>();

    private WeightsAlone(String file, WeightSource weights) {
        this.file = file;
        this.weights = weights;
    }

    static ForeignModel read(Path path, H5File h5, Optional<Architecture> like, ReadReport report) {
        String file = path.toString();
        Architecture architecture = like.orElseThrow(
                () -> new ForeignModelException(
                        file
                                + ": expected a model, got weights alone. Give a network with the same layers, or save the model whole."));
        List<String> layers = h5.texts("", "layer_names");
        WeightSource source = layers.isEmpty() ? new WeightSource.Numbered(h5) : new WeightSource.Named(h5, "");
        Map<String, List<Node>> units = units(architecture.graph());
        List<String> groups = groups(units);
        if (source instanceof WeightSource.Named named) {
            expect(file, named, h5, layers, units, groups);
        }
        WeightsAlone reading = new WeightsAlone(file, source);
        int unit = 0;
        for (List<Node> nodes : units.values()) {
            String group = groups.get(unit++);
            for (Node node : nodes) {
                reading.take(node, nodes.size() == 1 ? group : group + direction(node) + "_layer");
            }
        }
        source.done(report);
        NeutralGraph graph = Reweighting.of(architecture.graph(), reading.found);
        return new ForeignModel(graph, "weights of Keras for " + architecture.source(), report);
    }

    private static String direction(Node node) {
        return node.layer().endsWith(BACKWARD) ? BACKWARD : FORWARD;
    }

    /** Layers with arrays, by name; both directions of one are a layer. */
    private static Map<String, List<Node>> units(NeutralGraph graph) {
        Map<String, List<Node>> units = new LinkedHashMap<>();
        for (Node node : graph.nodes()) {
            String layer = node.layer();
            boolean both = node.operation() instanceof Operation.Recurrent
                    && (layer.endsWith(FORWARD) || layer.endsWith(BACKWARD));
            String name = both ? layer.substring(0, layer.lastIndexOf('/')) : layer;
            List<Node> nodes = units.computeIfAbsent(name, key -> new ArrayList<>());
            if (!node.operation().weights().isEmpty()
                    && nodes.stream().noneMatch(n -> n.layer().equals(layer))) {
                nodes.add(node);
            }
        }
        units.values().removeIf(List::isEmpty);
        return units;
    }

    private static List<String> groups(Map<String, List<Node>> units) {
        Map<String, Integer> counts = new HashMap<>();
        List<String> groups = new ArrayList<>();
        units.values().forEach(nodes -> {
            String name = nodes.size() == 2 ? "bidirectional" : className(nodes.get(0));
            int count = counts.merge(name, 1, Integer::sum) - 1;
            groups.add("layers/" + name + (count == 0 ? "" : "_" + count));
        });
        return groups;
    }

    private static String className(Node node) {
        if (node.operation() instanceof Operation.Recurrent recurrent) {
            return recurrent.cell() instanceof Cell.Lstm
                    ? "lstm"
                    : recurrent.cell() instanceof Cell.Gru ? "gru" : "simple_rnn";
        }
        return switch (node.operation().getClass().getSimpleName()) {
            case "Dense" -> "dense";
            case "Embedding" -> "embedding";
            case "BatchNorm" -> "batch_normalization";
            case "LayerNorm" -> "layer_normalization";
            case "PRelu" -> "p_re_lu";
            default -> node.operation().getClass().getSimpleName();
        };
    }

    private static void expect(
            String file,
            WeightSource.Named named,
            H5File h5,
            List<String> layers,
            Map<String, List<Node>> units,
            List<String> groups) {
        List<String> full = layers.stream()
                .filter(layer -> !h5.texts(layer, "weight_names").isEmpty())
                .toList();
        if (full.size() != units.size()) {
            throw new ForeignModelException(file + ": expected weights of " + units.size() + " layers " + units.keySet()
                    + ", got those of " + full + ". It belongs to another network.");
        }
        int unit = 0;
        for (List<Node> nodes : units.values()) {
            List<Slots.Slot> slots = new ArrayList<>();
            for (Node node : nodes) {
                String group = nodes.size() == 1 ? groups.get(unit) : groups.get(unit) + direction(node) + "_layer";
                for (int i = 0; i < variables(node); i++) {
                    slots.add(new Slots.Slot(own(node, group), i, true));
                }
            }
            named.expect(full.get(unit), slots);
            unit++;
        }
    }

    /** Both biases of a GRU are one array. */
    private static int variables(Node node) {
        int count = node.operation().weights().size();
        return twoBiases(node).isPresent() ? count - 1 : count;
    }

    private static Optional<Cell.Gru> twoBiases(Node node) {
        return node.operation() instanceof Operation.Recurrent recurrent
                        && recurrent.cell() instanceof Cell.Gru gru
                        && gru.inputBias().isPresent()
                        && gru.recurrentBias().isPresent()
                ? Optional.of(gru)
                : Optional.empty();
    }

    private static String own(Node node, String group) {
        return node.operation() instanceof Operation.Recurrent ? group + "/cell" : group;
    }

    private void take(Node node, String group) {
        List<Weight> arrays = node.operation().weights();
        Optional<Cell.Gru> gru = twoBiases(node);
        for (int i = 0; i < variables(node); i++) {
            Weight array = weights.get(own(node, group), i, arrays.get(i).name());
            List<Integer> shape = arrays.get(i).shape();
            if (i == 2 && gru.isPresent()) {
                shape = List.of(2, arrays.get(2).size(0));
            }
            if (!array.shape().equals(shape)) {
                throw new ForeignModelException(file + ": expected shape " + shape + " for " + array.name() + " ("
                        + group + "), got " + array.shape() + ". It belongs to another network.");
            }
            if (i == 2 && gru.isPresent()) {
                int size = shape.get(1);
                found.put(
                        arrays.get(2).name(),
                        Weight.of(arrays.get(2).name(), Arrays.copyOfRange(array.values(), 0, size)));
                found.put(
                        arrays.get(3).name(),
                        Weight.of(arrays.get(3).name(), Arrays.copyOfRange(array.values(), size, 2 * size)));
            } else {
                found.put(array.name(), array);
            }
        }
    }
}
