package org.steadygrad.exchange.network;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.graph.GraphEvaluator;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Tensor;
import org.steadygrad.exchange.graph.Weight;
import org.steadygrad.exchange.network.NetworkBuilder.Built;
import org.steadygrad.exchange.network.NetworkBuilder.Placement;

/** The DL4J network of a graph: a ComputationGraph whose outputs are those of the graph, without losses. */
public final class ImportedNetwork {
    private final NeutralGraph graph;
    private final Built built;
    private final ComputationGraph network;
    private final NetworkFunction function;

    private ImportedNetwork(NeutralGraph graph, Built built, ComputationGraph network) {
        this.graph = graph;
        this.built = built;
        this.network = network;
        List<String> names =
                graph.outputs().stream().map(NeutralGraph.Output::name).toList();
        function = new NetworkFunction(network, graph.inputs(), names);
    }

    /**
     * Makes the network.
     *
     * @throws ForeignModelException if there is none that computes the same
     */
    public static ImportedNetwork of(NeutralGraph graph) {
        return of(graph, DataType.FLOAT);
    }

    /**
     * Makes the network, to compute in double.
     *
     * @throws ForeignModelException if there is none that computes the same
     */
    public static ImportedNetwork inDouble(NeutralGraph graph) {
        return of(graph, DataType.DOUBLE);
    }

    private static ImportedNetwork of(NeutralGraph graph, DataType type) {
        Built built = NetworkBuilder.build(graph);
        ComputationGraphConfiguration configuration = built.configuration();
        NetworkFunction.setType(configuration, type);
        ComputationGraph network = new ComputationGraph(configuration);
        network.init();
        for (Placement placement : built.placements()) {
            INDArray parameter = parameter(network, placement);
            INDArray values = Nd4j.createFromArray(Orders.parameter(placement)).reshape('c', parameter.shape());
            parameter.assign(values.castTo(parameter.dataType()));
        }
        return new ImportedNetwork(graph, built, network);
    }

    private static INDArray parameter(ComputationGraph network, Placement placement) {
        return network.getLayer(placement.layer()).paramTable(false).get(placement.parameter());
    }

    /** The network itself. */
    public ComputationGraph network() {
        return network;
    }

    /** The network as a function of named arrays. */
    public NetworkFunction function() {
        return function;
    }

    /** What training does otherwise than the library that the graph is from. */
    public List<String> notes() {
        return built.notes();
    }

    /**
     * Compares the network, in double, with what the graph computes for random inputs with padding.
     *
     * @throws ForeignModelException if they differ by more than rounding
     */
    public void prove() {
        Map<String, Tensor> inputs = ProofInputs.of(graph);
        Map<String, Tensor> right = new GraphEvaluator(graph).outputs(inputs);
        Map<String, Tensor> got = function.inDouble().outputs(inputs);
        Proof.difference(right, got).ifPresent(found -> {
            throw new ForeignModelException("output \"" + found.output() + "\": expected " + found.expected()
                    + " as the model computes it, got " + found.got()
                    + " from the network made of it. This toolkit can't run the model exactly; please report it.");
        });
    }

    /**
     * Gradients of the sum of all outputs times factors, as training would compute them, dropout included.
     *
     * @param factors by output, shaped as it
     * @return by the names of the graph's arrays; without those that aren't trained
     */
    public Map<String, Weight> gradients(Map<String, Tensor> inputs, Map<String, Tensor> factors) {
        List<INDArray> epsilons = new ArrayList<>();
        for (NeutralGraph.Output output : graph.outputs()) {
            INDArray factor = function.array(factors.get(output.name()));
            epsilons.add(factor.rank() == 3 ? factor.permute(0, 2, 1).dup('f') : factor);
        }
        network.feedForward(function.arrays(inputs), true, false);
        Gradient gradient = network.backpropGradient(epsilons.toArray(INDArray[]::new));
        Map<String, Weight> gradients = new LinkedHashMap<>();
        for (Placement placement : built.placements()) {
            INDArray found = gradient.getGradientFor(placement.layer() + "_" + placement.parameter());
            if (found != null) {
                INDArray parameter = parameter(network, placement);
                float[] values = found.reshape('f', parameter.shape())
                        .castTo(DataType.FLOAT)
                        .dup('c')
                        .data()
                        .asFloat();
                gradients.putAll(Orders.gradients(placement, values));
            }
        }
        return gradients;
    }
}
