package org.steadygrad.engine.plan;

import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossL1;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMAE;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;
import org.steadygrad.engine.plan.ActivationFunction.Kind;

/** What output and loss layers become. */
final class LossTranslation {
    private LossTranslation() {}

    static boolean knows(Layer layer) {
        Class<?> type = layer.getClass();
        return type == OutputLayer.class
                || type == RnnOutputLayer.class
                || type == LossLayer.class
                || type == RnnLossLayer.class;
    }

    static Signal translate(PlanBuilder plan, String name, FeedForwardLayer layer, Signal input) {
        boolean steps = layer instanceof RnnOutputLayer || layer instanceof RnnLossLayer;
        if (steps != input.value().perTimeStep()) {
            throw new UnsupportedModelException(
                    name,
                    layer.getClass().getSimpleName() + " on input with a row "
                            + (steps ? "per example" : "per time step"));
        }
        if (layer instanceof BaseOutputLayer output) {
            Value read = DropoutTranslation.apply(plan, name, layer.getIDropout(), input.value());
            Value scores = LayerTranslation.product(plan, name, read, output.getNOut(), ActivationFunction.IDENTITY);
            return loss(plan, name, output.getLossFn(), output.getActivationFn(), input.with(scores));
        }
        DropoutTranslation.skip(plan, layer.getIDropout());
        ILossFunction function =
                layer instanceof LossLayer plain ? plain.getLossFn() : ((RnnLossLayer) layer).getLossFn();
        return loss(plan, name, function, layer.getActivationFn(), input);
    }

    /** Without a mask of labels, time steps that the features' mask leaves out don't count: there is nothing to have learnt. */
    private static Signal loss(
            PlanBuilder plan, String name, ILossFunction function, IActivation activation, Signal scores) {
        LossFunction loss = function(name, function);
        ActivationFunction applied = PlanBuilder.activation(name, activation);
        boolean classes = loss == LossFunction.CROSS_ENTROPY || loss == LossFunction.SPARSE_CROSS_ENTROPY;
        if (classes != (applied.kind() == Kind.SOFTMAX)) {
            throw new UnsupportedModelException(name, "loss " + function + " with activation " + activation);
        }
        Value input = scores.value();
        Optional<Value> mask = input.perTimeStep() ? plan.inputMask() : Optional.empty();
        return scores.with(plan.add(new PlanOperation.Loss(
                name, input, plan.newValue(name, input.size(), input.rows()), loss, applied, clip(function), mask)));
    }

    private static LossFunction function(String layer, ILossFunction function) {
        Class<?> type = function.getClass();
        if (weights(function) != null) {
            throw new UnsupportedModelException(layer, "loss " + type.getSimpleName() + " with weights");
        }
        if (type == LossMCXENT.class || type == LossNegativeLogLikelihood.class) {
            return LossFunction.CROSS_ENTROPY;
        }
        if (type == LossSparseMCXENT.class) {
            return LossFunction.SPARSE_CROSS_ENTROPY;
        }
        if (type == LossBinaryXENT.class) {
            return LossFunction.BINARY_CROSS_ENTROPY;
        }
        if (type == LossMSE.class) {
            return LossFunction.MEAN_SQUARED_ERROR;
        }
        if (type == LossL2.class) {
            return LossFunction.SQUARED_ERROR;
        }
        if (type == LossMAE.class) {
            return LossFunction.MEAN_ABSOLUTE_ERROR;
        }
        if (type == LossL1.class) {
            return LossFunction.ABSOLUTE_ERROR;
        }
        throw new UnsupportedModelException(layer, "loss " + type.getSimpleName());
    }

    private static INDArray weights(ILossFunction function) {
        if (function instanceof LossMCXENT loss) {
            return loss.getWeights();
        }
        if (function instanceof LossBinaryXENT loss) {
            return loss.getWeights();
        }
        if (function instanceof LossL2 loss) {
            return loss.getWeights();
        }
        return function instanceof LossL1 loss ? loss.getWeights() : null;
    }

    private static double clip(ILossFunction function) {
        return function instanceof LossBinaryXENT loss ? loss.getClipEps() : 0;
    }
}
