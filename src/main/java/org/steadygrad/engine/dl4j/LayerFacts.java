package org.steadygrad.engine.dl4j;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.steadygrad.model.ActivationRange;

/** What is read from a DL4J layer's configuration, through the wrappers around it. */
final class LayerFacts {
    private LayerFacts() {}

    static ActivationRange range(Layer layer) {
        return ActivationRange.of(layer.conf().getLayer());
    }

    /** Whether sequences are [batch, time, feature] here; DL4J's wrappers have the format of what they wrap. */
    static boolean timeInMiddle(org.deeplearning4j.nn.conf.layers.Layer layer) {
        if (layer instanceof BaseRecurrentLayer recurrent) {
            return recurrent.getRnnDataFormat() == RNNFormat.NWC;
        }
        if (layer instanceof Bidirectional both) {
            return timeInMiddle(both.getFwd());
        }
        if (layer instanceof FrozenLayer frozen) {
            return timeInMiddle(frozen.getLayer());
        }
        return layer instanceof BaseWrapperLayer wrapper && timeInMiddle(wrapper.getUnderlying());
    }
}
