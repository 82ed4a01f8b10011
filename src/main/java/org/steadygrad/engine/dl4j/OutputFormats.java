package org.steadygrad.engine.dl4j;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;

/**
 * Gives output layers for sequences a format where they have none, as in a graph without input types: DL4J's own training fails on
 * them.
 */
final class OutputFormats {
    private OutputFormats() {}

    /** @param configuration is changed */
    static void fill(ComputationGraphConfiguration configuration, RNNFormat format) {
        for (GraphVertex vertex : configuration.getVertices().values()) {
            if (vertex instanceof LayerVertex layered) {
                fill(layered.getLayerConf().getLayer(), format);
            }
        }
    }

    private static void fill(Layer layer, RNNFormat format) {
        if (layer instanceof FrozenLayerWithBackprop frozen) {
            fill(frozen.getUnderlying(), format);
        } else if (layer instanceof RnnOutputLayer output && output.getRnnDataFormat() == null) {
            output.setRnnDataFormat(format);
        } else if (layer instanceof RnnLossLayer loss && loss.getRnnDataFormat() == null) {
            loss.setRnnDataFormat(format);
        }
    }
}
