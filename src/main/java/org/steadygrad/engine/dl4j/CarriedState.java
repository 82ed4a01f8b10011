package org.steadygrad.engine.dl4j;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.layers.RecurrentLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.recurrent.BidirectionalLayer;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A copy of what one recurrent layer carries.
 *
 * @param inference state of {@code rnnTimeStep}, which a backward pass starts from as well
 * @param training state that the next window starts from
 */
record CarriedState(Map<String, INDArray> inference, Map<String, INDArray> training) {

    /** Layers that carry state, in the graph's order; those that run in both directions can't. */
    static List<RecurrentLayer> carriers(ComputationGraph graph) {
        List<RecurrentLayer> carriers = new ArrayList<>();
        for (Layer layer : graph.getLayers()) {
            Layer inner = layer;
            while (inner instanceof BaseWrapperLayer wrapper) {
                inner = wrapper.getUnderlying();
            }
            if (inner instanceof RecurrentLayer recurrent && !(inner instanceof BidirectionalLayer)) {
                carriers.add(recurrent);
            }
        }
        return carriers;
    }

    static CarriedState of(RecurrentLayer layer) {
        return new CarriedState(copy(layer.rnnGetPreviousState()), copy(layer.rnnGetTBPTTState()));
    }

    /** The layer gets copies, too, so that this can be put into it again. */
    void putInto(RecurrentLayer layer) {
        layer.rnnSetPreviousState(copy(inference));
        layer.rnnSetTBPTTState(copy(training));
    }

    private static Map<String, INDArray> copy(Map<String, INDArray> state) {
        Map<String, INDArray> copies = new HashMap<>();
        state.forEach((name, array) -> copies.put(name, array.dup()));
        return copies;
    }
}
