package org.steadygrad.exam;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;

/**
 * What {@code diagnose --cure} makes of a case. Losses are those of validation, the best of a run, with two seeds that the search doesn't use.
 *
 * @param name of the case
 * @param family of the case
 * @param changes that are prescribed; empty if none is written
 * @param seconds that the search took
 * @param before losses of the run as it is
 * @param after losses of the cured run; empty if none is written
 * @param undone loss with the cause taken away, with the first of the seeds
 * @param guessing loss of the best that guessing gives, of the run as it is and of the cured one
 */
record CureAnswer(
        String name,
        String family,
        List<String> changes,
        double seconds,
        List<Double> before,
        List<Double> after,
        double undone,
        List<Double> guessing) {
    /** Part of a loss that is less by more than chance. */
    private static final double BETTER = 0.97;

    /** Whether there is anything to cure: taking the cause away makes it better. */
    @JsonIgnore
    boolean curable() {
        return undone < BETTER * before.get(0);
    }

    @JsonIgnore
    boolean written() {
        return !after.isEmpty();
    }

    /**
     * Whether the cured run is better than the run as it is, and than guessing, with either seed. Losses are compared as shares of guessing's:
     * a cure may scale what is to be predicted.
     */
    @JsonIgnore
    boolean better() {
        boolean better = written();
        for (int i = 0; i < after.size(); i++) {
            double now = after.get(i) / guessing.get(1);
            better &= now < BETTER && now < BETTER * before.get(i) / guessing.get(0);
        }
        return better;
    }
}
