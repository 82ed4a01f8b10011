package org.steadygrad.nn;

import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.BETA;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GAMMA;

import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.ops.BatchNormForward;
import org.steadygrad.ops.BatchNormGradients;
import org.steadygrad.ops.BatchNormOps;

/**
 * DL4J's batch normalisation of vectors and images with sums that are right for any number of rows: those of DL4J 1.0.0-M2.1
 * are in float, so that a million values with mean 1,000 and variance 1 have mean 996 and variance 15 there. Locked gamma and
 * beta are applied always, and masked time steps are left out. Stands in for DL4J's layer in a network; parameters, their names and their order are DL4J's.
 */
public final class ExactBatchNormalization extends BatchNormalization {
    private static final long serialVersionUID = 1L;

    private transient BatchNormForward pass;

    /**
     * @param layer what it stands in for; shares its parameters
     * @param dataType of the network
     */
    public ExactBatchNormalization(BatchNormalization layer, DataType dataType) {
        super(layer.conf(), dataType);
        setIndex(layer.getIndex());
        setParamsViewArray(layer.params());
        setParamTable(layer.paramTable());
        if (layer.getGradientsViewArray() != null) {
            setBackpropGradientsViewArray(layer.getGradientsViewArray());
        }
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        assertInputSet(false);
        if (!takes(input)) {
            return super.activate(training, workspaces);
        }
        INDArray x = featuresSecond(input.castTo(dataType));
        BatchNormOps ops = new BatchNormOps(layerConf().getEps(), new ActivationIdentity());
        var affine = BatchNormLayer.affine(layerConf(), this::getParam, dataType);
        BatchNormForward result = training
                ? ops.train(x, rowMask(), affine)
                : ops.infer(x, rowMask(), affine, BatchNormLayer.running(layerConf(), this::getParam));
        pass = BatchNormLayer.kept(result, workspaces);
        return workspaces.leverageTo(ArrayType.ACTIVATIONS, shapedAs(input, result.output()));
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        if (!takes(input)) {
            return super.backpropGradient(epsilon, workspaces);
        }
        BatchNormOps ops = new BatchNormOps(layerConf().getEps(), new ActivationIdentity());
        BatchNormGradients gradients = ops.backward(
                pass,
                BatchNormLayer.affine(layerConf(), this::getParam, dataType),
                featuresSecond(epsilon.castTo(dataType).reshape(input.shape())));
        Gradient result = new DefaultGradient();
        if (!layerConf().isLockGammaBeta()) {
            put(result, GAMMA, gradients.gamma());
            put(result, BETA, gradients.beta());
        }
        BatchNormLayer.statistics(pass, BatchNormLayer.running(layerConf(), this::getParam), layerConf())
                .forEach((name, change) -> put(result, name, change));
        pass = null;
        return new Pair<>(result, workspaces.leverageTo(ArrayType.ACTIVATION_GRAD, shapedAs(input, gradients.input())));
    }

    /** Of time steps as rows; null when all of them count. */
    private INDArray rowMask() {
        return maskArray != null && input.rank() == 2 && maskArray.length() == input.size(0) ? maskArray : null;
    }

    private boolean takes(INDArray array) {
        boolean fits = array.rank() == 2 || array.rank() == 4;
        return fits && array.size(channelsLast(array) ? 3 : 1) == layerConf().getNOut();
    }

    private boolean channelsLast(INDArray array) {
        return array.rank() == 4 && layerConf().getCnn2DFormat() == CNN2DFormat.NHWC;
    }

    /** Images as [batch, channels, pixels]. */
    private INDArray featuresSecond(INDArray array) {
        if (array.rank() == 2) {
            return array;
        }
        long pixels = array.length() / (array.size(0) * layerConf().getNOut());
        return channelsLast(array)
                ? array.reshape('c', array.size(0), pixels, layerConf().getNOut())
                        .permute(0, 2, 1)
                : array.reshape('c', array.size(0), layerConf().getNOut(), pixels);
    }

    /** The inverse of {@link #featuresSecond}. */
    private INDArray shapedAs(INDArray like, INDArray array) {
        if (like.rank() == 2) {
            return array;
        }
        INDArray inOrder = channelsLast(like) ? array.permute(0, 2, 1) : array;
        return inOrder.dup('c').reshape('c', like.shape());
    }

    private void put(Gradient result, String name, INDArray value) {
        INDArray view = gradientViews.get(name);
        view.assign(value.reshape(view.shape()));
        result.setGradientFor(name, view);
    }

    @Override
    public void clear() {
        super.clear();
        pass = null;
    }
}
