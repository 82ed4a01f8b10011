package org.steadygrad.model;

import java.util.Locale;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.nd4j.linalg.activations.IActivation;

/**
 * Where the outputs of an activation function lie.
 *
 * @param name in lower case, without its parameters; "" when the layer has none
 * @param low value at which it saturates below; NaN when it doesn't
 * @param high value at which it saturates above; NaN when it doesn't
 * @param width of the whole range, for bounded ones
 * @param canDie whether outputs of exactly 0 pass no gradient (ReLU family)
 */
public record ActivationRange(String name, double low, double high, double width, boolean canDie) {
    /** Share of the range that counts as close to a bound. */
    public static final double MARGIN = 0.02;

    private static final double RATIONAL_TANH_BOUND = 1.7159;

    /** Of layers without an activation function. */
    public static final ActivationRange NONE = unbounded("");

    /** Whether a value lies within 2 % of the range of a bound. */
    public boolean saturated(double value) {
        double margin = MARGIN * width;
        return value <= low + margin || value >= high - margin;
    }

    /** Whether there is a bound at all. */
    public boolean bounded() {
        return !Double.isNaN(low) || !Double.isNaN(high);
    }

    /** The value up to which outputs lie within 2 % of the range of the lower bound; minus infinity without one. */
    public float saturatedBelow() {
        return Double.isNaN(low) ? Float.NEGATIVE_INFINITY : (float) (low + MARGIN * width);
    }

    /** The value from which on outputs lie within 2 % of the range of the upper bound; infinity without one. */
    public float saturatedAbove() {
        return Double.isNaN(high) ? Float.POSITIVE_INFINITY : (float) (high - MARGIN * width);
    }

    /** The range of what a layer puts out. Batch norm's configuration names an activation that it never applies. */
    public static ActivationRange of(Layer layer) {
        if (layer instanceof BatchNormalization) {
            return NONE;
        }
        if (layer instanceof org.deeplearning4j.nn.conf.layers.ActivationLayer activation) {
            return of(activation.getActivationFn());
        }
        if (layer instanceof org.deeplearning4j.nn.conf.layers.BaseLayer base) {
            return of(base.getActivationFn());
        }
        if (layer instanceof FrozenLayer frozen) {
            return of(frozen.getLayer());
        }
        if (layer instanceof BaseWrapperLayer wrapper) {
            return of(wrapper.getUnderlying());
        }
        if (layer instanceof Bidirectional both) {
            ActivationRange one = of(both.getFwd());
            return both.getMode() == Bidirectional.Mode.ADD ? unbounded(one.name) : one;
        }
        return NONE;
    }

    private static ActivationRange of(IActivation function) {
        if (function == null) {
            return NONE;
        }
        String name = function.toString().replaceAll("\\(.*", "").toLowerCase(Locale.ROOT);
        return switch (name) {
            case "sigmoid", "hardsigmoid" -> new ActivationRange(name, 0, 1, 1, false);
            case "tanh", "hardtanh", "softsign" -> new ActivationRange(name, -1, 1, 2, false);
            case "rationaltanh" ->
                new ActivationRange(name, -RATIONAL_TANH_BOUND, RATIONAL_TANH_BOUND, 2 * RATIONAL_TANH_BOUND, false);
            case "relu6" -> new ActivationRange(name, Double.NaN, 6, 6, true);
            case "rectifiedtanh" -> new ActivationRange(name, Double.NaN, 1, 1, true);
            case "relu", "thresholdedrelu" -> new ActivationRange(name, Double.NaN, Double.NaN, 0, true);
            default -> unbounded(name);
        };
    }

    private static ActivationRange unbounded(String name) {
        return new ActivationRange(name, Double.NaN, Double.NaN, 0, false);
    }
}
