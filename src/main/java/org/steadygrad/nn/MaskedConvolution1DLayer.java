package org.steadygrad.nn;

import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.convolution.Convolution1DLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.ops.PresentSteps;

/** The layer behind {@link MaskedConvolution1D}. */
public class MaskedConvolution1DLayer extends Convolution1DLayer {
    private static final long serialVersionUID = 1L;

    public MaskedConvolution1DLayer(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    private INDArray cleared(INDArray sequences, INDArray mask) {
        return new PresentSteps(mask, layerConf().getRnnDataFormat() == RNNFormat.NWC).cleared(sequences);
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        INDArray mask = maskArray;
        if (mask == null) {
            return super.activate(training, workspaces);
        }
        assertInputSet(false);
        setInput(workspaces.leverageTo(ArrayType.INPUT, cleared(input, mask)), workspaces);
        // DL4J's layer takes every output for [batch, size, time] where there is a mask
        maskArray = null;
        try {
            return workspaces.leverageTo(ArrayType.ACTIVATIONS, cleared(super.activate(training, workspaces), mask));
        } finally {
            maskArray = mask;
        }
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        INDArray mask = maskArray;
        if (mask == null) {
            return super.backpropGradient(epsilon, workspaces);
        }
        Pair<Gradient, INDArray> result = super.backpropGradient(cleared(epsilon, mask), workspaces);
        result.setSecond(workspaces.leverageTo(ArrayType.ACTIVATION_GRAD, cleared(result.getSecond(), mask)));
        return result;
    }

    /** Unlike DL4J's layer, this one keeps the mask. */
    @Override
    public Pair<INDArray, MaskState> feedForwardMaskArray(
            INDArray mask, MaskState currentMaskState, int minibatchSize) {
        if (mask == null || !InputSteps.keeps(layerConf())) {
            return mask == null
                    ? new Pair<>(null, currentMaskState)
                    : super.feedForwardMaskArray(mask, currentMaskState, minibatchSize);
        }
        setMaskArray(mask);
        return new Pair<>(mask, currentMaskState);
    }
}
