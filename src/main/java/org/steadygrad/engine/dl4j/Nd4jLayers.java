package org.steadygrad.engine.dl4j;

import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.nd4j.linalg.api.buffer.DataType;
import org.steadygrad.nn.ExactBatchNormalization;
import org.steadygrad.nn.GRU;

/**
 * Chooses the layers that the engine runs on. It keeps a graph on ND4J's operations alone: a reference must not share kernels with what it is compared with, and a traced
 * pass, which only ND4J's path can give, must not differ from others in rounding.
 */
final class Nd4jLayers {
    private Nd4jLayers() {}

    /** @param graph belongs to an engine; has not run yet */
    static void keepTo(ComputationGraph graph) {
        for (GraphVertex vertex : graph.getVertices()) {
            if (vertex.hasLayer()) {
                keepTo(vertex.getLayer().conf().getLayer());
            }
        }
    }

    private static void keepTo(Layer layer) {
        if (layer instanceof GRU gru) {
            gru.runOnNd4jOnly();
        } else if (layer instanceof Bidirectional both) {
            keepTo(both.getFwd());
            keepTo(both.getBwd());
        } else if (layer instanceof BaseWrapperLayer wrapper) {
            keepTo(wrapper.getUnderlying());
        }
    }

    /** Puts layers that add up without loss in the place of DL4J's batch normalisation. @param graph as for {@link #keepTo} */
    static void sumExactly(ComputationGraph graph) {
        DataType type = graph.getConfiguration().getDataType();
        for (GraphVertex vertex : graph.getVertices()) {
            boolean plain = vertex instanceof LayerVertex && vertex.getLayer().getClass() == BatchNormalization.class;
            if (plain) {
                BatchNormalization original = (BatchNormalization) vertex.getLayer();
                ExactBatchNormalization exact = new ExactBatchNormalization(original, type);
                ((LayerVertex) vertex).setLayer(exact);
                List<org.deeplearning4j.nn.api.Layer> layers = Arrays.asList(graph.getLayers());
                layers.set(layers.indexOf(original), exact);
            }
        }
    }
}
