package org.steadygrad.exchange.torch;

import java.util.ArrayList;
import java.util.List;
import org.steadygrad.exchange.graph.Layout;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Node;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Shape;

/** What of a network PyTorch's layers can't say. */
final class TorchObstacles {
    private TorchObstacles() {}

    /** In words, by node. */
    static List<String> of(NeutralGraph graph) {
        List<String> found = new ArrayList<>();
        for (NeutralGraph.Input input : graph.inputs()) {
            if (input.shape().kind() == Shape.Kind.MASK || !simple(input.layout(), input.shape())) {
                found.add("Input " + input.name() + " is a mask, or lies as " + input.layout() + ".");
            }
        }
        for (NeutralGraph.Output output : graph.outputs()) {
            if (!simple(output.layout(), graph.shapes().get(output.port()))) {
                found.add("Output " + output.name() + " lies as " + output.layout() + ".");
            }
        }
        for (Node node : graph.nodes()) {
            String words = words(node.operation());
            if (words != null) {
                found.add("Layer " + node.layer() + " " + words + ".");
            }
        }
        return found;
    }

    /** Every axis of the array is one of the value's, and the other way round. */
    private static boolean simple(Layout layout, Shape shape) {
        int axes = shape.sizes().size() + 1;
        return layout.equals(Layout.PLAIN)
                || (layout.axes().size() == axes && layout.axes().stream().allMatch(group -> group.size() == 1));
    }

    private static String words(Operation operation) {
        if (operation instanceof Operation.Recurrent recurrent) {
            if (recurrent.masked()) {
                return "has a mask, which PyTorch's layers don't take";
            }
            return recurrent.clip() < Double.POSITIVE_INFINITY || !RecurrentCode.possible(recurrent.cell())
                    ? "computes what no recurrent layer of PyTorch does"
                    : null;
        }
        boolean masks = operation instanceof Operation.StepMask
                || operation instanceof Operation.LengthMask
                || operation instanceof Operation.JoinMasks
                || operation instanceof Operation.ClearSteps
                || (operation instanceof Operation.Pool pool && pool.masked());
        return masks ? "works on a mask" : null;
    }
}
