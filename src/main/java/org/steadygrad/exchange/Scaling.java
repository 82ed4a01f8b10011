package org.steadygrad.exchange;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.steadygrad.data.DataArtifact.Column;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Node;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.graph.Weight;

/** What was fitted to a run's columns, as nodes around its network: the graph takes and gives the data's own units then. */
final class Scaling {
    private static final String IN = "scaling";
    private static final String OUT = "unscaling";

    private Scaling() {}

    /**
     * @param graph with one input and one output
     * @param inputs columns of the input; none where it isn't scaled
     * @param targets columns of the output; none where it isn't scaled
     * @throws ForeignModelException if a column is more than shifted and divided
     */
    static NeutralGraph around(NeutralGraph graph, List<Column> inputs, List<Column> targets) {
        inputs.forEach(column -> requirePlain(column, "input"));
        targets.forEach(column -> requirePlain(column, "target"));
        List<Node> nodes = new ArrayList<>();
        String input = graph.inputs().get(0).name();
        if (!inputs.isEmpty()) {
            nodes.add(Node.of(IN, in(inputs), Port.of(input)));
        }
        for (Node node : graph.nodes()) {
            List<Port> read = node.inputs().stream()
                    .map(port -> !inputs.isEmpty() && port.node().equals(input) ? Port.of(IN) : port)
                    .toList();
            nodes.add(new Node(node.name(), node.layer(), node.operation(), read, node.trained(), node.penalties()));
        }
        NeutralGraph.Output output = graph.outputs().get(0);
        if (!targets.isEmpty()) {
            nodes.add(Node.of(OUT, out(targets), output.port()));
            output = new NeutralGraph.Output(output.name(), Port.of(OUT), output.layout());
        }
        return new NeutralGraph(
                graph.name(), graph.inputs(), nodes, List.of(output), graph.training(), Map.copyOf(graph.metadata()));
    }

    private static void requirePlain(Column column, String kind) {
        String what = column.log()
                ? "the logarithm of its values"
                : column.reference() != null ? "a difference to earlier values" : null;
        if (what != null) {
            throw ForeignModelException.refused(
                    kind + " column \"" + column.name() + "\"",
                    what,
                    "the formats have no such scaling, and a file without it would give other numbers",
                    "Write the network alone (--unscaled), and transform what it takes and gives yourself; or train"
                            + " with data.transform: none.");
        }
    }

    private static Operation in(List<Column> columns) {
        float[] shifts = new float[columns.size()];
        float[] scales = new float[columns.size()];
        for (int i = 0; i < shifts.length; i++) {
            shifts[i] = (float) columns.get(i).shift();
            scales[i] = (float) columns.get(i).scale();
        }
        return new Operation.Standardize(Weight.of(IN + "/mean", shifts), Weight.of(IN + "/deviation", scales));
    }

    /** {@code y scale + shift = (y + shift / scale) / (1 / scale)}. */
    private static Operation out(List<Column> columns) {
        float[] shifts = new float[columns.size()];
        float[] scales = new float[columns.size()];
        for (int i = 0; i < shifts.length; i++) {
            scales[i] = (float) (1 / columns.get(i).scale());
            shifts[i] = (float) (-columns.get(i).shift() / columns.get(i).scale());
        }
        return new Operation.Standardize(Weight.of(OUT + "/mean", shifts), Weight.of(OUT + "/deviation", scales));
    }
}
