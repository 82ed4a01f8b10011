package org.steadygrad.nn;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * DL4J's {@link ActivationLayer} for functions that work along an axis, such as softmax: that of the units, [batch, units, time],
 * where DL4J 1.0.0-M2.1 takes the last one, which is time.
 */
public class UnitwiseActivation extends ActivationLayer {
    private static final long serialVersionUID = 1L;

    /** For reading from JSON. */
    public UnitwiseActivation() {}

    /** @param function applied to the units of each time step */
    public UnitwiseActivation(IActivation function) {
        super(function);
    }

    @Override
    public Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> trainingListeners,
            int layerIndex,
            INDArray layerParamsView,
            boolean initializeParams,
            DataType networkDataType) {
        UnitwiseActivationLayer layer = new UnitwiseActivationLayer(conf, networkDataType);
        layer.setListeners(trainingListeners);
        layer.setIndex(layerIndex);
        layer.setParamsViewArray(layerParamsView);
        layer.setParamTable(initializer().init(conf, layerParamsView, initializeParams));
        layer.setConf(conf);
        return layer;
    }

    @Override
    public UnitwiseActivation clone() {
        return (UnitwiseActivation) super.clone();
    }
}
