package org.steadygrad.exam;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;
import java.util.Set;

/**
 * What the program says to a case.
 *
 * @param name of the case
 * @param family of the case
 * @param healthy its truth
 * @param told findings that are warnings or errors, the gravest first, as kinds
 * @param first title and changes of the first prescription of the first of them; "" without any
 * @param right whether one of the kinds is expected; of a healthy case whether nothing is told
 * @param wrong kinds told that are neither expected nor allowed
 * @param advised whether the first advice is right; true where the case asks for none, or nothing is told
 * @param loss validation loss in the end
 * @param guessing validation loss of the best that guessing gives; NaN where it isn't known
 * @param undone validation loss with the cause taken away; NaN where that wasn't tried
 */
record Answer(
        String name,
        String family,
        boolean healthy,
        List<String> told,
        String first,
        boolean right,
        List<String> wrong,
        boolean advised,
        double loss,
        double guessing,
        double undone) {
    /** Share of the loss of guessing below which a run has learnt, whatever was done to it. */
    private static final double LEARNT = 0.5;

    static Answer of(ExamCase c, List<String> told, String first, double loss, double guessing, double undone) {
        Set<String> kinds = Set.copyOf(told);
        boolean right = c.healthy() ? told.isEmpty() : kinds.stream().anyMatch(c.expected()::contains);
        List<String> wrong = kinds.stream()
                .filter(kind -> !c.expected().contains(kind) && !c.allowed().contains(kind))
                .sorted()
                .toList();
        boolean advised =
                told.isEmpty() || c.advice().isEmpty() || c.advice().stream().anyMatch(first::contains);
        return new Answer(
                c.name(), c.family(), c.healthy(), told, first, right, wrong, advised, loss, guessing, undone);
    }

    /**
     * Whether the construction failed: taking the cause away doesn't make the run better by more than noise, or the run has learnt all
     * the same, as when the guard has cured it; or a run that is to be healthy is no better than guessing.
     */
    @JsonIgnore
    boolean doubtful() {
        boolean noBetter = Double.isFinite(undone) && Double.isFinite(loss) && !(undone < 0.97 * loss);
        boolean unknown = Double.isNaN(loss) && Double.isNaN(guessing);
        return (!unknown && healthy)
                ? !(loss < guessing)
                : noBetter || (Double.isFinite(undone) && loss < LEARNT * guessing);
    }
}
