package org.steadygrad.engine.plan;

import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.steadygrad.engine.plan.ActivationFunction.Kind;
import org.steadygrad.nn.BatchNorm;

/** What batch normalisation becomes: DL4J's, which ignores its activation function, and ours. DL4J's would count masked time steps, too. */
final class NormalizationTranslation {
    private NormalizationTranslation() {}

    static Signal translate(PlanBuilder plan, String name, BatchNormalization layer, Signal input) {
        boolean ours = layer instanceof BatchNorm;
        if (!ours && layer.getClass() != BatchNormalization.class) {
            throw new UnsupportedModelException(name, layer.getClass().getSimpleName());
        }
        ActivationFunction activation =
                ours ? PlanBuilder.activation(name, layer.getActivationFn()) : ActivationFunction.IDENTITY;
        boolean rectifier = activation.kind() == Kind.RELU && activation.invertible();
        Value value = input.value();
        Optional<Value> mask = input.mask();
        Value output = plan.add(new PlanOperation.Normalize(
                name,
                value,
                plan.newValue(name, value.size(), value.rows()),
                settings(plan, name, layer),
                rectifier ? activation : ActivationFunction.IDENTITY,
                mask));
        if (rectifier || activation.isIdentity()) {
            return input.with(output);
        }
        Signal activated = input.with(LayerTranslation.activate(plan, name, output, activation));
        return mask.isPresent() ? LayerTranslation.masked(plan, name, activated) : activated;
    }

    private static Normalization settings(PlanBuilder plan, String name, BatchNormalization layer) {
        boolean logarithmic = layer.isUseLogStd();
        return new Normalization(
                plan.optionalParameter(name, BatchNormalizationParamInitializer.GAMMA),
                plan.optionalParameter(name, BatchNormalizationParamInitializer.BETA),
                layer.getGamma(),
                layer.getBeta(),
                plan.parameter(name, BatchNormalizationParamInitializer.GLOBAL_MEAN),
                plan.parameter(
                        name,
                        logarithmic
                                ? BatchNormalizationParamInitializer.GLOBAL_LOG_STD
                                : BatchNormalizationParamInitializer.GLOBAL_VAR),
                logarithmic,
                layer.getEps(),
                layer.getDecay(),
                !plan.inference());
    }
}
