package org.steadygrad.nn;

import java.util.Collection;
import java.util.Objects;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.LayerValidation;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.check.InvalidInputException;

/**
 * A recurrent layer that does what those of other libraries do and DL4J's can't: cells in either direction, with masks and initial states that are
 * values of the network, states as outputs, any elementwise functions, GRUs with the reset gate before the product, peepholes and clipped
 * arguments. Slower than {@link GRU} and DL4J's {@code LSTM}; what these can do is theirs.
 *
 * <p>Input, [batch, channels, time], from the first channel on: nIn of the sequence; if {@code masked}, one that is 1 where a step counts and 0 where
 * it is padding; if {@code starts}, nOut of the initial h, and for the LSTM nOut of c, the same at all steps.
 *
 * <p>Output, [batch, channels, time], each step at its place whatever the direction: nOut of the output; if {@code states}, nOut of the state h after the
 * step, and for the LSTM nOut of c. At a masked step states stay; the output is 0 or, with {@code repeats}, that of the step read before.
 *
 * <p>Parameters are those of {@link GeneralRecurrentParamInitializer}, formulas those at {@link Cell}.
 */
public class GeneralRecurrent extends BaseRecurrentLayer {
    private static final long serialVersionUID = 1L;

    /** Formulas; x and h are rows, {@code f} is the layer's activation function. */
    public enum Cell {
        /** {@code h' = f(x W + h R + b)}. */
        SIMPLE(1, 1),
        /**
         * Gates i, f, g, o: {@code i = gate(x Wi + h Ri + bi + pi c)}, f likewise, {@code g = f(x Wg + h Rg + bg)}, {@code c' = f c + i g}, {@code o = gate(x Wo +
         * h Ro + bo + po c')}, {@code h' = o output(c')}.
         */
        LSTM(4, 2),
        /**
         * Gates z, r, n: {@code z = gate(x Wz + bz + h Rz + cz)}, r likewise, {@code n = f(x Wn + bn + r (h Rn + cn))}, {@code h' = z h + (1 - z) n}.
         */
        GRU_RESET_AFTER(3, 1),
        /** As above, but {@code n = f(x Wn + bn + (r h) Rn + cn)}. */
        GRU_RESET_BEFORE(3, 1);

        private final int gates;
        private final int states;

        Cell(int gates, int states) {
            this.gates = gates;
            this.states = states;
        }

        /** Number of blocks of nOut columns in W and R. */
        public int gates() {
            return gates;
        }

        /** Number of states. */
        public int states() {
            return states;
        }

        boolean gru() {
            return gates == 3;
        }
    }

    private Cell cell = Cell.SIMPLE;
    private boolean reversed;
    private boolean masked;
    private boolean repeats;
    private boolean starts;
    private boolean states;
    private boolean biased = true;
    private boolean recurrentBiased;
    private boolean peepholes;
    private double clip = Double.MAX_VALUE;
    private double inputDropout;
    private IActivation gateActivation = new ActivationSigmoid();
    private IActivation outputActivation = new ActivationTanH();

    /** For reading a configuration from JSON; use {@link Builder} otherwise. */
    public GeneralRecurrent() {}

    private GeneralRecurrent(Builder builder) {
        super(builder);
        cell = builder.cell;
        reversed = builder.reversed;
        masked = builder.masked;
        repeats = builder.repeats;
        starts = builder.starts;
        states = builder.states;
        biased = builder.biased;
        recurrentBiased = builder.recurrentBiased;
        peepholes = builder.peepholes;
        clip = builder.clip;
        inputDropout = builder.inputDropout;
        gateActivation = builder.gateActivation;
        outputActivation = builder.outputActivation;
        if (activationFn == null) {
            activationFn = new ActivationTanH();
        }
        initializeConstraints(builder);
        if (peepholes && cell != Cell.LSTM) {
            throw InvalidInputException.of("GeneralRecurrent", "peepholes with the LSTM cell only", cell, "");
        }
        if (recurrentBiased && !cell.gru()) {
            throw InvalidInputException.of("GeneralRecurrent", "recurrent biases with GRU cells only", cell, "");
        }
    }

    @Override
    public org.deeplearning4j.nn.api.Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> trainingListeners,
            int layerIndex,
            INDArray layerParamsView,
            boolean initializeParams,
            DataType networkDataType) {
        LayerValidation.assertNInNOutSet("GeneralRecurrent", getLayerName(), layerIndex, getNIn(), getNOut());
        GeneralRecurrentLayer layer = new GeneralRecurrentLayer(conf, networkDataType);
        layer.setListeners(trainingListeners);
        layer.setIndex(layerIndex);
        layer.setParamsViewArray(layerParamsView);
        layer.setParamTable(initializer().init(conf, layerParamsView, initializeParams));
        layer.setConf(conf);
        return layer;
    }

    @Override
    public ParamInitializer initializer() {
        return GeneralRecurrentParamInitializer.getInstance();
    }

    /** Number of channels that the layer reads. */
    public long channels() {
        return nIn + (masked ? 1 : 0) + (starts ? cell.states() * nOut : 0);
    }

    /** Number of channels that the layer gives. */
    public long outputChannels() {
        return nOut * (1 + (states ? cell.states() : 0));
    }

    @Override
    public InputType getOutputType(int layerIndex, InputType inputType) {
        long steps = inputType instanceof InputType.InputTypeRecurrent sequence ? sequence.getTimeSeriesLength() : -1;
        return InputType.recurrent(outputChannels(), steps, RNNFormat.NCW);
    }

    @Override
    public void setNIn(InputType inputType, boolean override) {
        if (nIn <= 0) {
            throw InvalidInputException.of("GeneralRecurrent", "nIn to be given", nIn, "");
        }
    }

    @Override
    public LayerMemoryReport getMemoryReport(InputType inputType) {
        long parameters = initializer().numParams(this);
        return new LayerMemoryReport.Builder(layerName, GeneralRecurrent.class, inputType, getOutputType(-1, inputType))
                .standardMemory(
                        parameters, getIUpdater() == null ? 0 : getIUpdater().stateSize(parameters))
                .workingMemory(0, 0, 0, 0)
                .cacheMemory(0, 0)
                .build();
    }

    @Override
    public GeneralRecurrent clone() {
        return (GeneralRecurrent) super.clone();
    }

    /** Which formulas. */
    public Cell getCell() {
        return cell;
    }

    /** For reading from JSON. */
    public void setCell(Cell cell) {
        this.cell = cell;
    }

    /** Whether steps are read from the last to the first. */
    public boolean isReversed() {
        return reversed;
    }

    /** For reading from JSON. */
    public void setReversed(boolean reversed) {
        this.reversed = reversed;
    }

    /** Whether a channel of the input is a mask. */
    public boolean isMasked() {
        return masked;
    }

    /** For reading from JSON. */
    public void setMasked(boolean masked) {
        this.masked = masked;
    }

    /** Whether masked steps repeat the output before them. */
    public boolean isRepeats() {
        return repeats;
    }

    /** For reading from JSON. */
    public void setRepeats(boolean repeats) {
        this.repeats = repeats;
    }

    /** Whether channels of the input are initial states. */
    public boolean isStarts() {
        return starts;
    }

    /** For reading from JSON. */
    public void setStarts(boolean starts) {
        this.starts = starts;
    }

    /** Whether channels of the output are states. */
    public boolean isStates() {
        return states;
    }

    /** For reading from JSON. */
    public void setStates(boolean states) {
        this.states = states;
    }

    /** Whether there is a bias of the input's sums. */
    public boolean isBiased() {
        return biased;
    }

    /** For reading from JSON. */
    public void setBiased(boolean biased) {
        this.biased = biased;
    }

    /** Whether a GRU has a bias of the state's sums, too. */
    public boolean isRecurrentBiased() {
        return recurrentBiased;
    }

    /** For reading from JSON. */
    public void setRecurrentBiased(boolean recurrentBiased) {
        this.recurrentBiased = recurrentBiased;
    }

    /** Whether an LSTM's gates see c. */
    public boolean isPeepholes() {
        return peepholes;
    }

    /** For reading from JSON. */
    public void setPeepholes(boolean peepholes) {
        this.peepholes = peepholes;
    }

    /** Arguments of all functions but the LSTM's output function lie within [-clip, clip]. */
    public double getClip() {
        return clip;
    }

    /** For reading from JSON. */
    public void setClip(double clip) {
        this.clip = clip;
    }

    /** Share of the input's features that training drops, the same at all steps of a sequence. */
    public double getInputDropout() {
        return inputDropout;
    }

    /** For reading from JSON. */
    public void setInputDropout(double inputDropout) {
        this.inputDropout = inputDropout;
    }

    /** Function of the gates. */
    public IActivation getGateActivation() {
        return gateActivation;
    }

    /** For reading from JSON. */
    public void setGateActivation(IActivation gateActivation) {
        this.gateActivation = gateActivation;
    }

    /** Function of an LSTM's c. */
    public IActivation getOutputActivation() {
        return outputActivation;
    }

    /** For reading from JSON. */
    public void setOutputActivation(IActivation outputActivation) {
        this.outputActivation = outputActivation;
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof GeneralRecurrent;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof GeneralRecurrent other && super.equals(o) && facts().equals(other.facts());
    }

    private java.util.List<Object> facts() {
        return java.util.Arrays.asList(
                cell,
                reversed,
                masked,
                repeats,
                starts,
                states,
                biased,
                recurrentBiased,
                peepholes,
                clip,
                inputDropout,
                gateActivation,
                outputActivation);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), facts());
    }

    /** Builds a {@link GeneralRecurrent}. */
    public static class Builder extends BaseRecurrentLayer.Builder<Builder> {
        private Cell cell = Cell.SIMPLE;
        private boolean reversed;
        private boolean masked;
        private boolean repeats;
        private boolean starts;
        private boolean states;
        private boolean biased = true;
        private boolean recurrentBiased;
        private boolean peepholes;
        private double clip = Double.MAX_VALUE;
        private double inputDropout;
        private IActivation gateActivation = new ActivationSigmoid();
        private IActivation outputActivation = new ActivationTanH();

        /** Which formulas. */
        public Builder cell(Cell formulas) {
            cell = formulas;
            return this;
        }

        /** Whether steps are read from the last to the first. */
        public Builder reversed(boolean fromTheEnd) {
            reversed = fromTheEnd;
            return this;
        }

        /** Whether there is a channel with a mask. @param lastOutput whether masked steps repeat the output before them */
        public Builder masked(boolean channel, boolean lastOutput) {
            masked = channel;
            repeats = lastOutput;
            return this;
        }

        /** Whether there are channels with initial states. */
        public Builder starts(boolean channels) {
            starts = channels;
            return this;
        }

        /** Whether states are channels of the output. */
        public Builder states(boolean channels) {
            states = channels;
            return this;
        }

        /** Which biases there are. @param recurrent of GRUs only */
        public Builder biases(boolean input, boolean recurrent) {
            biased = input;
            recurrentBiased = recurrent;
            return this;
        }

        /** Whether an LSTM's gates see c. */
        public Builder peepholes(boolean there) {
            peepholes = there;
            return this;
        }

        /** Limit of arguments. */
        public Builder clip(double limit) {
            clip = limit;
            return this;
        }

        /** Share of the input's features that training drops. */
        public Builder inputDropout(double share) {
            inputDropout = share;
            return this;
        }

        /** Functions of gates, and of an LSTM's c. */
        public Builder functions(IActivation gates, IActivation output) {
            gateActivation = gates;
            outputActivation = output;
            return this;
        }

        @Override
        @SuppressWarnings("unchecked")
        public GeneralRecurrent build() {
            return new GeneralRecurrent(this);
        }
    }
}
