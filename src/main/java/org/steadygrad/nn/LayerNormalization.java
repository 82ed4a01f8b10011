package org.steadygrad.nn;

import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Layer normalisation (Ba et al. 2016, arXiv:1607.06450): {@code gamma (x - mean) / sqrt(variance + epsilon) + beta} with mean and biased variance over the
 * features of each vector, [batch, nOut], or of each step of a sequence, [batch, nOut, time]. Parameters are {@code gamma} and {@code beta},
 * [nOut] each, if there are any; they start at 1 and 0.
 */
public class LayerNormalization extends FeedForwardLayer {
    private static final long serialVersionUID = 1L;

    /** Key of gamma. */
    public static final String GAMMA_KEY = "gamma";
    /** Key of beta. */
    public static final String BETA_KEY = "beta";

    private double epsilon = 1e-5;
    private boolean scaled = true;
    private boolean centred = true;

    /** For reading a configuration from JSON; use {@link Builder} otherwise. */
    public LayerNormalization() {}

    private LayerNormalization(Builder builder) {
        super(builder);
        epsilon = builder.epsilon;
        scaled = builder.scaled;
        centred = builder.centred;
        activationFn = new ActivationIdentity();
        initializeConstraints(builder);
    }

    @Override
    public org.deeplearning4j.nn.api.Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> listeners,
            int layerIndex,
            INDArray parameters,
            boolean initializeParameters,
            DataType type) {
        LayerNormalizationLayer layer = new LayerNormalizationLayer(conf, type);
        layer.setListeners(listeners);
        layer.setIndex(layerIndex);
        layer.setParamsViewArray(parameters);
        layer.setParamTable(initializer().init(conf, parameters, initializeParameters));
        layer.setConf(conf);
        return layer;
    }

    @Override
    public ParamInitializer initializer() {
        return Parameters.INSTANCE;
    }

    @Override
    public InputType getOutputType(int layerIndex, InputType inputType) {
        return inputType;
    }

    @Override
    public void setNIn(InputType inputType, boolean override) {
        if (nIn <= 0 || override) {
            nIn = inputType instanceof InputType.InputTypeRecurrent sequence
                    ? sequence.getSize()
                    : inputType.arrayElementsPerExample();
            nOut = nIn;
        }
    }

    @Override
    public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
        return null;
    }

    @Override
    public LayerMemoryReport getMemoryReport(InputType inputType) {
        long parameters = initializer().numParams(this);
        return new LayerMemoryReport.Builder(layerName, LayerNormalization.class, inputType, inputType)
                .standardMemory(
                        parameters, getIUpdater() == null ? 0 : getIUpdater().stateSize(parameters))
                .workingMemory(0, 0, 0, 0)
                .cacheMemory(0, 0)
                .build();
    }

    @Override
    public LayerNormalization clone() {
        return (LayerNormalization) super.clone();
    }

    /** What is added to the variance. */
    public double getEpsilon() {
        return epsilon;
    }

    /** For reading from JSON. */
    public void setEpsilon(double epsilon) {
        this.epsilon = epsilon;
    }

    /** Whether there is a gamma. */
    public boolean isScaled() {
        return scaled;
    }

    /** For reading from JSON. */
    public void setScaled(boolean scaled) {
        this.scaled = scaled;
    }

    /** Whether there is a beta. */
    public boolean isCentred() {
        return centred;
    }

    /** For reading from JSON. */
    public void setCentred(boolean centred) {
        this.centred = centred;
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof LayerNormalization;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof LayerNormalization other
                && super.equals(o)
                && epsilon == other.epsilon
                && scaled == other.scaled
                && centred == other.centred;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), epsilon, scaled, centred);
    }

    private List<String> keys() {
        List<String> keys = new ArrayList<>();
        if (scaled) {
            keys.add(GAMMA_KEY);
        }
        if (centred) {
            keys.add(BETA_KEY);
        }
        return keys;
    }

    /** Builds a {@link LayerNormalization}. */
    public static class Builder extends FeedForwardLayer.Builder<Builder> {
        private double epsilon = 1e-5;
        private boolean scaled = true;
        private boolean centred = true;

        /** Added to the variance. */
        public Builder epsilon(double added) {
            epsilon = added;
            return this;
        }

        /** Which parameters there are. */
        public Builder parameters(boolean gamma, boolean beta) {
            scaled = gamma;
            centred = beta;
            return this;
        }

        @Override
        @SuppressWarnings("unchecked")
        public LayerNormalization build() {
            return new LayerNormalization(this);
        }
    }

    private static final class Parameters implements ParamInitializer {
        private static final Parameters INSTANCE = new Parameters();

        @Override
        public long numParams(NeuralNetConfiguration conf) {
            return numParams(conf.getLayer());
        }

        @Override
        public long numParams(Layer layer) {
            LayerNormalization norm = (LayerNormalization) layer;
            return norm.keys().size() * norm.getNOut();
        }

        @Override
        public List<String> paramKeys(Layer layer) {
            return ((LayerNormalization) layer).keys();
        }

        @Override
        public List<String> weightKeys(Layer layer) {
            return List.of();
        }

        @Override
        public List<String> biasKeys(Layer layer) {
            return paramKeys(layer);
        }

        @Override
        public boolean isWeightParam(Layer layer, String key) {
            return false;
        }

        @Override
        public boolean isBiasParam(Layer layer, String key) {
            return true;
        }

        @Override
        public Map<String, INDArray> init(NeuralNetConfiguration conf, INDArray view, boolean initializeParams) {
            Map<String, INDArray> params = getGradientsFromFlattened(conf, view);
            params.keySet().forEach(conf::addVariable);
            if (initializeParams) {
                params.forEach((key, array) -> array.assign(key.equals(GAMMA_KEY) ? 1 : 0));
            }
            return Collections.synchronizedMap(params);
        }

        @Override
        public Map<String, INDArray> getGradientsFromFlattened(NeuralNetConfiguration conf, INDArray view) {
            LayerNormalization norm = (LayerNormalization) conf.getLayer();
            Map<String, INDArray> views = new LinkedHashMap<>();
            long start = 0;
            for (String key : norm.keys()) {
                views.put(key, view.reshape(view.length()).get(interval(start, start + norm.getNOut())));
                start += norm.getNOut();
            }
            return views;
        }
    }
}
