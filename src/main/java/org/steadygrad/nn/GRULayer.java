package org.steadygrad.nn;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.recurrent.BaseRecurrentLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.check.InvalidInputException;

/**
 * The layer behind {@link GRU}: on a {@link GRUAccelerator} where there is one that does, else on ND4J operations only, so
 * that it runs on any ND4J back end.
 *
 * <p>Masked time steps: the output is zero and the state is held, so that the next present step, {@code rnnTimeStep}
 * and the next window of truncated back-propagation go on from the last present step, and no gradient arises there.
 * This is how PyTorch treats packed sequences and Keras treats masks, in either direction. DL4J's LSTM and SimpleRnn
 * set the state to zero at masked steps instead: with padding at the end the outputs and parameter gradients are the
 * same, but they forget over gaps, and lose an initial state when a padded sequence is read in reverse.
 *
 * <p>The backward pass differentiates the last forward pass that was run in training mode on the same input, with the
 * parameters and the initial state it had; it repeats the forward pass only if there was none or its memory is gone.
 */
public class GRULayer extends BaseRecurrentLayer<GRU> {
    private static final long serialVersionUID = 1L;

    /** Key of the state maps; the value is [batch, nOut]. */
    public static final String STATE_KEY_PREV_ACTIVATION = "prevAct";

    private transient GRUTape tape;
    private transient Optional<AcceleratedGRU> accelerated;
    private transient AcceleratedGRU.Run acceleratedRun;
    private transient INDArray initialStateGradient;
    private transient boolean keepTimeGradients;
    private transient double[] timeGradientNorms;

    public GRULayer(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    @Override
    public void setInput(INDArray input, LayerWorkspaceMgr workspaceMgr) {
        super.setInput(input, workspaceMgr);
        forgetRun();
    }

    @Override
    public void clear() {
        super.clear();
        forgetRun();
    }

    private void forgetRun() {
        tape = null;
        acceleratedRun = null;
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
        return permuteIfNWC(run(null, training, false, workspaceMgr).output());
    }

    @Override
    public INDArray activate(INDArray input, boolean training, LayerWorkspaceMgr workspaceMgr) {
        setInput(input, workspaceMgr);
        return activate(training, workspaceMgr);
    }

    @Override
    public INDArray rnnTimeStep(INDArray input, LayerWorkspaceMgr workspaceMgr) {
        setInput(input, workspaceMgr);
        Run run = run(stateMap.get(STATE_KEY_PREV_ACTIVATION), false, true, workspaceMgr);
        stateMap.put(STATE_KEY_PREV_ACTIVATION, run.lastState());
        return permuteIfNWC(run.output());
    }

    @Override
    public INDArray rnnActivateUsingStoredState(
            INDArray input, boolean training, boolean storeLastForTBPTT, LayerWorkspaceMgr workspaceMgr) {
        setInput(input, workspaceMgr);
        Run run = run(tBpttStateMap.get(STATE_KEY_PREV_ACTIVATION), training, storeLastForTBPTT, workspaceMgr);
        if (storeLastForTBPTT) {
            tBpttStateMap.put(STATE_KEY_PREV_ACTIVATION, run.lastState());
        }
        return permuteIfNWC(run.output());
    }

    /** @param lastState [batch, nOut], outside workspaces; null unless it was asked for */
    private record Run(INDArray output, INDArray lastState) {}

    private Run run(INDArray initial, boolean training, boolean keepState, LayerWorkspaceMgr workspaceMgr) {
        if (accelerated == null) {
            accelerated = layerConf().isOnNd4jOnly() ? Optional.empty() : AcceleratedGRU.of(layerConf(), dataType);
        }
        if (accelerated.isPresent() && AcceleratedGRU.accepts(maskArray)) {
            return runAccelerated(initial, training, keepState, workspaceMgr);
        }
        GRUSequence sequence = sequence(training, workspaceMgr);
        ArrayType where = training ? ArrayType.ACTIVATIONS : ArrayType.FF_WORKING_MEM;
        GRUTape run = forward(sequence, initial, new GRUSequence.Pass(workspaceMgr, where, training));
        tape = training ? run : null;
        return new Run(sequence.output(run, workspaceMgr), keepState ? lastState(run) : null);
    }

    private Run runAccelerated(INDArray initial, boolean training, boolean keepState, LayerWorkspaceMgr workspaceMgr) {
        INDArray x = preparedInput(initial, training, workspaceMgr);
        Map<String, INDArray> parameters = new HashMap<>();
        for (String key : GRUParamInitializer.getInstance().paramKeys(layerConf())) {
            parameters.put(key, getParamWithNoise(key, training, workspaceMgr));
        }
        long units = layerConf().getNOut();
        INDArray output = workspaceMgr.createUninitialized(
                ArrayType.ACTIVATIONS, dataType, new long[] {x.size(0), units, x.size(2)}, 'f');
        GRUAccelerator.Sequences sequences = new GRUAccelerator.Sequences(x, maskArray, initial);
        AcceleratedGRU.Run run = accelerated.orElseThrow().forward(parameters, sequences, output, training);
        acceleratedRun = training ? run : null;
        return new Run(output, keepState ? AcceleratedGRU.finalState(run, x.size(0), units) : null);
    }

    private GRUSequence sequence(boolean training, LayerWorkspaceMgr workspaceMgr) {
        return new GRUSequence(
                getParamWithNoise(GRUParamInitializer.INPUT_WEIGHT_KEY, training, workspaceMgr),
                getParamWithNoise(GRUParamInitializer.RECURRENT_WEIGHT_KEY, training, workspaceMgr),
                getParamWithNoise(GRUParamInitializer.BIAS_KEY, training, workspaceMgr),
                layerConf());
    }

    private GRUTape forward(GRUSequence sequence, INDArray initial, GRUSequence.Pass pass) {
        INDArray x = preparedInput(initial, pass.training(), pass.workspaces());
        return sequence.forward(x, initial, maskArray, pass);
    }

    /** The input after dropout, [batch, nIn, time]. */
    private INDArray preparedInput(INDArray initial, boolean training, LayerWorkspaceMgr workspaces) {
        assertInputSet(false);
        if (input.rank() != 3 || permuteIfNWC(input).size(1) != layerConf().getNIn()) {
            throw InvalidInputException.of(
                    "GRU " + layerId(),
                    "input of shape " + (getDataFormat() == null ? "" : getDataFormat() + " ")
                            + "with 3 dimensions and " + layerConf().getNIn() + " features",
                    "shape " + Arrays.toString(input.shape()),
                    "Check nIn and the layer's dataFormat.");
        }
        if (initial != null && initial.size(0) != input.size(0)) {
            throw InvalidInputException.of(
                    "GRU " + layerId(),
                    "a batch of " + initial.size(0) + ", as the stored state has",
                    input.size(0),
                    "Call rnnClearPreviousState() before sequences of another batch.");
        }
        applyDropOutIfNecessary(training, workspaces);
        return permuteIfNWC(input.castTo(dataType));
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
        return backward(epsilon, null, Integer.MAX_VALUE, workspaceMgr);
    }

    /** Steps further back than {@code tbpttBackwardLength} from the window's end get no gradient, as in DL4J's LSTM. */
    @Override
    public Pair<Gradient, INDArray> tbpttBackpropGradient(
            INDArray epsilon, int tbpttBackwardLength, LayerWorkspaceMgr workspaceMgr) {
        return backward(epsilon, stateMap.get(STATE_KEY_PREV_ACTIVATION), tbpttBackwardLength, workspaceMgr);
    }

    private Pair<Gradient, INDArray> backward(
            INDArray epsilon, INDArray initial, int backwardLength, LayerWorkspaceMgr workspaceMgr) {
        assertInputSet(true);
        AcceleratedGRU.Run run = acceleratedRun;
        acceleratedRun = null;
        INDArray dOutput = permuteIfNWC(epsilon.castTo(dataType));
        boolean whole = backwardLength <= 0 || backwardLength >= dOutput.size(2);
        if (run != null && run.pass().isLast() && whole && !keepTimeGradients) {
            long[] shape = {dOutput.size(0), layerConf().getNIn(), dOutput.size(2)};
            AcceleratedGRU.Gradients gradients =
                    AcceleratedGRU.backward(run, dOutput, gradientViews, shape, workspaceMgr);
            initialStateGradient = gradients.initialState();
            timeGradientNorms = null;
            return finished(gradients.input());
        }
        return backwardOnTape(dOutput, run == null ? initial : run.initial(), backwardLength, workspaceMgr);
    }

    private Pair<Gradient, INDArray> backwardOnTape(
            INDArray dOutput, INDArray initial, int backwardLength, LayerWorkspaceMgr workspaceMgr) {
        GRUSequence sequence = sequence(true, workspaceMgr);
        GRUTape used = tape != null && tape.isAlive()
                ? tape
                : forward(sequence, initial, new GRUSequence.Pass(workspaceMgr, ArrayType.BP_WORKING_MEM, true));
        tape = null;
        int firstStep = backwardLength > 0 ? Math.max(0, used.steps - backwardLength) : 0;
        GRUSequence.Gradients gradients = sequence.backward(used, dOutput, firstStep, gradientViews, workspaceMgr);
        initialStateGradient = detached(gradients.initialState());
        timeGradientNorms = keepTimeGradients ? gradients.normsByStep(used.steps) : null;
        keepTimeGradients = false;
        return finished(gradients.input());
    }

    /** @param inputGradient [batch, nIn, time] */
    private Pair<Gradient, INDArray> finished(INDArray inputGradient) {
        weightNoiseParams.clear();
        Gradient result = new DefaultGradient(gradientsFlattened);
        gradientViews.forEach((key, view) -> result.gradientForVariable().put(key, view));
        return new Pair<>(result, backpropDropOutIfPresent(permuteIfNWC(inputGradient)));
    }

    /**
     * @return the last backward pass's gradient of the loss with respect to the state before the first step that the
     *     pass covered, [batch, nOut]; null before any backward pass
     */
    public INDArray initialStateGradient() {
        return initialStateGradient;
    }

    /** Asks the next backward pass for {@link #timeGradientNorms()}. */
    public void keepTimeGradients() {
        keepTimeGradients = true;
    }

    /**
     * The gradient through time of the last backward pass: the norm over the minibatch of dLoss/dh_t, all that h_t leads
     * to at later steps included, of the loss summed over the minibatch.
     *
     * @return one per time step; null unless {@link #keepTimeGradients()} was called before that pass
     */
    public double[] timeGradientNorms() {
        return timeGradientNorms;
    }

    private static INDArray lastState(GRUTape tape) {
        return detached(tape.at(tape.states, tape.steps));
    }

    private static INDArray detached(INDArray array) {
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            return array.dup();
        }
    }

    /**
     * Unlike DL4J's LSTM, which reads masked steps like any others, so that its reverse direction within a
     * {@code Bidirectional} starts from the padding, this layer uses the mask; it goes on to the layers above, inactive.
     */
    @Override
    public Pair<INDArray, MaskState> feedForwardMaskArray(
            INDArray maskArray, MaskState currentMaskState, int minibatchSize) {
        setMaskArray(maskArray);
        return new Pair<>(maskArray, MaskState.Passthrough);
    }

    @Override
    public Type type() {
        return Type.RECURRENT;
    }

    @Override
    public boolean isPretrainLayer() {
        return false;
    }
}
