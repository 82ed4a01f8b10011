package org.steadygrad.engine.plan;

import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.steadygrad.engine.plan.PlanStep.Cell;
import org.steadygrad.engine.plan.Value.Rows;
import org.steadygrad.nn.GRU;
import org.steadygrad.nn.GRUParamInitializer;

/** What recurrent layers become. */
final class RecurrentTranslation {
    private RecurrentTranslation() {}

    static Signal translate(PlanBuilder plan, String name, BaseRecurrentLayer layer, Signal input) {
        if (layer instanceof GRU gru) {
            return gru(plan, name, gru, input);
        }
        throw new UnsupportedModelException(name, layer.getClass().getSimpleName());
    }

    private static Signal gru(PlanBuilder plan, String name, GRU layer, Signal input) {
        if (!(layer.getActivationFn() instanceof ActivationTanH)
                || !(layer.getGateActivationFn() instanceof ActivationSigmoid)) {
            throw new UnsupportedModelException(
                    name, "a GRU with activations " + layer.getActivationFn() + " and " + layer.getGateActivationFn());
        }
        Value output = plan.add(new PlanStep.Recur(
                name,
                input.value(),
                plan.newValue(name, layer.getNOut(), Rows.STEPS),
                Cell.GRU,
                PlanBuilder.activation(name, layer.getActivationFn()),
                plan.parameter(name, GRUParamInitializer.INPUT_WEIGHT_KEY),
                plan.parameter(name, GRUParamInitializer.RECURRENT_WEIGHT_KEY),
                plan.parameter(name, GRUParamInitializer.BIAS_KEY),
                false,
                input.mask()));
        return input.with(output);
    }
}
