package org.steadygrad.nn;

import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.check.InvalidInputException;

/**
 * Batch normalisation with an activation function, for [batch, features] and for sequences in both of DL4J's formats;
 * the formulas are those of {@link org.steadygrad.ops.BatchNormOps}.
 *
 * <p>It has DL4J's parameters (gamma, beta, mean, and var or log10stdev) in DL4J's order, and differs from DL4J's layer
 * in what it computes:
 *
 * <ul>
 *   <li>sequences are normalised over batch and time; feature masks are respected, and output is 0 where masked;
 *   <li>the activation function is applied (DL4J ignores it); it is the identity unless one is set;
 *   <li>locked gamma and beta are applied always (DL4J ignores them unless gamma differs from 1 and beta from 0).
 * </ul>
 *
 * <p>Running statistics follow DL4J: {@code running = decay * running + (1 - decay) * batch} with the biased variance of
 * the batch. Their changes are put into the flat gradient, as DL4J does, and subtracted by a updater that does nothing
 * else. Images are DL4J's {@link BatchNormalization}'s business. As in DL4J's layer, dropout isn't applied.
 */
public class BatchNorm extends BatchNormalization {
    private static final long serialVersionUID = 1L;

    private RNNFormat rnnFormat = RNNFormat.NCW;

    /** For reading from JSON. */
    public BatchNorm() {
        this(new Builder());
    }

    /** @param builder of the layer, or of a subclass' */
    protected BatchNorm(Builder builder) {
        // the superclass keeps its constructor that takes a builder to itself
        setNIn(builder.getNIn());
        setNOut(builder.getNOut());
        setLayerName(builder.getLayerName());
        setActivationFn(builder.getActivationFn());
        setIUpdater(builder.getIupdater());
        setBiasUpdater(builder.getBiasUpdater());
        setGradientNormalization(builder.getGradientNormalization());
        setGradientNormalizationThreshold(builder.getGradientNormalizationThreshold());
        setWeightInitFn(builder.getWeightInitFn());
        setDecay(builder.getDecay());
        setEps(builder.getEps());
        setMinibatch(builder.isMinibatch());
        setGamma(builder.getGamma());
        setBeta(builder.getBeta());
        setLockGammaBeta(builder.isLockGammaBeta());
        setUseLogStd(builder.isUseLogStd());
        rnnFormat = builder.rnnFormat;
        initializeConstraints(builder);
    }

    /** Which axis of a sequence is time; set from the input type if there is one. */
    public RNNFormat getRnnFormat() {
        return rnnFormat;
    }

    @Override
    public BatchNorm clone() {
        return (BatchNorm) super.clone();
    }

    @Override
    public Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> listeners,
            int layerIndex,
            INDArray parameters,
            boolean initializeParameters,
            DataType type) {
        if (nOut < 1 || nIn != nOut) {
            throw InvalidInputException.of(
                    who(), "nIn and nOut to be one number above 0", "nIn " + nIn + ", nOut " + nOut, "");
        }
        BatchNormLayer layer = new BatchNormLayer(conf, type);
        layer.setListeners(listeners);
        layer.setIndex(layerIndex);
        layer.setParamsViewArray(parameters);
        Map<String, INDArray> table = initializer().init(conf, parameters, initializeParameters);
        layer.setParamTable(table);
        layer.setConf(conf);
        return layer;
    }

    @Override
    public InputType getOutputType(int layerIndex, InputType inputType) {
        features(inputType);
        return inputType;
    }

    @Override
    public void setNIn(InputType inputType, boolean override) {
        if (nIn <= 0 || override) {
            nIn = features(inputType);
            nOut = nIn;
        }
        if (inputType instanceof InputType.InputTypeRecurrent sequence) {
            rnnFormat = sequence.getFormat();
        }
    }

    @Override
    public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
        features(inputType);
        return null;
    }

    private long features(InputType inputType) {
        if (inputType instanceof InputType.InputTypeFeedForward vector) {
            return vector.getSize();
        }
        if (inputType instanceof InputType.InputTypeRecurrent sequence) {
            return sequence.getSize();
        }
        if (inputType instanceof InputType.InputTypeConvolutionalFlat flat) {
            return flat.getFlattenedSize();
        }
        throw InvalidInputException.of(
                who(), "feed-forward or sequence input", inputType, "Use DL4J's BatchNormalization for images.");
    }

    private String who() {
        return "BatchNorm layer '" + getLayerName() + "'";
    }

    @Override
    public boolean equals(Object other) {
        return super.equals(other) && other instanceof BatchNorm norm && rnnFormat == norm.rnnFormat;
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof BatchNorm;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), rnnFormat);
    }

    /** DL4J's builder; call {@link #rnnFormat} first, its other methods return DL4J's type. */
    public static class Builder extends BatchNormalization.Builder {
        private RNNFormat rnnFormat = RNNFormat.NCW;

        public Builder() {
            setActivationFn(new ActivationIdentity());
        }

        /** Which axis of a sequence is time; needed only in a network without an input type. */
        public Builder rnnFormat(RNNFormat format) {
            rnnFormat = format;
            return this;
        }

        @Override
        public BatchNorm build() {
            return new BatchNorm(this);
        }
    }
}
