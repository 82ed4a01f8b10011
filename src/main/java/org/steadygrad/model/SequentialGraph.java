package org.steadygrad.model;

import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.check.Check;

/**
 * The {@link ComputationGraph} that is equal to a {@link MultiLayerNetwork}. DL4J's own {@code toComputationGraph} keeps layers,
 * preprocessors, data type, parameters and updater state, and drops everything else that the configuration says: windows of
 * truncated back-propagation, whether gradients are averaged over the minibatch, iteration and epoch counts, seed, workspace
 * and cache modes. It also draws weights that it doesn't need, and so sets ND4J's random generator anew.
 */
public final class SequentialGraph {
    private static final String INPUT = "in";

    private SequentialGraph() {}

    /**
     * @param network initialised; isn't changed
     * @return with copies of parameters and updater state. Vertices are named by the layers' positions, from "0", as DL4J names
     *     the parameters of such a network; the network's listeners aren't attached
     */
    public static ComputationGraph of(MultiLayerNetwork network) {
        Check.notNull(network, "SequentialGraph", "network");
        ComputationGraph graph = new ComputationGraph(configuration(network.getLayerWiseConfigurations()));
        graph.init(network.params().dup(), false);
        INDArray state = network.getUpdater().getStateViewArray();
        if (state != null) {
            graph.getUpdater().getStateViewArray().assign(state);
        }
        TrainingCounts.of(network).putInto(graph);
        return graph;
    }

    private static ComputationGraphConfiguration configuration(MultiLayerConfiguration original) {
        MultiLayerConfiguration source = original.clone();
        List<NeuralNetConfiguration> layers = source.getConfs();
        NeuralNetConfiguration common = layers.get(0);
        // what was invalid was refused, or let through on purpose, when the original was built
        GraphBuilder builder = new NeuralNetConfiguration.Builder()
                .dataType(source.getDataType())
                .graphBuilder()
                .validateOutputLayerConfig(false)
                .validateTbpttConfig(false)
                .addInputs(INPUT);
        for (int i = 0; i < layers.size(); i++) {
            String below = i == 0 ? INPUT : String.valueOf(i - 1);
            builder.addLayer(String.valueOf(i), layers.get(i).getLayer(), source.getInputPreProcess(i), below);
        }
        ComputationGraphConfiguration graph =
                builder.setOutputs(String.valueOf(layers.size() - 1)).build();
        graph.setBackpropType(source.getBackpropType());
        graph.setTbpttFwdLength(source.getTbpttFwdLength());
        graph.setTbpttBackLength(source.getTbpttBackLength());
        graph.setValidateOutputLayerConfig(source.isValidateOutputLayerConfig());
        graph.setTrainingWorkspaceMode(source.getTrainingWorkspaceMode());
        graph.setInferenceWorkspaceMode(source.getInferenceWorkspaceMode());
        graph.setCacheMode(source.getCacheMode());
        copySettings(common, graph.getDefaultConfiguration());
        for (int i = 0; i < layers.size(); i++) {
            LayerVertex vertex = (LayerVertex) graph.getVertices().get(String.valueOf(i));
            copySettings(layers.get(i), vertex.getLayerConf());
        }
        return graph;
    }

    private static void copySettings(NeuralNetConfiguration from, NeuralNetConfiguration to) {
        to.setMiniBatch(from.isMiniBatch());
        to.setMinimize(from.isMinimize());
        to.setSeed(from.getSeed());
        to.setOptimizationAlgo(from.getOptimizationAlgo());
        to.setMaxNumLineSearchIterations(from.getMaxNumLineSearchIterations());
        to.setStepFunction(from.getStepFunction());
        to.setCacheMode(from.getCacheMode());
        to.setIterationCount(from.getIterationCount());
        to.setEpochCount(from.getEpochCount());
    }
}
