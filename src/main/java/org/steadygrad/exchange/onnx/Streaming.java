package org.steadygrad.exchange.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Node;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Operation.Recurrent;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.graph.Shape;

/**
 * A network for sequences that come piece by piece: the states of its recurrent layers are inputs, {@code LAYER.h} and for an LSTM {@code LAYER.c}, and
 * after the piece outputs, {@code LAYER.h.next} and {@code LAYER.c.next}. With zeros for the first piece, and then what came out, the pieces' outputs are
 * those of the whole sequence.
 */
final class Streaming {
    private static final List<String> STATES = List.of(".h", ".c");
    private static final String NEXT = ".next";

    private Streaming() {}

    /** What of a network needs the whole sequence, in words. */
    static List<String> obstacles(NeutralGraph graph) {
        List<String> found = new ArrayList<>();
        boolean any = false;
        for (Node node : graph.nodes()) {
            Operation operation = node.operation();
            boolean recurrent = operation instanceof Recurrent;
            any |= recurrent;
            boolean backwards = (operation instanceof Recurrent layer && layer.reversed())
                    || operation instanceof Operation.ReverseTime;
            boolean pooled = operation instanceof Operation.Pool
                    || (operation instanceof Operation.TakeStep step && !step.last());
            if (backwards || pooled) {
                found.add("Layer " + node.layer() + " needs the whole sequence, which a stream hasn't got.");
            }
        }
        if (!any) {
            found.add("The network has no recurrent layer, whose state could go from piece to piece.");
        }
        return found;
    }

    /** The network with its states outside. */
    static NeutralGraph of(NeutralGraph graph) {
        List<NeutralGraph.Input> inputs = new ArrayList<>(graph.inputs());
        List<NeutralGraph.Output> outputs = new ArrayList<>(graph.outputs());
        List<Node> nodes = new ArrayList<>();
        for (Node node : graph.nodes()) {
            if (!(node.operation() instanceof Recurrent layer) || layer.starts()) {
                nodes.add(node);
                continue;
            }
            List<Port> read = new ArrayList<>(node.inputs());
            for (int state = 0; state < layer.cell().states(); state++) {
                String name = node.name() + STATES.get(state);
                inputs.add(
                        new NeutralGraph.Input(name, Shape.vector(layer.cell().units())));
                outputs.add(new NeutralGraph.Output(name + NEXT, new Port(node.name(), state + 1)));
                read.add(Port.of(name));
            }
            Operation open = new Recurrent(
                    layer.cell(),
                    layer.reversed(),
                    layer.masked(),
                    layer.maskedOutput(),
                    true,
                    layer.clip(),
                    layer.inputDropout());
            nodes.add(new Node(node.name(), node.layer(), open, read, node.trained(), node.penalties()));
        }
        return new NeutralGraph(graph.name(), inputs, nodes, outputs, Optional.empty(), graph.metadata());
    }
}
