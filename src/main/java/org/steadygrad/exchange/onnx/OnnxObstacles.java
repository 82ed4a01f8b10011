package org.steadygrad.exchange.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.steadygrad.exchange.graph.Function;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Node;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Operation.LengthMask;
import org.steadygrad.exchange.graph.Operation.MaskedOutput;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.graph.Shape;

/** What of a network ONNX's operators can't say. */
final class OnnxObstacles {
    private final NeutralGraph graph;
    private final Map<String, Node> nodes = new HashMap<>();
    private final List<String> found = new ArrayList<>();

    private OnnxObstacles(NeutralGraph graph) {
        this.graph = graph;
        graph.nodes().forEach(node -> nodes.put(node.name(), node));
    }

    /** In words, by node. */
    static List<String> of(NeutralGraph graph) {
        return new OnnxObstacles(graph).find();
    }

    private List<String> find() {
        for (NeutralGraph.Input input : graph.inputs()) {
            if (input.shape().kind() == Shape.Kind.MASK) {
                found.add("Input " + input.name() + " is a mask; ONNX's recurrent nodes know lengths alone.");
            }
            if (!LayoutWriting.canRead(input.layout())) {
                found.add(
                        "Input " + input.name() + " lies as " + input.layout() + ", whose sizes can't be told apart.");
            }
        }
        for (NeutralGraph.Output output : graph.outputs()) {
            if (!LayoutWriting.canGive(output.layout())) {
                found.add("Output " + output.name() + " lies as " + output.layout() + ".");
            }
        }
        graph.nodes().forEach(this::look);
        return found;
    }

    private void look(Node node) {
        Operation operation = node.operation();
        if (operation instanceof Operation.Recurrent recurrent) {
            recurrent(recurrent, node);
        } else if (operation instanceof Operation.StepMask
                || operation instanceof Operation.JoinMasks
                || operation instanceof Operation.ClearSteps) {
            found.add(words(node, "makes or uses a mask of the values; ONNX's recurrent nodes know lengths alone"));
        } else if (operation instanceof Operation.Pool pool && pool.masked()) {
            found.add(words(node, "pools over a mask"));
        }
    }

    private void recurrent(Operation.Recurrent recurrent, Node node) {
        if (recurrent.masked() && !isLength(node.inputs().get(1))) {
            found.add(words(node, "has a mask that isn't given by lengths"));
        }
        if (recurrent.masked() && recurrent.maskedOutput() == MaskedOutput.REPEAT) {
            found.add(words(node, "repeats its last output at masked steps, where ONNX's give 0"));
        }
        for (Function function : RecurrentWriting.functions(recurrent.cell())) {
            if (!RecurrentWriting.NAMES.containsKey(function.kind())) {
                found.add(words(node, "has the activation " + function.kind() + ", which ONNX's recurrent nodes lack"));
            }
        }
    }

    private boolean isLength(Port mask) {
        return nodes.containsKey(mask.node()) && nodes.get(mask.node()).operation() instanceof LengthMask;
    }

    private static String words(Node node, String what) {
        return "Layer " + node.layer() + " " + what + ".";
    }
}
