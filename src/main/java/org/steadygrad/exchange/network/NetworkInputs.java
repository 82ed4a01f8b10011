package org.steadygrad.exchange.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Shape;

/** What a DL4J network's inputs are, told from the layers that read them: its configuration doesn't say it. */
public final class NetworkInputs {
    private final ComputationGraphConfiguration configuration;

    private NetworkInputs(ComputationGraphConfiguration configuration) {
        this.configuration = configuration;
    }

    /**
     * The inputs, in the network's order and under its names.
     *
     * @throws ForeignModelException if the layers don't tell
     */
    public static List<NeutralGraph.Input> of(ComputationGraphConfiguration configuration) {
        NetworkInputs inputs = new NetworkInputs(configuration);
        List<NeutralGraph.Input> all = new ArrayList<>();
        for (String name : configuration.getNetworkInputs()) {
            Shape shape = inputs.readers(name)
                    .orElseThrow(() -> ForeignModelException.refused(
                            "input \"" + name + "\"",
                            "of a shape that the layers which read it don't tell",
                            "files say what a network takes",
                            "Give the inputs with the network."));
            all.add(new NeutralGraph.Input(name, shape));
        }
        return all;
    }

    private Optional<Shape> readers(String name) {
        for (Map.Entry<String, List<String>> entry :
                configuration.getVertexInputs().entrySet()) {
            if (entry.getValue().contains(name)) {
                Optional<Shape> shape = reader(entry.getKey());
                if (shape.isPresent()) {
                    return shape;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<Shape> reader(String name) {
        GraphVertex vertex = configuration.getVertices().get(name);
        if (!(vertex instanceof LayerVertex layered)) {
            return Optional.empty();
        }
        Layer layer = unwrapped(layered.getLayerConf().getLayer());
        boolean passes = layer instanceof ActivationLayer
                || layer instanceof DropoutLayer
                || layer instanceof BatchNormalization;
        if (passes) {
            Optional<Shape> above = readers(name);
            boolean steps = layered.getPreProcessor() instanceof RnnToFeedForwardPreProcessor;
            return above.map(shape -> steps ? Shape.sequence(Shape.ANY, shape.features()) : shape);
        }
        return shape(layer, layered.getPreProcessor() instanceof RnnToFeedForwardPreProcessor);
    }

    private static Layer unwrapped(Layer layer) {
        if (layer instanceof BaseWrapperLayer wrapper) {
            return unwrapped(wrapper.getUnderlying());
        }
        if (layer instanceof Bidirectional both) {
            return both.getFwd();
        }
        return layer instanceof FrozenLayer frozen ? unwrapped(frozen.getLayer()) : layer;
    }

    private static Optional<Shape> shape(Layer layer, boolean steps) {
        if (layer instanceof EmbeddingSequenceLayer) {
            return Optional.of(new Shape(Shape.Kind.SYMBOLS, List.of(Shape.ANY)));
        }
        if (layer instanceof EmbeddingLayer) {
            return Optional.of(new Shape(Shape.Kind.SYMBOLS, List.of()));
        }
        if (!(layer instanceof FeedForwardLayer sized) || sized.getNIn() <= 0) {
            return Optional.empty();
        }
        int features = Math.toIntExact(sized.getNIn());
        boolean sequence = steps || layer instanceof BaseRecurrentLayer || layer instanceof RnnOutputLayer;
        return Optional.of(sequence ? Shape.sequence(Shape.ANY, features) : Shape.vector(features));
    }
}
