package org.steadygrad.engine.dl4j;

import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.steadygrad.nn.GRU;

/**
 * Keeps a graph on ND4J's operations alone: a reference must not share kernels with what it is compared with, and a traced
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
}
