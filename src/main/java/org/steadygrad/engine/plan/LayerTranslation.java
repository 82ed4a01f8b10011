package org.steadygrad.engine.plan;

import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.deeplearning4j.nn.params.DefaultParamInitializer;

/** What layers become. */
final class LayerTranslation {
    private LayerTranslation() {}

    static Signal translate(PlanBuilder plan, GraphVertex vertex, Signal input) {
        String name = vertex.getVertexName();
        checkPreprocessor(name, ((LayerVertex) vertex).getLayerPreProcessor());
        Layer layer = PlanBuilder.configuration(vertex);
        if (layer instanceof BaseOutputLayer output) {
            return LossTranslation.output(plan, name, output, input);
        }
        Layer configured = plan.configured(name);
        if (RecurrentTranslation.knows(configured)) {
            return RecurrentTranslation.translate(plan, name, configured, input);
        }
        if (layer.getClass() == DenseLayer.class) {
            return dense(plan, name, (DenseLayer) layer, input);
        }
        throw new UnsupportedModelException(name, layer.getClass().getSimpleName());
    }

    /** Between rows per step and sequences there is no difference in a plan. */
    private static void checkPreprocessor(String layer, InputPreProcessor preprocessor) {
        if (preprocessor != null
                && !(preprocessor instanceof RnnToFeedForwardPreProcessor)
                && !(preprocessor instanceof FeedForwardToRnnPreProcessor)) {
            throw new UnsupportedModelException(
                    layer, "preprocessor " + preprocessor.getClass().getSimpleName());
        }
    }

    private static Signal dense(PlanBuilder plan, String name, DenseLayer layer, Signal input) {
        if (layer.hasLayerNorm()) {
            throw new UnsupportedModelException(name, "layer normalisation");
        }
        ActivationFunction activation = PlanBuilder.activation(name, layer.getActivationFn());
        return input.with(product(plan, name, input.value(), layer.getNOut(), activation));
    }

    /** {@code f(input W + b)} with the parameters of the layer. */
    static Value product(PlanBuilder plan, String name, Value input, long units, ActivationFunction activation) {
        return plan.add(new PlanStep.Dense(
                name,
                input,
                plan.newValue(name, units, input.rows()),
                plan.parameter(name, DefaultParamInitializer.WEIGHT_KEY),
                plan.optionalParameter(name, DefaultParamInitializer.BIAS_KEY),
                activation));
    }
}
