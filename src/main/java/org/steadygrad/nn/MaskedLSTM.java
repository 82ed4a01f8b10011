package org.steadygrad.nn;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.LayerValidation;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * DL4J's {@link LSTM} with masks that are right in either direction and wherever they lie: at masked steps the output is 0, the state
 * is held and no gradient arises, as in {@link GRU}. DL4J 1.0.0-M2.1 hands an LSTM no mask, so that
 * its reverse direction starts from the padding; within {@code LastTimeStep} its state is 0 at masked steps. Made by {@link MaskAware}.
 */
public class MaskedLSTM extends LSTM {
    private static final long serialVersionUID = 1L;

    /** For reading from JSON. */
    public MaskedLSTM() {}

    @Override
    public Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> trainingListeners,
            int layerIndex,
            INDArray layerParamsView,
            boolean initializeParams,
            DataType networkDataType) {
        LayerValidation.assertNInNOutSet("MaskedLSTM", getLayerName(), layerIndex, getNIn(), getNOut());
        MaskedLSTMLayer layer = new MaskedLSTMLayer(conf, networkDataType);
        layer.setListeners(trainingListeners);
        layer.setIndex(layerIndex);
        layer.setParamsViewArray(layerParamsView);
        layer.setParamTable(initializer().init(conf, layerParamsView, initializeParams));
        layer.setConf(conf);
        return layer;
    }
}
