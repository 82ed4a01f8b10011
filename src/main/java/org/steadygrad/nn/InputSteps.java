package org.steadygrad.nn;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.rnn.DuplicateToTimeSeriesVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.layers.CapsuleStrengthLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LearnedSelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling1D;
import org.deeplearning4j.nn.conf.layers.ZeroPadding1DLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping1D;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.RepeatVector;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;

/**
 * Which vertices of a graph have a row for each time step of the graph's input, so that the mask of the features tells where they
 * have data: a decoder behind {@code LastTimeStep} and {@code RepeatVector} has steps of its own, even where there are as many.
 */
public final class InputSteps {
    private final ComputationGraphConfiguration graph;
    private final Set<String> reached = new HashSet<>();

    /** @param graph is read, not kept up with */
    public InputSteps(ComputationGraphConfiguration graph) {
        this.graph = graph;
        reached.addAll(graph.getNetworkInputs());
        int before;
        do {
            before = reached.size();
            graph.getVertices().forEach((name, vertex) -> {
                if (keeps(vertex) && (vertex instanceof DuplicateToTimeSeriesVertex || readBy(name))) {
                    reached.add(name);
                }
            });
        } while (reached.size() > before);
    }

    /** Whether what the vertex reads has the steps of the input. */
    public boolean readBy(String vertex) {
        return graph.getVertexInputs().getOrDefault(vertex, List.of()).stream().anyMatch(reached::contains);
    }

    private static boolean keeps(GraphVertex vertex) {
        return vertex instanceof LayerVertex layered
                ? keeps(layered.getLayerConf().getLayer())
                : !(vertex instanceof LastTimeStepVertex);
    }

    /** Whether a layer puts out a row for every step that it reads, at the place of that step. */
    static boolean keeps(Layer layer) {
        if (layer instanceof FrozenLayer frozen) {
            return keeps(frozen.getLayer());
        }
        if (layer instanceof BaseWrapperLayer wrapper) {
            return !(layer instanceof LastTimeStep) && keeps(wrapper.getUnderlying());
        }
        if (layer instanceof Convolution1DLayer convolution) {
            return keeps(convolution);
        }
        if (layer instanceof Subsampling1DLayer pooling) {
            return pooling.getStride()[0] == 1 && keepsEnds(pooling);
        }
        return !(layer instanceof GlobalPoolingLayer
                || layer instanceof LearnedSelfAttentionLayer
                || layer instanceof RepeatVector
                || layer instanceof CapsuleStrengthLayer
                || layer instanceof Cropping1D
                || layer instanceof ZeroPadding1DLayer
                || layer instanceof Upsampling1D);
    }

    private static boolean keeps(ConvolutionLayer layer) {
        ConvolutionMode mode = layer.getConvolutionMode();
        return layer.getStride()[0] == 1
                && (mode == ConvolutionMode.Same
                        || mode == ConvolutionMode.Causal
                        || (layer.getKernelSize()[0] == 1 && layer.getPadding()[0] == 0));
    }

    private static boolean keepsEnds(SubsamplingLayer layer) {
        ConvolutionMode mode = layer.getConvolutionMode();
        return mode == ConvolutionMode.Same
                || mode == ConvolutionMode.Causal
                || (layer.getKernelSize()[0] == 1 && layer.getPadding()[0] == 0);
    }
}
