package org.steadygrad.exchange.torch;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.steadygrad.check.Cases;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.exchange.Architecture;
import org.steadygrad.exchange.ReadReport;
import org.steadygrad.exchange.array.StoredArray;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Node;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Weight;

/** Puts a state dict's weights into a network that a run file or another model describes. */
final class StateDictLoading {
    /** What PyTorch calls the layer of an operation, with its sizes; null for what has no module with weights. */
    private static final Cases<Operation, String> SIGNATURES = Cases.<Operation, String>of(Operation.class)
            .on(
                    Operation.Dense.class,
                    op -> TorchModule.dense(op.kernel().size(0), op.kernel().size(1)))
            .on(Operation.Recurrent.class, StateDictLoading::recurrent)
            .on(
                    Operation.Embedding.class,
                    op -> TorchModule.embedding(op.table().size(0), op.table().size(1)))
            .on(Operation.BatchNorm.class, op -> "batch norm of " + op.mean().size(0))
            .on(Operation.LayerNorm.class, StateDictLoading::layerNorm)
            .on(Operation.PRelu.class, op -> "PReLU of " + op.slopes().size(0))
            .on(
                    Operation.Standardize.class,
                    op -> TorchModule.standardize(op.mean().size(0)))
            .ignore(
                    Operation.Affine.class,
                    Operation.Activate.class,
                    Operation.Dropout.class,
                    Operation.Merge.class,
                    Operation.Pool.class,
                    Operation.TakeStep.class,
                    Operation.ReverseTime.class,
                    Operation.RepeatVector.class,
                    Operation.SelectFeatures.class,
                    Operation.StepMask.class,
                    Operation.LengthMask.class,
                    Operation.JoinMasks.class,
                    Operation.ClearSteps.class)
            .complete();

    private StateDictLoading() {}

    /**
     * Replaces the network's weights.
     *
     * @param weights of the state dict, under the model's names
     * @param ordered whether they stand in the model's order
     * @throws InvalidInputException that tells by name and shape what doesn't fit
     */
    static NeutralGraph load(
            Map<String, StoredArray> weights, boolean ordered, Architecture like, String who, ReadReport report) {
        Map<String, StoredArray> counted = new LinkedHashMap<>(weights);
        weights.keySet().stream()
                .filter(name -> name.endsWith("num_batches_tracked"))
                .forEach(name -> {
                    counted.remove(name);
                    report.tell(name, "a count of steps, on which nothing depends");
                });
        List<TorchModule> modules = TorchModule.of(counted, who);
        Set<String> found = new HashSet<>();
        modules.forEach(module -> found.addAll(module.signatures()));
        Map<String, Node> layers = layers(like.graph(), found);
        Map<String, String> signatures = new LinkedHashMap<>();
        layers.forEach((name, node) -> signatures.put(name, SIGNATURES.of(node.operation())));
        Map<String, TorchModule> matched = new ModuleMatching(modules, ordered, who, like.source()).match(signatures);
        Map<String, Weight> replaced = new HashMap<>();
        matched.forEach((name, module) -> {
            module.arrays().keySet().forEach(array -> report.tell(module.name() + " " + array, "of " + name));
            new ModuleWeights(module, who, weight -> replaced.put(weight.name(), weight))
                    .fill(layers.get(name).operation());
        });
        return like.graph().withWeights(weight -> replaced.getOrDefault(weight.name(), weight));
    }

    /**
     * Nodes that have a module; of those that share weights the first. One-hot codes have none, and what isn't learned, scaling, need not.
     *
     * @param found what the file's modules can be
     */
    private static Map<String, Node> layers(NeutralGraph graph, Set<String> found) {
        Map<String, Node> layers = new LinkedHashMap<>();
        Set<String> seen = new HashSet<>();
        for (Node node : graph.nodes()) {
            String signature = SIGNATURES.of(node.operation());
            boolean code = !node.trained() && node.operation() instanceof Operation.Embedding table && table.isOneHot();
            boolean constant = node.operation() instanceof Operation.Standardize && !found.contains(signature);
            boolean shared = node.operation().weights().stream().anyMatch(weight -> !seen.add(weight.name()));
            if (signature != null && !code && !constant && !shared) {
                layers.put(node.name(), node);
            }
        }
        return layers;
    }

    private static String layerNorm(Operation.LayerNorm op) {
        return op.weights().isEmpty()
                ? null
                : "layer norm of " + op.weights().get(0).size(0);
    }

    private static String recurrent(Operation.Recurrent op) {
        String kind =
                switch (op.cell().gates()) {
                    case 1 -> "RNN";
                    case 3 -> "GRU";
                    default -> "LSTM";
                };
        return TorchModule.recurrent(kind, op.cell().inputs(), op.cell().units(), op.reversed());
    }
}
