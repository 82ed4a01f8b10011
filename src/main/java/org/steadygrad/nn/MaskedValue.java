package org.steadygrad.nn;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;

/**
 * What {@link MaskZeroLayer} means for a whole network. As in Keras' {@code Masking}, steps whose features all have a value hold no data
 * for any layer above, pooling, loss and metrics included; DL4J 1.0.0-M2.1 tells the wrapped layer alone. Where such layers read the
 * network's input, its batches can be given a mask before they get there, and the wrapper has nothing left to do.
 */
public final class MaskedValue {
    private MaskedValue() {}

    /** The value that marks steps of the input as without data; NaN where there is none. */
    public static double of(ComputationGraphConfiguration graph) {
        for (Map.Entry<String, GraphVertex> vertex : graph.getVertices().entrySet()) {
            Optional<MaskZeroLayer> found = readingInput(graph, vertex.getKey());
            if (found.isPresent()) {
                return found.get().getMaskingValue();
            }
        }
        return Double.NaN;
    }

    private static Optional<MaskZeroLayer> readingInput(ComputationGraphConfiguration graph, String name) {
        boolean reads = graph.getVertexInputs().getOrDefault(name, List.of()).stream()
                .anyMatch(graph.getNetworkInputs()::contains);
        return reads
                        && graph.getVertices().get(name) instanceof LayerVertex layered
                        && layered.getPreProcessor() == null
                ? masking(layered.getLayerConf().getLayer())
                : Optional.empty();
    }

    private static Optional<MaskZeroLayer> masking(Layer layer) {
        if (layer instanceof MaskZeroLayer zero) {
            return Optional.of(zero);
        }
        if (layer instanceof FrozenLayer frozen) {
            return masking(frozen.getLayer());
        }
        return layer instanceof BaseWrapperLayer wrapper ? masking(wrapper.getUnderlying()) : Optional.empty();
    }

    /** Why {@link MaskZeroLayer}s of a graph can't be right; empty where they can, or there is none. */
    public static Optional<String> obstacle(ComputationGraphConfiguration graph) {
        double value = of(graph);
        for (Map.Entry<String, GraphVertex> vertex : graph.getVertices().entrySet()) {
            String name = vertex.getKey();
            List<String> inputs = graph.getVertexInputs().getOrDefault(name, List.of());
            boolean ofInput = inputs.stream().anyMatch(graph.getNetworkInputs()::contains);
            Optional<MaskZeroLayer> onInput = readingInput(graph, name);
            if (ofInput
                    && !Double.isNaN(value)
                    && !onInput.map(zero -> zero.getMaskingValue() == value).orElse(false)) {
                return Optional.of("a MaskZeroLayer of value " + value + " reads the input that " + name
                        + " reads too, without it or with another value, so that the two differ in which steps there are."
                        + " Give the features a mask instead.");
            }
            boolean within = vertex.getValue() instanceof LayerVertex layered
                    && onInput.isEmpty()
                    && !allowed(layered.getLayerConf().getLayer());
            if (within) {
                return Optional.of("a MaskZeroLayer (layer " + name + ") that doesn't read the network's input:"
                        + " the layers above and the loss can't know which steps it leaves out, but within LastTimeStep."
                        + " Give the features a mask instead.");
            }
        }
        return Optional.empty();
    }

    /** Above other layers only within LastTimeStep, where nothing else needs the mask. */
    private static boolean allowed(Layer layer) {
        Layer inner = layer;
        while (inner instanceof FrozenLayer
                || (inner instanceof BaseWrapperLayer && !(inner instanceof LastTimeStep))) {
            if (inner instanceof MaskZeroLayer) {
                return false;
            }
            inner = inner instanceof FrozenLayer frozen
                    ? frozen.getLayer()
                    : ((BaseWrapperLayer) inner).getUnderlying();
        }
        return true;
    }

    /**
     * Takes the wrappers off that read the input, for batches that have masks in their place.
     *
     * @param graph is changed; parameters keep their places
     */
    public static void unwrap(ComputationGraphConfiguration graph) {
        for (String name : graph.getVertices().keySet()) {
            if (readingInput(graph, name).isPresent()) {
                NeuralNetConfiguration configuration =
                        ((LayerVertex) graph.getVertices().get(name)).getLayerConf();
                configuration.setLayer(unwrapped(configuration.getLayer()));
            }
        }
    }

    private static Layer unwrapped(Layer layer) {
        if (layer instanceof MaskZeroLayer zero) {
            Layer underlying = zero.getUnderlying();
            underlying.setLayerName(layer.getLayerName());
            return underlying;
        }
        if (layer instanceof FrozenLayer frozen) {
            FrozenLayer other = new FrozenLayer(unwrapped(frozen.getLayer()));
            other.setLayerName(layer.getLayerName());
            return other;
        }
        if (layer instanceof BaseWrapperLayer wrapper) {
            wrapper.setUnderlying(unwrapped(wrapper.getUnderlying()));
        }
        return layer;
    }
}
