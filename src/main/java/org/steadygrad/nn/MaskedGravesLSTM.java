package org.steadygrad.nn;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LayerValidation;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * DL4J's {@link GravesLSTM} with masks that are right in either direction and wherever they lie: at masked steps the output is 0, the state
 * is held and no gradient arises, as in {@link GRU}. DL4J 1.0.0-M2.1 hands it no mask. Made by {@link MaskAware}.
 */
@SuppressWarnings("deprecation") // models that have it are trained, too
public class MaskedGravesLSTM extends GravesLSTM {
    private static final long serialVersionUID = 1L;

    /** For reading from JSON. */
    public MaskedGravesLSTM() {}

    @Override
    public Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> trainingListeners,
            int layerIndex,
            INDArray layerParamsView,
            boolean initializeParams,
            DataType networkDataType) {
        LayerValidation.assertNInNOutSet("MaskedGravesLSTM", getLayerName(), layerIndex, getNIn(), getNOut());
        MaskedGravesLSTMLayer layer = new MaskedGravesLSTMLayer(conf, networkDataType);
        layer.setListeners(trainingListeners);
        layer.setIndex(layerIndex);
        layer.setParamsViewArray(layerParamsView);
        layer.setParamTable(initializer().init(conf, layerParamsView, initializeParams));
        layer.setConf(conf);
        return layer;
    }
}
