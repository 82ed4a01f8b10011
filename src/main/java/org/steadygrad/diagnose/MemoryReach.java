package org.steadygrad.diagnose;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.steadygrad.check.Check;
import org.steadygrad.engine.StepTrace.TimeProfile;

/**
 * How far back in time a recurrent layer learns from before the first step: what becomes of the gradient of one step's loss
 * on its way to earlier steps.
 *
 * @param layer name of the layer
 * @param direction "forward" or "backward"
 * @param length number of steps of the sequences
 * @param horizon steps back over which at least {@code health.time.reach} of the gradient's maximum is left
 * @param factor by which the measured gradient changes per step, as a geometric mean; NaN when it passes no step
 * @param predicted the same as the parameters alone tell it: for a vanilla layer the spectral radius of its recurrent matrix
 *     times the root mean square slope of its activation; for LSTM and GRU the mean share of the state that the forget or
 *     update gate keeps at its bias
 * @param product for a vanilla layer, the mean factor of the product of its steps' Jacobians; NaN for others
 * @param lag steps back that the task needs; null when it isn't known
 * @param steps that were looked at, counted back from the loss
 * @param norms norm of the gradient with respect to the state at these steps; the squared error at one step is its loss
 */
public record MemoryReach(
        String layer,
        String direction,
        int length,
        int horizon,
        double factor,
        double predicted,
        double product,
        Integer lag,
        List<Integer> steps,
        List<Double> norms) {
    public MemoryReach {
        Check.notNull(layer, "MemoryReach", "layer");
        Check.notNull(direction, "MemoryReach", "direction");
        steps = List.copyOf(steps);
        norms = List.copyOf(norms);
    }
    /** The norms as of one step's loss at the end of the sequence, or for the backward direction at its beginning. */
    TimeProfile profile() {
        boolean backward = direction.equals("backward");
        List<Integer> places = new ArrayList<>();
        steps.forEach(step -> places.add(backward ? step : length - 1 - step));
        List<Double> values = new ArrayList<>(norms);
        if (!backward) {
            Collections.reverse(places);
            Collections.reverse(values);
        }
        return new TimeProfile(layer, direction, places, values);
    }
}
