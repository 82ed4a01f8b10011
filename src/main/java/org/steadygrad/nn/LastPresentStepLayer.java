package org.steadygrad.nn;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.recurrent.LastTimeStepLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.util.TimeSeriesUtils;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The layer behind {@link LastPresentStep}. */
public class LastPresentStepLayer extends LastTimeStepLayer {
    private static final long serialVersionUID = 1L;

    private transient LastSteps last;

    /** @param underlying the layer whose sequences the step is taken from */
    public LastPresentStepLayer(Layer underlying) {
        super(underlying);
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        INDArray sequences = underlying.activate(training, workspaces);
        boolean timeInMiddle =
                TimeSeriesUtils.getFormatFromRnnLayer(underlying.conf().getLayer()) == RNNFormat.NWC;
        last = new LastSteps(underlying.getMaskArray(), sequences.shape(), timeInMiddle);
        return last.of(sequences, workspaces);
    }

    @Override
    public INDArray activate(INDArray input, boolean training, LayerWorkspaceMgr workspaces) {
        setInput(input, workspaces);
        return activate(training, workspaces);
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        return underlying.backpropGradient(last.back(epsilon, workspaces), workspaces);
    }
}
