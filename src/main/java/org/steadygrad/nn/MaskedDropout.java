package org.steadygrad.nn;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * DL4J's {@link DropoutLayer} for sequences with a mask, which DL4J 1.0.0-M2.1 takes for one number per row, so that it throws. No
 * mask is needed where each number stands for itself: it goes on to the layers above. Made by {@link MaskAware}.
 */
public class MaskedDropout extends DropoutLayer {
    private static final long serialVersionUID = 1L;

    /** For reading from JSON. */
    public MaskedDropout() {}

    @Override
    public Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> trainingListeners,
            int layerIndex,
            INDArray layerParamsView,
            boolean initializeParams,
            DataType networkDataType) {
        Work layer = new Work(conf, networkDataType);
        layer.setListeners(trainingListeners);
        layer.setIndex(layerIndex);
        layer.setParamsViewArray(layerParamsView);
        layer.setParamTable(initializer().init(conf, layerParamsView, initializeParams));
        layer.setConf(conf);
        return layer;
    }

    /** At work in a network. */
    public static final class Work extends org.deeplearning4j.nn.layers.DropoutLayer {
        private static final long serialVersionUID = 1L;

        Work(NeuralNetConfiguration conf, DataType dataType) {
            super(conf, dataType);
        }

        @Override
        public Pair<INDArray, MaskState> feedForwardMaskArray(
                INDArray mask, MaskState currentMaskState, int minibatchSize) {
            return new Pair<>(mask, currentMaskState);
        }
    }
}
