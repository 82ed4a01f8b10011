package org.steadygrad.nn;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.LayerValidation;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * DL4J's {@link Convolution1DLayer} for sequences with masked steps, which it reads as zeros, and puts out zeros for, as if the
 * sequence ended there. DL4J 1.0.0-M2.1 reads what the layer below puts out at masked steps, and trains that layer by it. With a
 * stride above 1, or windows that don't keep the number of steps, nothing is done about masks. Made by {@link MaskAware}.
 */
public class MaskedConvolution1D extends Convolution1DLayer {
    private static final long serialVersionUID = 1L;

    /** For reading from JSON. */
    public MaskedConvolution1D() {}

    @Override
    public Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> trainingListeners,
            int layerIndex,
            INDArray layerParamsView,
            boolean initializeParams,
            DataType networkDataType) {
        LayerValidation.assertNInNOutSet("MaskedConvolution1D", getLayerName(), layerIndex, getNIn(), getNOut());
        MaskedConvolution1DLayer layer = new MaskedConvolution1DLayer(conf, networkDataType);
        layer.setListeners(trainingListeners);
        layer.setIndex(layerIndex);
        layer.setParamsViewArray(layerParamsView);
        layer.setParamTable(initializer().init(conf, layerParamsView, initializeParams));
        layer.setConf(conf);
        return layer;
    }
}
