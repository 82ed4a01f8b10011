package org.steadygrad.engine.plan;

import java.util.Optional;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.steadygrad.nn.MaskedDropout;
import org.steadygrad.nn.SequencePooling;
import org.steadygrad.nn.UnitwiseActivation;

/** What layers become. */
final class LayerTranslation {
    private LayerTranslation() {}

    static Signal translate(PlanBuilder plan, GraphVertex vertex, Signal input) {
        String name = vertex.getVertexName();
        if (!(vertex instanceof LayerVertex layered)) {
            throw new UnsupportedModelException(name, vertex.getClass().getSimpleName());
        }
        checkPreprocessor(name, layered.getLayerPreProcessor());
        if (!vertex.getLayer().conf().isMiniBatch()) {
            throw new UnsupportedModelException(name, "miniBatch(false)");
        }
        Layer layer = PlanBuilder.configuration(vertex);
        if (vertex.getLayer() instanceof FrozenLayer) {
            Signal below = plan.isInput(input.value()) ? input : detached(plan, name, input);
            return plan.inInference(() -> translate(plan, name, layer, below));
        }
        if (vertex.getLayer() instanceof FrozenLayerWithBackprop) {
            return plan.inInference(() -> translate(plan, name, layer, input));
        }
        return translate(plan, name, layer, input);
    }

    /** No gradient goes back through it. */
    private static Signal detached(PlanBuilder plan, String name, Signal input) {
        Value output = plan.newValue(name, input.value().size(), input.value().rows());
        return input.with(plan.add(new PlanOperation.Detach(name, input.value(), output)));
    }

    /** @param layer neither frozen nor with a preprocessor that does anything */
    static Signal translate(PlanBuilder plan, String name, Layer layer, Signal input) {
        checkNoise(name, layer);
        if (LossTranslation.knows(layer)) {
            return LossTranslation.translate(plan, name, (FeedForwardLayer) layer, input);
        }
        Layer configured = plan.configured(name);
        if (RecurrentTranslation.knows(configured)) {
            return RecurrentTranslation.translate(plan, name, configured, input);
        }
        if (layer.getClass() == DenseLayer.class) {
            return dense(plan, name, (DenseLayer) layer, input);
        }
        if (DropoutTranslation.ignoredBy(layer)) {
            DropoutTranslation.skip(plan, layer.getIDropout());
        }
        if (layer instanceof BatchNormalization norm) {
            return NormalizationTranslation.translate(plan, name, norm, input);
        }
        if (layer.getClass() == ActivationLayer.class || layer.getClass() == UnitwiseActivation.class) {
            ActivationFunction function = PlanBuilder.activation(name, ((ActivationLayer) layer).getActivationFn());
            return input.with(activate(plan, name, input.value(), function));
        }
        if (layer.getClass() == DropoutLayer.class || layer.getClass() == MaskedDropout.class) {
            return input.with(DropoutTranslation.apply(plan, name, layer.getIDropout(), input.value()));
        }
        if (layer.getClass() == EmbeddingLayer.class || layer.getClass() == EmbeddingSequenceLayer.class) {
            return EmbeddingTranslation.translate(plan, name, (FeedForwardLayer) layer, input);
        }
        if (layer.getClass() == GlobalPoolingLayer.class || layer.getClass() == SequencePooling.class) {
            return PoolingTranslation.translate(plan, name, (GlobalPoolingLayer) layer, input);
        }
        throw new UnsupportedModelException(name, layer.getClass().getSimpleName());
    }

    /** Between rows per time step and sequences there is no difference in a plan. */
    static void checkPreprocessor(String layer, InputPreProcessor preprocessor) {
        if (preprocessor != null
                && !(preprocessor instanceof RnnToFeedForwardPreProcessor)
                && !(preprocessor instanceof FeedForwardToRnnPreProcessor)) {
            throw new UnsupportedModelException(
                    layer, "preprocessor " + preprocessor.getClass().getSimpleName());
        }
    }

    private static void checkNoise(String name, Layer layer) {
        if (layer instanceof BaseLayer base && base.getWeightNoise() != null) {
            throw new UnsupportedModelException(
                    name, "weight noise " + base.getWeightNoise().getClass().getSimpleName());
        }
    }

    private static Signal dense(PlanBuilder plan, String name, DenseLayer layer, Signal input) {
        if (layer.hasLayerNorm()) {
            throw new UnsupportedModelException(name, "layer normalisation");
        }
        ActivationFunction activation = PlanBuilder.activation(name, layer.getActivationFn());
        Value read = DropoutTranslation.apply(plan, name, layer.getIDropout(), input.value());
        return masked(plan, name, input.with(product(plan, name, read, layer.getNOut(), activation)));
    }

    /** {@code f(input W + b)} with the parameters of the layer. */
    static Value product(PlanBuilder plan, String name, Value input, long units, ActivationFunction activation) {
        Value output = plan.add(new PlanOperation.Dense(
                name,
                input,
                plan.newValue(name, units, input.rows()),
                plan.parameter(name, DefaultParamInitializer.WEIGHT_KEY),
                plan.optionalParameter(name, DefaultParamInitializer.BIAS_KEY),
                activation.invertible() ? activation : ActivationFunction.IDENTITY));
        return activation.invertible() ? output : activate(plan, name, output, activation);
    }

    /** {@code f(input)}; the input itself when f is the identity. */
    static Value activate(PlanBuilder plan, String name, Value input, ActivationFunction activation) {
        if (activation.isIdentity()) {
            return input;
        }
        Value output = plan.newValue(name, input.size(), input.rows());
        return plan.add(new PlanOperation.Activate(name, input, output, activation));
    }

    /** Zeros where there is no data. */
    static Signal masked(PlanBuilder plan, String name, Signal signal) {
        Optional<Value> mask = signal.mask();
        if (mask.isEmpty()) {
            return signal;
        }
        Value value = signal.value();
        Value output = plan.newValue(name, value.size(), value.rows());
        return signal.with(plan.add(new PlanOperation.MaskRows(name, value, output, mask.get())));
    }
}
