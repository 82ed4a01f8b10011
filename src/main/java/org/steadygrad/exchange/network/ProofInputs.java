package org.steadygrad.exchange.network;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Node;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.graph.Shape;
import org.steadygrad.exchange.graph.Tensor;

/** Inputs that find out whether two networks are the same: random, with padding at the end, in front, within and everywhere. */
public final class ProofInputs {
    private static final int EXAMPLES = 4;
    private static final int STEPS = 5;
    private static final long SEED = 20;

    private final Random random = new Random(SEED);
    private final Map<String, Double> paddings = new HashMap<>();
    private final Map<String, Integer> symbols = new HashMap<>();
    private final Map<String, Operation.Standardize> scales = new HashMap<>();

    private ProofInputs(NeutralGraph graph) {
        for (Node node : graph.nodes()) {
            String first = node.inputs().get(0).node();
            if (node.operation() instanceof Operation.StepMask mask) {
                paddings.put(first, mask.padding());
            } else if (node.operation() instanceof Operation.Embedding embedding) {
                symbols.merge(first, embedding.table().size(0), Math::min);
            } else if (node.operation() instanceof Operation.Standardize scale) {
                scales.putIfAbsent(first, scale);
            } else if (node.operation() instanceof Operation.LengthMask) {
                Port lengths = node.inputs().get(1);
                symbols.merge(lengths.node(), STEPS + 1, Math::min);
            }
        }
    }

    /** A tensor for each of a graph's inputs, by name; the same at every call. */
    public static Map<String, Tensor> of(NeutralGraph graph) {
        ProofInputs inputs = new ProofInputs(graph);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        graph.inputs().forEach(input -> tensors.put(input.name(), inputs.tensor(input)));
        return tensors;
    }

    private Tensor tensor(NeutralGraph.Input input) {
        List<Integer> sizes = input.shape().sizes();
        int[] shape = new int[sizes.size() + 1];
        shape[0] = EXAMPLES;
        int elements = EXAMPLES;
        for (int i = 0; i < sizes.size(); i++) {
            shape[i + 1] = sizes.get(i) == Shape.ANY ? STEPS : sizes.get(i);
            elements *= shape[i + 1];
        }
        double[] values = new double[elements];
        boolean whole = input.shape().kind() == Shape.Kind.SYMBOLS;
        for (int i = 0; i < elements; i++) {
            values[i] = switch (input.shape().kind()) {
                case MASK -> random.nextInt(2);
                case SYMBOLS -> random.nextInt(symbols.getOrDefault(input.name(), 2));
                default -> (float) number(input.name(), i);
            };
        }
        int rank = whole ? 2 : 3;
        if (paddings.containsKey(input.name()) && shape.length == rank) {
            pad(values, shape[1], elements / EXAMPLES / shape[1], paddings.get(input.name()));
        }
        return new Tensor(shape, values);
    }

    /** On the scale of the data, where the network says what that is. */
    private double number(String input, int place) {
        double standard = random.nextGaussian();
        Operation.Standardize scale = scales.get(input);
        if (scale == null) {
            return standard;
        }
        int feature = place % scale.mean().size(0);
        return scale.mean().values()[feature] + standard * scale.deviation().values()[feature];
    }

    private static void pad(double[] values, int steps, int features, double padding) {
        for (int i = 0; i < values.length; i++) {
            int step = i / features % steps;
            boolean padded =
                    switch (i / features / steps) {
                        case 0 -> step >= (steps + 1) / 2;
                        case 1 -> step < steps / 2;
                        case 2 -> step == steps / 2;
                        default -> true;
                    };
            values[i] = padded ? padding : values[i];
        }
    }
}
