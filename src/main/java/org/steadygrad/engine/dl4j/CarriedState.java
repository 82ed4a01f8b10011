package org.steadygrad.engine.dl4j;

import java.util.HashMap;
import java.util.Map;
import org.deeplearning4j.nn.api.layers.RecurrentLayer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A copy of what one recurrent layer carries.
 *
 * @param inference state of {@code rnnTimeStep}, which a backward pass starts from as well
 * @param training state that the next window starts from
 */
record CarriedState(Map<String, INDArray> inference, Map<String, INDArray> training) {

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
