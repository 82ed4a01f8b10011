package org.steadygrad.exchange.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.check.Check;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.graph.GraphEvaluator;
import org.steadygrad.exchange.graph.Layout;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Tensor;

/**
 * The graph of a DL4J network, proven against what the network computes for sequences without padding: what masks do in a network that is given them isn't
 * part of it.
 *
 * @param graph with arrays of its own
 * @param notes what training does that the graph doesn't say
 */
public record NetworkGraph(NeutralGraph graph, List<String> notes) {
    public NetworkGraph {
        notes = List.copyOf(notes);
    }

    /**
     * Makes the graph, and compares it with the network in double on random inputs.
     *
     * @param inputs what the network's inputs are, in its order; names and layouts are free
     * @param outputs names of the network's outputs, in its order
     * @param layouts of the outputs
     * @throws ForeignModelException if the network has what graphs lack
     */
    public static NetworkGraph of(
            ComputationGraph network, List<NeutralGraph.Input> inputs, List<String> outputs, List<Layout> layouts) {
        Check.that(
                inputs.size() == network.getNumInputArrays() && outputs.size() == network.getNumOutputArrays(),
                "network",
                inputs.size() + " inputs and " + outputs.size() + " outputs",
                network.getNumInputArrays() + " and " + network.getNumOutputArrays());
        NetworkReader.Read read = NetworkReader.read(network, inputs, outputs);
        NeutralGraph plain = read.graph();
        Map<String, Tensor> given = ProofInputs.of(plain);
        Map<String, Tensor> right =
                new NetworkFunction(network, plain.inputs(), outputs).inDouble().outputs(given);
        Proof.difference(right, new GraphEvaluator(plain).outputs(given)).ifPresent(found -> {
            throw new ForeignModelException("output \"" + found.output() + "\": expected " + found.expected()
                    + " as the network computes it, got " + found.got()
                    + " from what would be written. The network can't be written exactly; please report it.");
        });
        List<NeutralGraph.Output> laid = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            laid.add(new NeutralGraph.Output(
                    outputs.get(i), plain.outputs().get(i).port(), layouts.get(i)));
        }
        NeutralGraph graph =
                new NeutralGraph(plain.name(), inputs, plain.nodes(), laid, plain.training(), plain.metadata());
        return new NetworkGraph(graph, read.notes());
    }
}
