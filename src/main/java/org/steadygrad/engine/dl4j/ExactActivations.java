package org.steadygrad.engine.dl4j;

import org.deeplearning4j.nn.conf.layers.AbstractLSTM;
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
import org.steadygrad.nn.GRU;

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
            activation.setActivationFn(replacement(activation.getActivationFn(), false, false));
        } else if (layer instanceof BaseLayer base) {
            boolean cell = layer instanceof BaseRecurrentLayer;
            base.setActivationFn(replacement(base.getActivationFn(), recognises(base), cell));
            if (layer instanceof AbstractLSTM lstm) {
                lstm.setGateActivationFn(replacement(lstm.getGateActivationFn(), true, true));
            } else if (layer instanceof GRU gru) {
                gru.setGateActivationFn(replacement(gru.getGateActivationFn(), true, true));
            }
        }
    }

    /** Whether the layer, or its loss, does otherwise for some functions, which it knows by their class. */
    private static boolean recognises(BaseLayer layer) {
        return layer instanceof BaseRecurrentLayer
                || layer instanceof BaseOutputLayer
                || layer instanceof LossLayer
                || layer instanceof RnnLossLayer;
    }

    /**
     * @param recognised whether the function is known by its class
     * @param cell whether it is applied within a recurrent cell
     */
    private static IActivation replacement(IActivation original, boolean recognised, boolean cell) {
        return ActivationFunction.of(original)
                .filter(function -> wanted(function, recognised))
                .<IActivation>map(function -> new ExactActivation(function, original))
                .orElseGet(() -> ShownOverflow.in(original, cell));
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
