package org.steadygrad.nn;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.ActivationLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The layer behind {@link UnitwiseActivation}. */
public class UnitwiseActivationLayer extends ActivationLayer {
    private static final long serialVersionUID = 1L;

    public UnitwiseActivationLayer(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    /** A copy of [batch, units, time] with units last, as rows. */
    private static INDArray rows(INDArray sequences) {
        return sequences.permute(0, 2, 1).dup('c').reshape('c', -1, sequences.size(1));
    }

    private INDArray sequences(INDArray rows) {
        return rows.reshape('c', input.size(0), input.size(2), input.size(1))
                .permute(0, 2, 1)
                .dup('f');
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        assertInputSet(false);
        if (input.rank() != 3) {
            // DL4J's own writes over its input, which others may read
            INDArray activated = layerConf().getActivationFn().getActivation(input.dup(), training);
            return workspaces.leverageTo(ArrayType.ACTIVATIONS, activated);
        }
        INDArray activated = layerConf().getActivationFn().getActivation(rows(input), training);
        return workspaces.leverageTo(ArrayType.ACTIVATIONS, sequences(activated));
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        if (input.rank() != 3) {
            return super.backpropGradient(epsilon, workspaces);
        }
        INDArray below = layerConf()
                .getActivationFn()
                .backprop(rows(input), rows(epsilon))
                .getFirst();
        return new Pair<>(new DefaultGradient(), workspaces.leverageTo(ArrayType.ACTIVATION_GRAD, sequences(below)));
    }
}
