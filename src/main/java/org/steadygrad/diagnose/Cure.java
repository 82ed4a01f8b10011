package org.steadygrad.diagnose;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;
import java.util.Optional;
import org.steadygrad.spec.RunSpec;

/**
 * What trials proved.
 *
 * @param plan what might be tried
 * @param trials of the search, the original first
 * @param confirmation runs over the full number of steps, the original first, unless trials had that many already; then those with
 *     other initial weights
 * @param notTried prescriptions that were left out, each with the reason in words
 * @param rejected what did better than the original and is no cure all the same, each with the reason in words
 * @param outcome the run that won; empty when there was nothing to cure or nothing helped
 * @param stopped why it ended early, in words; "" when it didn't
 */
public record Cure(
        TrialPlan plan,
        List<Trial> trials,
        List<Trial> confirmation,
        List<String> notTried,
        List<String> rejected,
        Optional<Outcome> outcome,
        String stopped) {
    public Cure {
        trials = List.copyOf(trials);
        confirmation = List.copyOf(confirmation);
        notTried = List.copyOf(notTried);
        rejected = List.copyOf(rejected);
    }

    /**
     * @param run the cured run file; JSON has its changes only, those of {@code after}
     * @param before the original over the same number of steps
     * @param after the cured run
     */
    public record Outcome(@JsonIgnore RunSpec run, Trial before, Trial after) {}
}
