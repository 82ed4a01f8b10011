package org.steadygrad.runlog;

import java.util.List;
import org.steadygrad.ops.Histogram;

/**
 * How the values of a step's tensors are distributed.
 *
 * @param iteration number of the step, from 1
 * @param tensors weights and gradients by parameter, activations by layer
 */
public record Distributions(int iteration, List<Tensor> tensors) implements RunEvent.HealthEvent {
    public Distributions {
        tensors = List.copyOf(tensors);
    }

    /** What the values are. */
    public enum Kind {
        /** A parameter's values, before the update. */
        WEIGHT,
        /** A parameter's gradient, averaged over the minibatch, before clipping. */
        GRADIENT,
        /** A layer's outputs, masked steps left out. */
        ACTIVATION
    }

    /**
     * @param name the parameter, as layer_parameter, or the layer
     * @param kind what the values are
     */
    public record Tensor(String name, Kind kind, Histogram values) {}
}
