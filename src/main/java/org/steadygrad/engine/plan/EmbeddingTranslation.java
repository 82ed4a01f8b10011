package org.steadygrad.engine.plan;

import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;

/** What embedding layers become. */
final class EmbeddingTranslation {
    private EmbeddingTranslation() {}

    static Signal translate(PlanBuilder plan, String name, FeedForwardLayer layer, Signal input) {
        boolean sequence = layer instanceof EmbeddingSequenceLayer;
        if (!plan.isInput(input.value())) {
            throw new UnsupportedModelException(name, "an embedding that isn't the first layer");
        }
        if (sequence != input.value().perTimeStep()) {
            throw new UnsupportedModelException(
                    name, layer.getClass().getSimpleName() + " beside layers that read the same input otherwise");
        }
        ActivationFunction activation = PlanBuilder.activation(name, layer.getActivationFn());
        Value output = plan.add(new PlanOperation.Embed(
                name,
                input.value(),
                plan.newValue(name, layer.getNOut(), input.value().rows()),
                plan.parameter(name, DefaultParamInitializer.WEIGHT_KEY),
                plan.optionalParameter(name, DefaultParamInitializer.BIAS_KEY)));
        return LayerTranslation.masked(
                plan, name, input.with(LayerTranslation.activate(plan, name, output, activation)));
    }
}
