package org.steadygrad.model;

import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.exception.DL4JException;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Batches of one example in networks that normalise. Over a single example every output of batch normalisation is beta, no
 * gradient passes, and the running variance falls; sequences have steps to normalise over.
 */
public final class SingleExamples {
    private SingleExamples() {}

    /**
     * @param network with one input
     * @param sequences whether that is a sequence
     * @param size of the input
     * @return name of the first layer that normalises over nothing but the examples of a batch
     */
    public static Optional<String> normalizing(ComputationGraph network, boolean sequences, long size) {
        ComputationGraphConfiguration configuration = network.getConfiguration();
        if (configuration.getVertices().values().stream().noneMatch(SingleExamples::normalizes)) {
            return Optional.empty();
        }
        InputType input = sequences ? InputType.recurrent(size) : InputType.feedForward(size);
        try {
            return configuration.getLayerActivationTypes(input).entrySet().stream()
                    .filter(entry -> entry.getValue().getType() == InputType.Type.FF)
                    .map(Map.Entry::getKey)
                    .filter(name -> normalizes(configuration.getVertices().get(name)))
                    .findFirst();
        } catch (DL4JException | IllegalArgumentException | IllegalStateException e) {
            // a graph that DL4J can't infer types of; without a time axis there is nothing to infer
            return sequences
                    ? Optional.empty()
                    : configuration.getVertices().entrySet().stream()
                            .filter(entry -> normalizes(entry.getValue()))
                            .map(Map.Entry::getKey)
                            .findFirst();
        }
    }

    /** Frozen layers, which are wrapped, take their running statistics. */
    private static boolean normalizes(GraphVertex vertex) {
        Layer layer = vertex instanceof LayerVertex own ? own.getLayerConf().getLayer() : null;
        return layer instanceof BatchNormalization;
    }
}
