package org.steadygrad.exchange.graph;

import java.util.List;
import java.util.Map;
import org.steadygrad.check.Check;

/**
 * A use of an operation.
 *
 * @param name unique in its graph, also among the names of inputs
 * @param layer the layer it belongs to, in the file's own words; nodes share what arrays they have in common, by name
 * @param inputs in the order that the operation says
 * @param trained whether training changes the weights
 * @param penalties what the loss contains of weights, by their name
 */
public record Node(
        String name,
        String layer,
        Operation operation,
        List<Port> inputs,
        boolean trained,
        Map<String, Penalty> penalties) {
    /**
     * Added to the loss: {@code l1 sum |w| + l2 sum w^2}, without a factor of a half.
     *
     * @param l1 0 or more
     * @param l2 0 or more
     */
    public record Penalty(double l1, double l2) {
        public Penalty {
            Check.nonNegative(l1, "penalty", "l1");
            Check.nonNegative(l2, "penalty", "l2");
        }
    }

    public Node {
        Check.notNull(name, "node", "name");
        Check.notNull(layer, "node " + name, "layer");
        Check.notNull(operation, "node " + name, "operation");
        inputs = List.copyOf(inputs);
        penalties = Map.copyOf(penalties);
    }

    /** A trained node of a layer of its own, without penalties. */
    public static Node of(String name, Operation operation, Port... inputs) {
        return new Node(name, name, operation, List.of(inputs), true, Map.of());
    }
}
