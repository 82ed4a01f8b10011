package org.steadygrad.exam;

import java.util.List;
import java.util.Set;

/**
 * A run whose truth is known by construction.
 *
 * @param family what it was drawn from
 * @param seed it was drawn with
 * @param healthy whether nothing may be told as a warning or an error
 * @param expected names of findings of which a sick run must be told one
 * @param allowed names of findings that are true as well, as consequences
 * @param advice words of which the first advice must hold one, in its title or its changes; none when there is nothing to say
 * @param undoing assignments that take the cause away; none where no run file can
 * @param sound the data without the cause; empty where the data isn't to blame, or can't be had without
 * @param run the run file; the word {@code DATA} stands for the path of the data
 * @param data rows of a CSV file; empty for built-in data
 */
record ExamCase(
        String family,
        int seed,
        boolean healthy,
        Set<String> expected,
        Set<String> allowed,
        List<String> advice,
        List<String> undoing,
        String sound,
        String run,
        String data) {

    /** Tells cases apart. */
    String name() {
        return family + "-" + seed;
    }

    static ExamCase healthy(String family, Draw draw, String run, String data) {
        return new ExamCase(family, draw.seed(), true, Set.of(), Set.of(), List.of(), List.of(), "", run, data);
    }

    static ExamCase sick(String family, Draw draw, String run, String data, String... expected) {
        return new ExamCase(
                family, draw.seed(), false, Set.of(expected), Set.of(), List.of(), List.of(), "", run, data);
    }

    ExamCase allow(String... kinds) {
        return new ExamCase(family, seed, healthy, expected, Set.of(kinds), advice, undoing, sound, run, data);
    }

    ExamCase advise(String... words) {
        return new ExamCase(family, seed, healthy, expected, allowed, List.of(words), undoing, sound, run, data);
    }

    /** @param changes assignments, as {@code --set} takes them */
    ExamCase undoneBy(String... changes) {
        return new ExamCase(family, seed, healthy, expected, allowed, advice, List.of(changes), sound, run, data);
    }

    /** @param data without what is the matter */
    ExamCase undoneByData(String data) {
        return new ExamCase(family, seed, healthy, expected, allowed, advice, undoing, data, run, this.data);
    }

    /** Whether it can be run without its cause. */
    boolean undoable() {
        return !undoing.isEmpty() || !sound.isEmpty();
    }
}
