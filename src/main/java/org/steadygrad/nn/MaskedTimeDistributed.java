package org.steadygrad.nn;

import java.util.Collection;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.layers.recurrent.TimeDistributedLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * DL4J's {@link TimeDistributed} with the mask's numbers in the order of the rows: DL4J 1.0.0-M2.1 puts rows example after example but
 * their mask step after step, so that present steps are erased and masked ones kept. Made by {@link MaskAware}.
 */
public class MaskedTimeDistributed extends TimeDistributed {
    private static final long serialVersionUID = 1L;

    /** @param format of sequences */
    public MaskedTimeDistributed(
            @JsonProperty("underlying") Layer underlying, @JsonProperty("rnnDataFormat") RNNFormat format) {
        super(underlying, format);
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
        inner.setLayer(((TimeDistributed) inner.getLayer()).getUnderlying());
        return new Work(
                getUnderlying()
                        .instantiate(
                                inner,
                                trainingListeners,
                                layerIndex,
                                layerParamsView,
                                initializeParams,
                                networkDataType),
                getRnnDataFormat());
    }

    /** At work in a network. */
    public static final class Work extends TimeDistributedLayer {
        private static final long serialVersionUID = 1L;

        Work(org.deeplearning4j.nn.api.Layer underlying, RNNFormat format) {
            super(underlying, format);
        }

        /** [batch * time, 1] */
        private static INDArray rows(INDArray mask) {
            return mask == null ? null : mask.dup('c').reshape('c', mask.length(), 1);
        }

        @Override
        public void setMaskArray(INDArray mask) {
            underlying.setMaskArray(rows(mask));
        }

        @Override
        public Pair<INDArray, MaskState> feedForwardMaskArray(
                INDArray mask, MaskState currentMaskState, int minibatchSize) {
            underlying.feedForwardMaskArray(rows(mask), currentMaskState, minibatchSize);
            return new Pair<>(mask, currentMaskState);
        }
    }
}
