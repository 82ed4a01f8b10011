package org.steadygrad.engine;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.ops.Histogram;

/**
 * How signal and gradient flowed through one step.
 *
 * @param layers from input to output
 * @param profiles one per recurrent layer and direction
 * @param nonFinite where the first non-finite value appeared, forward pass before backward pass; empty if there is none
 * @param activations by layer, how its outputs are distributed, masked steps left out; empty when the pass wasn't asked for
 *     {@link PassOptions.Trace#HISTOGRAMS}
 */
public record StepTrace(
        List<LayerTrace> layers,
        List<TimeProfile> profiles,
        Optional<NonFiniteOrigin> nonFinite,
        Map<String, Histogram> activations) {

    public StepTrace {
        layers = List.copyOf(layers);
        profiles = List.copyOf(profiles);
        activations = Map.copyOf(activations);
    }

    /** A trace without histograms. */
    public StepTrace(List<LayerTrace> layers, List<TimeProfile> profiles, Optional<NonFiniteOrigin> nonFinite) {
        this(layers, profiles, nonFinite, Map.of());
    }

    /** The same with another place of the first non-finite value. */
    public StepTrace startingFrom(NonFiniteOrigin origin) {
        return new StepTrace(layers, profiles, Optional.of(origin), activations);
    }

    /**
     * @param layer name of the layer
     * @param depth number of layers with parameters on the longest way from the input up to and with this one
     * @param activation name of the layer's activation function in lower case, or "" when it has none
     * @param outputGradientNorm norm of the derivative of the minibatch's average loss with respect to the layer's
     *     output; NaN when no gradient reaches the layer
     * @param mean of the layer's outputs, masked steps left out
     * @param deviation standard deviation of the layer's outputs
     * @param saturatedShare share of outputs where a bounded activation is within 2 % of its range of a bound; 0 for
     *     unbounded ones
     * @param deadShare share of units whose output is 0 for the whole batch (ReLU family); 0 for others
     */
    public record LayerTrace(
            String layer,
            int depth,
            String activation,
            double outputGradientNorm,
            double mean,
            double deviation,
            double saturatedShare,
            double deadShare) {}

    /**
     * The gradient through time of one recurrent layer.
     *
     * @param layer name of the layer
     * @param direction "forward" or "backward"
     * @param steps time steps, ascending
     * @param norms norm of dLoss/dh_t at these steps, of the minibatch's average loss
     */
    public record TimeProfile(String layer, String direction, List<Integer> steps, List<Double> norms) {
        public TimeProfile {
            steps = List.copyOf(steps);
            norms = List.copyOf(norms);
        }
    }

    /**
     * @param layer name of the layer
     * @param tensor "input", "parameter" with the parameter's name, "updater state" with the state's, "activation" or "gradient"
     *     (where labels enter)
     * @param timeStep first time step it appears at; -1 when the tensor has no time axis
     * @param value NaN or an infinity
     */
    public record NonFiniteOrigin(String layer, String tensor, int timeStep, double value) {}
}
