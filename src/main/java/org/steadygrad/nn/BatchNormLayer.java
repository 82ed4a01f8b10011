package org.steadygrad.nn;

import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.BETA;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GAMMA;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GLOBAL_LOG_STD;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GLOBAL_MEAN;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GLOBAL_VAR;

import java.util.Map;
import java.util.function.Function;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.steadygrad.ops.BatchNormAffine;
import org.steadygrad.ops.BatchNormForward;
import org.steadygrad.ops.BatchNormGradients;
import org.steadygrad.ops.BatchNormMoments;
import org.steadygrad.ops.BatchNormOps;

/**
 * Runs a {@link BatchNorm} inside a DL4J network; the arithmetic is {@link BatchNormOps}'.
 *
 * <p>The changes of its running statistics lie in the flat gradient, from which DL4J's update takes them, but are no
 * gradients: what DL4J normalises and clips layer by layer or parameter by parameter is told of gamma and beta only, and
 * constraints leave the statistics as they are.
 */
public class BatchNormLayer extends BaseLayer<BatchNorm> {
    private static final long serialVersionUID = 1L;

    /** Smallest running variance that the logarithmic form stores; the logarithm of 0 would never be left again. */
    private static final double SMALLEST_VARIANCE = 1e-30;

    private transient BatchNormForward forward;

    public BatchNormLayer(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    @Override
    public Type type() {
        return Type.NORMALIZATION;
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        assertInputSet(false);
        INDArray x = featuresSecond(input.castTo(dataType));
        BatchNormOps ops = operations();
        INDArray mask = maskFor(x);
        BatchNormForward result = training ? ops.train(x, mask, affine()) : ops.infer(x, mask, affine(), running());
        forward = kept(result, workspaces);
        return workspaces.leverageTo(ArrayType.ACTIVATIONS, featuresSecond(result.output()));
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        BatchNormGradients gradients = operations().backward(forward, affine(), outputShaped(epsilon));
        Gradient result = new DefaultGradient();
        if (!layerConf().isLockGammaBeta()) {
            result.setGradientFor(GAMMA, put(GAMMA, gradients.gamma()));
            result.setGradientFor(BETA, put(BETA, gradients.beta()));
        }
        putStatistics(forward);
        forward = null;
        return new Pair<>(result, workspaces.leverageTo(ArrayType.ACTIVATION_GRAD, featuresSecond(gradients.input())));
    }

    /** Above a pooling layer, whose output type DL4J takes for a sequence of one step, vectors come back as such. */
    private INDArray outputShaped(INDArray epsilon) {
        INDArray cast = epsilon.castTo(dataType);
        boolean oneStep = cast.rank() == 3 && input.rank() == 2 && cast.length() == input.length();
        return oneStep ? cast.reshape(input.shape()) : featuresSecond(cast);
    }

    private void putStatistics(BatchNormForward pass) {
        statistics(pass, running(), layerConf()).forEach(this::put);
    }

    /**
     * How a pass changes running mean and variance. DL4J subtracts it as it stands, so it is old minus new.
     *
     * @return by the names of DL4J's parameters
     */
    static Map<String, INDArray> statistics(BatchNormForward pass, BatchNormMoments old, BatchNormalization settings) {
        boolean changes = pass.ofBatch() && pass.moments().count() > 0;
        double share = changes ? 1 - settings.getDecay() : 0;
        INDArray mean = old.mean().sub(pass.moments().mean()).muli(share);
        INDArray variance = old.variance();
        INDArray change = variance.sub(pass.moments().variance()).muli(share);
        if (!settings.isUseLogStd()) {
            return Map.of(GLOBAL_MEAN, mean, GLOBAL_VAR, change);
        }
        INDArray next = Transforms.max(variance.sub(change), SMALLEST_VARIANCE, false);
        INDArray ratio = Transforms.max(variance, SMALLEST_VARIANCE, true).divi(next);
        return Map.of(
                GLOBAL_MEAN, mean, GLOBAL_LOG_STD, Transforms.log(ratio, false).muli(0.5 / Math.log(10)));
    }

    private INDArray put(String name, INDArray value) {
        INDArray view = gradientViews.get(name);
        return view.assign(value.reshape(view.shape()));
    }

    /** @return the part of gamma and beta; null if they are locked */
    @Override
    public INDArray getGradientsViewArray() {
        if (gradientsFlattened == null || layerConf().isLockGammaBeta()) {
            return null;
        }
        INDArray flat = gradientsFlattened.reshape(gradientsFlattened.length());
        return flat.get(NDArrayIndex.interval(0, 2 * layerConf().getNOut()));
    }

    @Override
    public void applyConstraints(int iteration, int epoch) {
        String spread = layerConf().isUseLogStd() ? GLOBAL_LOG_STD : GLOBAL_VAR;
        INDArray mean = getParam(GLOBAL_MEAN).dup();
        INDArray deviation = getParam(spread).dup();
        super.applyConstraints(iteration, epoch);
        getParam(GLOBAL_MEAN).assign(mean);
        getParam(spread).assign(deviation);
    }

    private BatchNormOps operations() {
        return new BatchNormOps(layerConf().getEps(), layerConf().getActivationFn());
    }

    private BatchNormAffine affine() {
        return affine(layerConf(), this::getParam, dataType);
    }

    /** @param parameter gives a parameter by DL4J's name */
    static BatchNormAffine affine(
            BatchNormalization settings, Function<String, INDArray> parameter, DataType dataType) {
        return settings.isLockGammaBeta()
                ? BatchNormAffine.constant(settings.getGamma(), settings.getBeta(), settings.getNOut(), dataType)
                : new BatchNormAffine(parameter.apply(GAMMA), parameter.apply(BETA));
    }

    private BatchNormMoments running() {
        return running(layerConf(), this::getParam);
    }

    /** @param parameter gives a parameter by DL4J's name */
    static BatchNormMoments running(BatchNormalization settings, Function<String, INDArray> parameter) {
        INDArray variance = settings.isUseLogStd()
                ? Transforms.exp(parameter.apply(GLOBAL_LOG_STD).mul(2 * Math.log(10)), false)
                : parameter.apply(GLOBAL_VAR);
        return new BatchNormMoments(parameter.apply(GLOBAL_MEAN), variance, 0);
    }

    /** What the backward pass needs, in memory that lives as long as this layer's input does. */
    static BatchNormForward kept(BatchNormForward pass, LayerWorkspaceMgr workspaces) {
        BatchNormMoments moments = pass.moments();
        return new BatchNormForward(
                pass.output(),
                workspaces.leverageTo(ArrayType.INPUT, pass.normalized()),
                new BatchNormMoments(
                        workspaces.leverageTo(ArrayType.INPUT, moments.mean()),
                        workspaces.leverageTo(ArrayType.INPUT, moments.variance()),
                        moments.count()),
                pass.mask() == null ? null : workspaces.leverageTo(ArrayType.INPUT, pass.mask()),
                pass.ofBatch());
    }

    /** Between this layer's format and [batch, features, time]; its own inverse. */
    private INDArray featuresSecond(INDArray array) {
        boolean swap = array.rank() == 3 && layerConf().getRnnFormat() == RNNFormat.NWC;
        return swap ? array.permute(0, 2, 1) : array;
    }

    /** A recurrent layer below passes its mask on although it has used it; a pooling layer may leave one that is spent. */
    private INDArray maskFor(INDArray x) {
        boolean spent = maskArray != null
                && maskState == MaskState.Passthrough
                && x.rank() == 2
                && (maskArray.rank() != 2 || maskArray.size(0) != x.size(0) || maskArray.size(1) != 1);
        return spent ? null : maskArray;
    }

    @Override
    public void clear() {
        super.clear();
        forward = null;
    }

    @Override
    public boolean isPretrainLayer() {
        return false;
    }

    @Override
    public boolean updaterDivideByMinibatch(String name) {
        return !GLOBAL_MEAN.equals(name) && !GLOBAL_VAR.equals(name) && !GLOBAL_LOG_STD.equals(name);
    }
}
