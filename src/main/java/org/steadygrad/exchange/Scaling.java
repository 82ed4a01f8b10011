package org.steadygrad.exchange;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.steadygrad.data.DataArtifact.Column;
import org.steadygrad.exchange.graph.Function;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Node;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Operation.Merge;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.graph.Weight;
import org.steadygrad.nn.loss.LossNegativeBinomial;
import org.steadygrad.nn.loss.LossPinball;

/**
 * What lies between a run's network and the data's own units, as nodes around it: what was fitted to columns, the mean of counts from its logarithm, and
 * quantiles in ascending order, as predictions have them.
 */
final class Scaling {
    private static final String IN = "scaling";
    private static final String OUT = "unscaling";

    private Scaling() {}

    /** Outputs that there are for each target. */
    static int quantiles(ILossFunction loss) {
        return loss instanceof LossPinball pinball ? pinball.getQuantiles().size() : 1;
    }

    /**
     * The graph in the data's units.
     *
     * @param graph with one input and one output
     * @param inputs columns of the input; none where it isn't scaled
     * @param targets columns of the targets; none where they aren't scaled
     * @param loss that the network was trained with
     * @throws ForeignModelException if a column is more than shifted and divided
     */
    static NeutralGraph around(NeutralGraph graph, List<Column> inputs, List<Column> targets, ILossFunction loss) {
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
        int features = graph.shapes().get(output.port()).features();
        Port port = units(nodes, output.port(), targets, features, loss);
        return new NeutralGraph(
                graph.name(),
                graph.inputs(),
                nodes,
                List.of(new NeutralGraph.Output(output.name(), port, output.layout())),
                graph.training(),
                Map.copyOf(graph.metadata()));
    }

    /** Adds what makes the data's units of the network's output. @return the last value */
    private static Port units(List<Node> nodes, Port output, List<Column> targets, int features, ILossFunction loss) {
        Port port = output;
        if (loss instanceof LossNegativeBinomial) {
            nodes.add(Node.of("counts", new Operation.Activate(Function.of(Function.Kind.EXPONENTIAL)), port));
            port = Port.of("counts");
        }
        int quantiles = quantiles(loss);
        if (!targets.isEmpty()) {
            List<Column> columns = new ArrayList<>();
            targets.forEach(column -> columns.addAll(Collections.nCopies(quantiles, column)));
            nodes.add(Node.of(OUT, out(columns), port));
            port = Port.of(OUT);
        }
        return quantiles > 1 ? sorted(nodes, port, features, quantiles) : port;
    }

    /** Numbers of each group of so many in ascending order, by exchanges of neighbours. */
    private static Port sorted(List<Node> nodes, Port port, int features, int group) {
        List<Port> numbers = new ArrayList<>();
        for (int i = 0; i < features; i++) {
            numbers.add(add(nodes, "quantile" + i, new Operation.SelectFeatures(i, i + 1), port));
        }
        for (int start = 0; start < features; start += group) {
            for (int last = start + group - 1; last > start; last--) {
                for (int i = start; i < last; i++) {
                    Port low = numbers.get(i);
                    Port high = numbers.get(i + 1);
                    String name = "quantile" + i + "-" + last;
                    numbers.set(i, add(nodes, name + "-low", new Merge(Merge.Kind.MINIMUM), low, high));
                    numbers.set(i + 1, add(nodes, name + "-high", new Merge(Merge.Kind.MAXIMUM), low, high));
                }
            }
        }
        return add(nodes, "quantiles", new Merge(Merge.Kind.CONCATENATE), numbers.toArray(Port[]::new));
    }

    private static Port add(List<Node> nodes, String name, Operation operation, Port... inputs) {
        nodes.add(Node.of(name, operation, inputs));
        return Port.of(name);
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
