package org.steadygrad.runlog;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What guessing gives: the rules of thumb for a run's data.
 *
 * @param all the best first, by the loss on the validation part, or on the training part where there is no other
 */
public record Baselines(@JsonValue List<Baseline> all) {
    /** Of a run that nothing is known of. */
    public static final Baselines NONE = new Baselines(List.of());

    /** In any order; those whose loss isn't finite come last. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public Baselines(List<Baseline> all) {
        // Double.compare puts NaN after infinity
        this.all =
                all.stream().sorted(Comparator.comparingDouble(Baseline::loss)).toList();
    }

    /** What a model has to beat; empty where nothing is known that has a finite loss. */
    public Optional<Baseline> best() {
        return all.stream().findFirst().filter(best -> Double.isFinite(best.loss()));
    }
}
