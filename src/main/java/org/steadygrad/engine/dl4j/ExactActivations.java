package org.steadygrad.engine.dl4j;

import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.activations.IActivation;
import org.steadygrad.engine.plan.ActivationFunction;

/** Has a graph's layers compute activation functions by {@link ExactActivation}. */
final class ExactActivations {
    private ExactActivations() {}

    /** @param graph changed; belongs to an engine */
    static void install(ComputationGraph graph) {
        for (GraphVertex vertex : graph.getVertices()) {
            if (vertex.hasLayer()) {
                install(vertex.getLayer().conf().getLayer());
            }
        }
    }

    private static void install(Layer layer) {
        if (layer instanceof FrozenLayer frozen) {
            install(frozen.getLayer());
        } else if (layer instanceof FrozenLayerWithBackprop frozen) {
            install(frozen.getUnderlying());
        } else if (layer instanceof Bidirectional both) {
            install(both.getFwd());
            install(both.getBwd());
        } else if (layer instanceof BaseWrapperLayer wrapper) {
            install(wrapper.getUnderlying());
        } else if (layer instanceof ActivationLayer activation) {
            replacement(activation.getActivationFn(), false).ifPresent(activation::setActivationFn);
        } else if (layer instanceof BaseLayer base) {
            replacement(base.getActivationFn(), recognises(base)).ifPresent(base::setActivationFn);
        }
    }

    /** Whether the layer, or its loss, does otherwise for some functions, which it knows by their class. */
    private static boolean recognises(BaseLayer layer) {
        return layer instanceof BaseRecurrentLayer
                || layer instanceof BaseOutputLayer
                || layer instanceof LossLayer
                || layer instanceof RnnLossLayer;
    }

    private static Optional<IActivation> replacement(IActivation original, boolean recognised) {
        return ActivationFunction.of(original)
                .filter(function -> wanted(function, recognised))
                .map(function -> new ExactActivation(function, original));
    }

    private static boolean wanted(ActivationFunction function, boolean recognised) {
        return switch (function.kind()) {
            case IDENTITY, SOFTMAX, SCALE, SHIFT -> false;
            // ND4J's leaky one has the slope from above at 0
            case RELU -> !function.isRelu();
            case TANH, SIGMOID -> !recognised;
            default -> true;
        };
    }
}
