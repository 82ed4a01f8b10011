package org.steadygrad.nn;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.api.layers.LayerConstraint;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LayerValidation;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationRReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.check.InvalidInputException;

/**
 * Gated recurrent unit (Cho et al. 2014, arXiv:1406.1078v3) with the reset gate applied after the recurrent product, as
 * cuDNN, PyTorch, Keras ({@code reset_after=True}) and oneDNN ({@code lbr_gru}) compute it:
 *
 * <pre>
 * r  = gate(x Wr + h Rr + br)                 reset gate
 * z  = gate(x Wz + h Rz + bz)                 update gate: the share of the old state that is kept
 * n  = activation(x Wn + bn + r * (h Rn + cn))
 * h' = (1 - z) * n + z * h
 * </pre>
 *
 * <p>Parameters: see {@link GRUParamInitializer}. Use it as DL4J's {@code LSTM}: in {@code MultiLayerNetwork} and
 * {@code ComputationGraph}, inside {@code Bidirectional}, {@code LastTimeStep} and {@code MaskZeroLayer}. The behaviour
 * at masked time steps is described at {@link GRULayer}.
 *
 * <p>Two defaults differ from DL4J's LSTM: the activation is tanh unless it is set on this layer (a network-wide
 * activation is meant for feed-forward layers), and the recurrent weights start orthogonal unless
 * {@code weightInitRecurrent} is set (DL4J copies the initialiser of the input weights).
 */
public class GRU extends BaseRecurrentLayer {
    private static final long serialVersionUID = 1L;

    /** Not part of the configuration: a choice of whoever runs the network. */
    private transient boolean onNd4jOnly;

    private IActivation gateActivationFn = new ActivationSigmoid();
    private long chronoMaxSteps;

    /** For reading a configuration from JSON or YAML; use {@link Builder} otherwise. */
    public GRU() {}

    private GRU(Builder builder) {
        super(builder);
        if (activationFn == null) {
            activationFn = new ActivationTanH();
        }
        if (weightInitFnRecurrent == null) {
            weightInitFnRecurrent = new WeightInitOrthogonal();
        }
        gateActivationFn = builder.gateActivationFn;
        chronoMaxSteps = builder.chronoMaxSteps;
        requireElementwise(activationFn, "activation");
        requireElementwise(gateActivationFn, "gateActivationFunction");
        initializeConstraints(builder);
    }

    private static void requireElementwise(IActivation activation, String name) {
        if (activation == null || activation instanceof ActivationSoftmax || activation instanceof ActivationRReLU) {
            throw InvalidInputException.of(
                    "GRU",
                    name + " to be a deterministic elementwise function",
                    activation,
                    "Take for example sigmoid or hard sigmoid for gates, tanh or ReLU for the candidate.");
        }
    }

    @Override
    protected void initializeConstraints(Layer.Builder<?> builder) {
        super.initializeConstraints(builder);
        Builder own = (Builder) builder;
        addConstraints(own.getRecurrentConstraints(), GRUParamInitializer.RECURRENT_WEIGHT_KEY);
        addConstraints(own.getInputWeightConstraints(), GRUParamInitializer.INPUT_WEIGHT_KEY);
    }

    private void addConstraints(List<LayerConstraint> added, String parameter) {
        if (added == null || added.isEmpty()) {
            return;
        }
        List<LayerConstraint> all = constraints == null ? new ArrayList<>() : new ArrayList<>(constraints);
        for (LayerConstraint constraint : added) {
            LayerConstraint copy = constraint.clone();
            copy.setParams(Set.of(parameter));
            all.add(copy);
        }
        constraints = all;
    }

    @Override
    public org.deeplearning4j.nn.api.Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> trainingListeners,
            int layerIndex,
            INDArray layerParamsView,
            boolean initializeParams,
            DataType networkDataType) {
        LayerValidation.assertNInNOutSet("GRU", getLayerName(), layerIndex, getNIn(), getNOut());
        GRULayer layer = new GRULayer(conf, networkDataType);
        layer.setListeners(trainingListeners);
        layer.setIndex(layerIndex);
        layer.setParamsViewArray(layerParamsView);
        layer.setParamTable(initializer().init(conf, layerParamsView, initializeParams));
        layer.setConf(conf);
        return layer;
    }

    @Override
    public ParamInitializer initializer() {
        return GRUParamInitializer.getInstance();
    }

    /** Elements needed per example: 6 nOut per time step forward and 3 nOut more backward, besides input and output. */
    @Override
    public LayerMemoryReport getMemoryReport(InputType inputType) {
        InputType.InputTypeRecurrent recurrent = (InputType.InputTypeRecurrent) inputType;
        long perExample = Math.max(1, recurrent.getTimeSeriesLength()) * (6 * nOut + nIn);
        long perExampleTraining = perExample + Math.max(1, recurrent.getTimeSeriesLength()) * (3 * nOut + nIn);
        long parameters = initializer().numParams(this);
        return new LayerMemoryReport.Builder(layerName, GRU.class, inputType, getOutputType(-1, inputType))
                .standardMemory(
                        parameters, getIUpdater() == null ? 0 : getIUpdater().stateSize(parameters))
                .workingMemory(0, perExample, 0, perExampleTraining)
                .cacheMemory(0, 0)
                .build();
    }

    @Override
    public GRU clone() {
        return (GRU) super.clone();
    }

    /** @return the function of the reset and the update gate; sigmoid by default */
    public IActivation getGateActivationFn() {
        return gateActivationFn;
    }

    /**
     * Has layers made from this configuration that haven't run yet run on ND4J's operations, also where there is a
     * {@link GRUAccelerator}. Not kept by copies and JSON.
     */
    public void runOnNd4jOnly() {
        onNd4jOnly = true;
    }

    boolean isOnNd4jOnly() {
        return onNd4jOnly;
    }

    /** @param gateActivationFn of r and z */
    public void setGateActivationFn(IActivation gateActivationFn) {
        this.gateActivationFn = gateActivationFn;
    }

    /** @return the longest dependency, in time steps, that the chrono initialisation prepares for; 0 when it is off */
    public long getChronoMaxSteps() {
        return chronoMaxSteps;
    }

    /** @param chronoMaxSteps longest dependency, in time steps; 0 turns chrono initialisation off */
    public void setChronoMaxSteps(long chronoMaxSteps) {
        this.chronoMaxSteps = chronoMaxSteps;
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof GRU;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof GRU other
                && super.equals(o)
                && chronoMaxSteps == other.chronoMaxSteps
                && Objects.equals(gateActivationFn, other.gateActivationFn);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), gateActivationFn, chronoMaxSteps);
    }

    @Override
    public String toString() {
        return "GRU(super=" + super.toString() + ", gateActivationFn=" + gateActivationFn + ", chronoMaxSteps="
                + chronoMaxSteps + ")";
    }

    /** Builds a {@link GRU}; everything that DL4J's recurrent layers can be given is inherited. */
    public static class Builder extends BaseRecurrentLayer.Builder<Builder> {
        private IActivation gateActivationFn = new ActivationSigmoid();
        private long chronoMaxSteps;

        /** @param gateActivation function of the reset and the update gate, with values in [0, 1] */
        public Builder gateActivationFunction(IActivation gateActivation) {
            this.gateActivationFn = gateActivation;
            return this;
        }

        /** @param gateActivation function of the reset and the update gate, with values in [0, 1] */
        public Builder gateActivationFunction(Activation gateActivation) {
            return gateActivationFunction(gateActivation.getActivationFunction());
        }

        /** @param gateActivation name of a DL4J activation, for example {@code "hardsigmoid"} */
        public Builder gateActivationFunction(String gateActivation) {
            return gateActivationFunction(Activation.fromString(gateActivation));
        }

        /**
         * Chrono initialisation (Tallec and Ollivier 2018, arXiv:1804.11188v1): the update gate's bias is drawn as
         * {@code log(U(1, maxSteps - 1))}, so that units forget on time scales from 2 to {@code maxSteps} steps.
         *
         * @param maxSteps longest dependency expected, in time steps; at least 2, or 0 for none
         */
        public Builder chronoMaxSteps(long maxSteps) {
            if (maxSteps != 0 && maxSteps < 2) {
                throw InvalidInputException.of("GRU", "chronoMaxSteps to be 0 (off) or at least 2", maxSteps, "");
            }
            this.chronoMaxSteps = maxSteps;
            return this;
        }

        @Override
        @SuppressWarnings("unchecked")
        public GRU build() {
            return new GRU(this);
        }
    }
}
