package org.steadygrad.nn;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.pooling.GlobalPoolingLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.ops.MaskedBatches;
import org.steadygrad.ops.PresentSteps;

/** The layer behind {@link SequencePooling}. What stands at masked steps doesn't matter, NaN included. */
public class SequencePoolingLayer extends GlobalPoolingLayer {
    private static final long serialVersionUID = 1L;

    public SequencePoolingLayer(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    private boolean masked() {
        return maskArray != null && input.rank() == 3;
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        assertInputSet(false);
        if (!masked()) {
            return super.activate(training, workspaces);
        }
        setInput(new PresentSteps(maskArray, false).cleared(input), workspaces);
        INDArray output = super.activate(training, workspaces);
        clearEmpty(output);
        return output;
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        Pair<Gradient, INDArray> result = super.backpropGradient(epsilon, workspaces);
        if (masked()) {
            clearEmpty(result.getSecond());
        }
        return result;
    }

    /** Sets to 0 what belongs to examples without any step: an average over none is NaN. */
    private void clearEmpty(INDArray byExample) {
        boolean[] empty = MaskedBatches.empty(maskArray);
        for (int example = 0; example < empty.length; example++) {
            if (empty[example]) {
                byExample.slice(example).assign(0);
            }
        }
    }
}
