package org.steadygrad.nn;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** The layer behind {@link LayerNormalization}. */
public class LayerNormalizationLayer extends BaseLayer<LayerNormalization> {
    private static final long serialVersionUID = 1L;

    public LayerNormalizationLayer(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    /** Rows of features, copied. */
    private static INDArray rows(INDArray x) {
        return x.rank() == 2 ? x.dup('c') : x.permute(0, 2, 1).dup('c').reshape('c', -1, x.size(1));
    }

    private static INDArray likeInput(INDArray rows, INDArray input) {
        return input.rank() == 2
                ? rows
                : rows.reshape('c', input.size(0), input.size(2), input.size(1))
                        .permute(0, 2, 1)
                        .dup('f');
    }

    /** @param normal x - mean over the deviation @param deviation by row, [rows, 1] */
    private record Normal(INDArray normal, INDArray deviation) {}

    private Normal normal() {
        INDArray x = rows(input.castTo(dataType));
        x.subiColumnVector(x.mean(true, 1));
        INDArray deviation =
                Transforms.sqrt(x.mul(x).mean(true, 1).addi(layerConf().getEpsilon()), false);
        return new Normal(x.diviColumnVector(deviation), deviation);
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        assertInputSet(false);
        INDArray y = normal().normal;
        if (layerConf().isScaled()) {
            y.muliRowVector(params.get(LayerNormalization.GAMMA_KEY));
        }
        if (layerConf().isCentred()) {
            y.addiRowVector(params.get(LayerNormalization.BETA_KEY));
        }
        return workspaces.leverageTo(ArrayType.ACTIVATIONS, likeInput(y, input));
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        Normal x = normal();
        INDArray above = rows(epsilon);
        Gradient gradient = new DefaultGradient();
        if (layerConf().isScaled()) {
            INDArray view = gradientViews.get(LayerNormalization.GAMMA_KEY);
            view.assign(above.mul(x.normal).sum(0));
            gradient.gradientForVariable().put(LayerNormalization.GAMMA_KEY, view);
        }
        if (layerConf().isCentred()) {
            INDArray view = gradientViews.get(LayerNormalization.BETA_KEY);
            view.assign(above.sum(0));
            gradient.gradientForVariable().put(LayerNormalization.BETA_KEY, view);
        }
        if (layerConf().isScaled()) {
            above.muliRowVector(params.get(LayerNormalization.GAMMA_KEY));
        }
        INDArray along = x.normal.mulColumnVector(above.mul(x.normal).mean(true, 1));
        INDArray below = above.subColumnVector(above.mean(true, 1)).subi(along).diviColumnVector(x.deviation);
        return new Pair<>(gradient, workspaces.leverageTo(ArrayType.ACTIVATION_GRAD, likeInput(below, input)));
    }

    @Override
    public boolean isPretrainLayer() {
        return false;
    }
}
