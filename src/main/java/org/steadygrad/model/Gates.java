package org.steadygrad.model;

import java.util.List;
import org.deeplearning4j.nn.api.TrainingConfig;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.params.BidirectionalParamInitializer;
import org.steadygrad.nn.GRU;
import org.steadygrad.nn.GRUParamInitializer;

/**
 * The gates of recurrent cells, in the order in which a parameter holds them. Their parts are of equal size, one after the
 * other in the flat vector: the columns of a matrix in 'f' order, the stretches of a bias.
 */
final class Gates {
    private static final String CANDIDATE = "candidate";

    private static final List<String> OF_GRU = List.of("reset", "update", CANDIDATE);
    /** The candidate has a bias of its own in the product with the state. */
    private static final List<String> OF_GRU_BIAS = List.of("reset", "update", CANDIDATE, "recurrent candidate");
    /** DL4J's LSTM keeps the cell's input first, and what it calls input modulation, the input gate, last. */
    private static final List<String> OF_LSTM = List.of(CANDIDATE, "forget", "output", "input");

    private Gates() {}

    /**
     * The gates that a parameter holds; none for other cells and layers. Cells within wrappers count, those that run in both
     * directions too.
     *
     * @param layer configuration of the layer; null for a vertex without one
     * @param parameter name in the layer's parameter table
     */
    static List<String> of(TrainingConfig layer, String parameter) {
        if (layer instanceof Bidirectional both) {
            boolean forward = parameter.startsWith(BidirectionalParamInitializer.FORWARD_PREFIX);
            return of(forward ? both.getFwd() : both.getBwd(), parameter.substring(1));
        }
        if (layer instanceof BaseWrapperLayer wrapper) {
            return of(wrapper.getUnderlying(), parameter);
        }
        if (layer instanceof FrozenLayer frozen) {
            return of(frozen.getLayer(), parameter);
        }
        if (layer instanceof GRU) {
            return parameter.equals(GRUParamInitializer.BIAS_KEY) ? OF_GRU_BIAS : OF_GRU;
        }
        return layer instanceof LSTM ? OF_LSTM : List.of();
    }
}
