package org.steadygrad.engine.plan;

import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** What output and loss layers become. */
final class LossTranslation {
    private LossTranslation() {}

    static Signal output(PlanBuilder plan, String name, BaseOutputLayer layer, Signal input) {
        Value scores =
                LayerTranslation.product(plan, name, input.value(), layer.getNOut(), ActivationFunction.IDENTITY);
        return input.with(plan.add(new PlanStep.Loss(
                name,
                scores,
                plan.newValue(name, layer.getNOut(), scores.rows()),
                function(name, layer.getLossFn()),
                PlanBuilder.activation(name, layer.getActivationFn()),
                1e-10,
                input.mask())));
    }

    private static LossFunction function(String layer, ILossFunction function) {
        if (function.getClass() == LossMCXENT.class && ((LossMCXENT) function).getWeights() == null) {
            return LossFunction.CROSS_ENTROPY;
        }
        throw new UnsupportedModelException(layer, "loss " + function);
    }
}
