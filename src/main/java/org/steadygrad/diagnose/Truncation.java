package org.steadygrad.diagnose;

import java.util.List;
import org.steadygrad.check.Check;

/**
 * What truncated back-propagation through time cuts off: the gradients of whole sequences in windows of k and of 2 k steps, at
 * the same parameters, with the state carried from window to window and the windows' gradients added.
 *
 * @param steps time steps of the run's windows
 * @param length time steps of the sequences
 * @param comparisons of windows of k and 2 k steps for k the run's, twice, four times as much, ..., up to the whole sequences
 * @param enough the shortest of these windows whose gradient doubling changes by no more than {@code health.time.truncation}
 *     allows; the whole length when none of them is
 */
public record Truncation(int steps, int length, List<Comparison> comparisons, int enough) {
    public Truncation {
        Check.positive(steps, "Truncation", "steps");
        Check.positive(length, "Truncation", "length");
        comparisons = List.copyOf(comparisons);
    }

    /** Whether the run's windows are too short. */
    public boolean tooShort() {
        return enough > steps;
    }

    /**
     * Two lengths of windows. What isn't told by parameter is of the recurrent layers together, the others' gradients being the
     * same or nearly so.
     *
     * @param steps of the shorter windows
     * @param doubled steps of the longer ones; twice as many, or all there are
     * @param cosine of the angle between the two gradients of the recurrent layers' parameters
     * @param growth norm of the longer windows' gradient divided by that of the shorter ones'
     * @param change norm of the two gradients' difference divided by the norm of the shorter windows'
     * @param parameters each one by itself, those of other layers too
     */
    public record Comparison(
            int steps, int doubled, double cosine, double growth, double change, List<Parameter> parameters) {
        public Comparison {
            parameters = List.copyOf(parameters);
        }
    }

    /**
     * One parameter's gradients.
     *
     * @param name as layer_parameter
     * @param cosine of the angle between the two; NaN when one of them is 0
     * @param growth norm of the longer windows' gradient divided by that of the shorter ones'
     */
    public record Parameter(String name, double cosine, double growth) {}
}
