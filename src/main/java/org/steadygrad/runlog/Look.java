package org.steadygrad.runlog;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.steadygrad.check.Check;
import org.steadygrad.engine.StepTrace.LayerTrace;
import org.steadygrad.engine.StepTrace.NonFiniteOrigin;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.GradientStatistics;

/**
 * What a full look at a step saw.
 *
 * @param iteration number of the step, from 1
 * @param loss of the step, averaged over the minibatch
 * @param gradientNorm norm of the averaged gradient, before clipping
 * @param clipScale smallest factor that clipping multiplied an element by; 1 when nothing was clipped
 * @param applied whether the step changed the parameters
 * @param parameters in the order of the model's parameters
 * @param gates the gradient by gate, in the order of the model's parameters; empty unless {@link Distributions} were taken of the
 *     step
 * @param layers from input to output
 * @param profiles one per recurrent layer and direction
 * @param nonFinite where the first value that isn't finite appeared; empty when there is none
 */
public record Look(
        int iteration,
        double loss,
        double gradientNorm,
        double clipScale,
        boolean applied,
        List<Parameter> parameters,
        List<Gate> gates,
        List<LayerTrace> layers,
        List<Profile> profiles,
        Optional<NonFiniteOrigin> nonFinite)
        implements RunEvent.HealthEvent {

    public Look {
        parameters = List.copyOf(parameters);
        gates = List.copyOf(gates);
        layers = List.copyOf(layers);
        profiles = List.copyOf(profiles);
    }

    /**
     * @param name as layer_parameter, for example gru_W
     * @param gradientNorm of the averaged gradient, before clipping
     * @param weightNorm after the update
     * @param updateRatio norm of the update divided by that of the weights; 0 for weights that are all 0
     * @param nonFinite number of elements of the gradient that aren't finite
     * @param zeros number of elements of the gradient that are 0
     */
    public record Parameter(
            String name, double gradientNorm, double weightNorm, double updateRatio, long nonFinite, long zeros) {

        /** All blocks of a layout. @param outcome of an update of the same layout */
        public static List<Parameter> of(FlatLayout layout, UpdateOutcome outcome) {
            List<Parameter> parameters = new ArrayList<>();
            for (int i = 0; i < layout.blocks().size(); i++) {
                GradientStatistics.Row gradient = outcome.gradient().rows().get(i);
                UpdateOutcome.BlockUpdate update = outcome.blocks().get(i);
                parameters.add(new Parameter(
                        layout.blocks().get(i).name(),
                        gradient.norm(),
                        update.weightNorm(),
                        update.weightNorm() == 0 ? 0 : update.updateNorm() / update.weightNorm(),
                        gradient.nonFinite(),
                        gradient.zeros()));
            }
            return parameters;
        }
    }

    /**
     * One gate's part of a parameter of a recurrent cell.
     *
     * @param parameter as {@link Parameter#name}
     * @param gate "reset", "update", "candidate" or, of its bias in the product with the state, "recurrent candidate" in a
     *     GRU; "candidate", "forget", "output" or "input" in an LSTM
     * @param gradientNorm of the averaged gradient, before clipping; NaN or infinite when an element is
     */
    public record Gate(String parameter, String gate, double gradientNorm) {}

    /**
     * The gradient through time of one recurrent layer.
     *
     * @param layer name of the layer
     * @param direction "forward" or "backward"
     * @param horizon steps over which the gradient reaches back; see {@code org.steadygrad.health.TimeRules}
     * @param steps time steps, ascending
     * @param norms norm of dLoss/dh_t at these steps, of the minibatch's average loss
     */
    public record Profile(String layer, String direction, int horizon, List<Integer> steps, List<Double> norms) {
        public Profile {
            steps = List.copyOf(steps);
            norms = List.copyOf(norms);
            Check.that(steps.size() == norms.size(), "Look.Profile", steps.size() + " norms", norms.size());
        }
    }
}
