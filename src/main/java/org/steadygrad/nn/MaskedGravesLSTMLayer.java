package org.steadygrad.nn;

import java.util.Map;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.recurrent.GravesLSTM;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The layer behind {@link MaskedGravesLSTM}: DL4J's, run by a {@link MaskedPass} where there is a mask. */
public class MaskedGravesLSTMLayer extends GravesLSTM {
    private static final long serialVersionUID = 1L;

    private final MaskedPass masked = new MaskedPass(this);

    public MaskedGravesLSTMLayer(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        if (maskArray == null) {
            return super.activate(training, workspaces);
        }
        assertInputSet(false);
        applyDropOutIfNecessary(training, workspaces);
        return masked.forward(workspaces, () -> super.activate(training, workspaces));
    }

    @Override
    public INDArray activate(INDArray given, boolean training, LayerWorkspaceMgr workspaces) {
        setInput(given, workspaces);
        return activate(training, workspaces);
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        if (maskArray == null) {
            return super.backpropGradient(epsilon, workspaces);
        }
        return masked.backward(
                epsilon.castTo(dataType),
                workspaces,
                above -> super.backpropGradient(above, workspaces),
                this::backpropDropOutIfPresent);
    }

    /** The state that was carried stays: DL4J's layer would leave that after the steps which fill sequences up. */
    @Override
    public Pair<Gradient, INDArray> tbpttBackpropGradient(
            INDArray epsilon, int tbpttBackwardLength, LayerWorkspaceMgr workspaces) {
        if (maskArray == null) {
            return super.tbpttBackpropGradient(epsilon, tbpttBackwardLength, workspaces);
        }
        Map<String, INDArray> state = rnnGetTBPTTState();
        Pair<Gradient, INDArray> result = masked.backward(
                epsilon.castTo(dataType),
                workspaces,
                above -> super.tbpttBackpropGradient(above, tbpttBackwardLength, workspaces),
                this::backpropDropOutIfPresent);
        rnnSetTBPTTState(state);
        return result;
    }

    @Override
    public INDArray rnnTimeStep(INDArray given, LayerWorkspaceMgr workspaces) {
        if (maskArray == null) {
            return super.rnnTimeStep(given, workspaces);
        }
        setInput(given, workspaces);
        return masked.carry(workspaces, stateMap, step -> super.rnnTimeStep(step, workspaces));
    }

    @Override
    public INDArray rnnActivateUsingStoredState(
            INDArray given, boolean training, boolean storeLastForTBPTT, LayerWorkspaceMgr workspaces) {
        if (maskArray == null) {
            return super.rnnActivateUsingStoredState(given, training, storeLastForTBPTT, workspaces);
        }
        setInput(given, workspaces);
        applyDropOutIfNecessary(training, workspaces);
        Map<String, INDArray> before = rnnGetTBPTTState();
        INDArray output = masked.carry(
                workspaces, tBpttStateMap, step -> super.rnnActivateUsingStoredState(step, training, true, workspaces));
        if (!storeLastForTBPTT) {
            rnnSetTBPTTState(before);
        }
        return output;
    }

    /** Dropout is for sequences as they were given, so that it isn't for the pass on present steps. */
    @Override
    protected void applyDropOutIfNecessary(boolean training, LayerWorkspaceMgr workspaces) {
        if (!masked.atWork()) {
            super.applyDropOutIfNecessary(training, workspaces);
        }
    }

    @Override
    protected INDArray backpropDropOutIfPresent(INDArray epsilon) {
        return masked.atWork() ? epsilon : super.backpropDropOutIfPresent(epsilon);
    }

    /** Unlike DL4J's layer, this one uses the mask; it goes on to the layers above, inactive. */
    @Override
    public Pair<INDArray, MaskState> feedForwardMaskArray(
            INDArray mask, MaskState currentMaskState, int minibatchSize) {
        setMaskArray(mask);
        return new Pair<>(mask, MaskState.Passthrough);
    }
}
