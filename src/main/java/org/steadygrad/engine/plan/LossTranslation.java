package org.steadygrad.engine.plan;

import java.util.List;
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
import org.steadygrad.nn.loss.LossHuber;
import org.steadygrad.nn.loss.LossNegativeBinomial;
import org.steadygrad.nn.loss.LossPinball;
import org.steadygrad.nn.loss.LossSigmoid;
import org.steadygrad.nn.loss.LossSoftmax;
import org.steadygrad.ops.LossByFormula;
import org.steadygrad.ops.LossFormula;

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
        ActivationFunction applied = PlanBuilder.activation(name, activation);
        Known known = function instanceof LossByFormula own ? byFormula(name, own, activation) : known(name, function);
        if (known.loss().ofSoftmax() != (applied.kind() == Kind.SOFTMAX)) {
            throw new UnsupportedModelException(name, "loss " + function + " with activation " + activation);
        }
        Value input = scores.value();
        int count = known.settings().byOutput().size();
        if (count != 0 && count != input.size()) {
            throw new UnsupportedModelException(
                    name, "loss " + function + " with " + count + " weights for " + input.size() + " outputs");
        }
        if (known.loss() == LossFunction.PINBALL
                && input.size() % known.settings().numbers().size() != 0) {
            throw new UnsupportedModelException(
                    name, "loss " + function + " with " + input.size() + " outputs, which isn't a multiple");
        }
        Optional<Value> mask = input.perTimeStep() ? plan.inputMask() : Optional.empty();
        return scores.with(plan.add(new PlanOperation.Loss(
                name,
                input,
                plan.newValue(name, input.size(), input.rows()),
                known.loss(),
                applied,
                known.settings(),
                mask)));
    }

    /** A loss and what it is told. */
    private record Known(LossFunction loss, LossSettings settings) {}

    /** Those of this toolkit; where nothing is special about them, the usual ones, which are faster. */
    private static Known byFormula(String layer, LossByFormula function, IActivation activation) {
        if (function instanceof LossSoftmax loss) {
            boolean usual = loss.getSmoothing() == 0 && loss.getFocusing() == 0 && loss.getWeights() == null;
            return usual
                    ? new Known(LossFunction.CROSS_ENTROPY, LossSettings.clip(0))
                    : known(
                            LossFunction.SOFTMAX_LOSS,
                            function.formula(activation),
                            List.of(loss.getSmoothing(), loss.getFocusing()),
                            loss.getWeights() == null ? List.of() : loss.getWeights());
        }
        if (function instanceof LossSigmoid loss) {
            boolean usual = loss.getSmoothing() == 0
                    && loss.getFocusing() == 0
                    && loss.getPositive() == 1
                    && loss.getNegative() == 1;
            LossFormula formula = function.formula(activation);
            return usual
                    ? new Known(LossFunction.BINARY_CROSS_ENTROPY, LossSettings.clip(0))
                    : known(
                            LossFunction.SIGMOID_LOSS,
                            formula,
                            List.of(loss.getSmoothing(), loss.getFocusing(), loss.getPositive(), loss.getNegative()),
                            List.of());
        }
        LossFormula formula = function.formula(activation);
        if (function instanceof LossHuber loss) {
            return known(LossFunction.HUBER, formula, List.of(loss.getDelta()), List.of());
        }
        if (function instanceof LossPinball loss) {
            return known(LossFunction.PINBALL, formula, loss.getQuantiles(), List.of());
        }
        if (function instanceof LossNegativeBinomial loss) {
            return known(LossFunction.NEGATIVE_BINOMIAL, formula, List.of(loss.getDispersion()), List.of());
        }
        throw new UnsupportedModelException(layer, "loss " + function);
    }

    private static Known known(LossFunction loss, LossFormula formula, List<Double> numbers, List<Double> byOutput) {
        return new Known(loss, LossSettings.of(formula, numbers, byOutput));
    }

    /** Those of DL4J. */
    private static Known known(String layer, ILossFunction function) {
        return new Known(function(layer, function), LossSettings.clip(clip(function)));
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
