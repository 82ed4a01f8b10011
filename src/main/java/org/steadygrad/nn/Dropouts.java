package org.steadygrad.nn;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;

/** Takes dropout out of configurations, for measurements that it would only blur. */
public final class Dropouts {
    private Dropouts() {}

    /** @param configuration is changed: none of its layers drops anything afterwards */
    public static void remove(ComputationGraphConfiguration configuration) {
        configuration.getVertices().values().forEach(vertex -> {
            if (vertex instanceof LayerVertex layer) {
                remove(layer.getLayerConf().getLayer());
            }
        });
    }

    private static void remove(Layer layer) {
        layer.setIDropout(null);
        if (layer instanceof Bidirectional both) {
            remove(both.getFwd());
            remove(both.getBwd());
        } else if (layer instanceof BaseWrapperLayer wrapper) {
            remove(wrapper.getUnderlying());
        }
    }
}
