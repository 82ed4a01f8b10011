package org.steadygrad.nn;

import java.util.Collection;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * DL4J's {@link LastTimeStep} for batches in which an example may have no step at all: its output is 0 then, and no gradient goes
 * back, where DL4J 1.0.0-M2.1 throws. Made by {@link MaskAware}.
 */
public class LastPresentStep extends LastTimeStep {
    private static final long serialVersionUID = 1L;

    /** @param underlying the layer whose sequences the step is taken from */
    public LastPresentStep(@JsonProperty("underlying") Layer underlying) {
        super(underlying);
    }

    @Override
    public org.deeplearning4j.nn.api.Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> trainingListeners,
            int layerIndex,
            INDArray layerParamsView,
            boolean initializeParams,
            DataType networkDataType) {
        NeuralNetConfiguration inner = conf.clone();
        inner.setLayer(((LastTimeStep) inner.getLayer()).getUnderlying());
        return new LastPresentStepLayer(getUnderlying()
                .instantiate(inner, trainingListeners, layerIndex, layerParamsView, initializeParams, networkDataType));
    }
}
