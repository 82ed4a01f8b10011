package org.steadygrad.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.FindingGroup;

/**
 * Findings as lines, while they come: those of an iteration are gathered, so that one in many layers is told once. Where the
 * same comes up in further layers later, only these are told, with advice if it is new.
 */
final class FindingLines {
    private final boolean colours;
    private final List<Finding> waiting = new ArrayList<>();
    /** Advice by group. */
    private final Map<String, Set<String>> told = new HashMap<>();

    private int iteration;

    FindingLines(boolean colours) {
        this.colours = colours;
    }

    /** Whether a finding of that iteration can be told with those that wait. */
    boolean takes(int at) {
        return waiting.isEmpty() || at == iteration;
    }

    /** @param at an iteration that it {@link #takes} */
    void take(int at, Finding finding) {
        iteration = at;
        waiting.add(finding);
    }

    /** What was taken and not told yet. */
    List<String> tell() {
        List<String> lines = new ArrayList<>();
        FindingGroup.of(waiting).forEach(group -> tell(group, lines));
        waiting.clear();
        return lines;
    }

    private void tell(FindingGroup group, List<String> lines) {
        Finding first = group.first();
        boolean again = told.containsKey(group.key()) && !first.layer().isEmpty();
        Set<String> known = told.computeIfAbsent(group.key(), k -> new HashSet<>());
        String place = "iteration " + iteration + "  ";
        String what = again ? first.id() + " also in " + FindingGroup.named(group.layers()) + "." : group.text();
        lines.add(place + FindingText.severity(first, colours) + ": " + what);
        FindingText.advice(group).stream()
                .filter(advice -> known.add(advice) || !again)
                .forEach(advice -> lines.add(" ".repeat(place.length()) + advice));
    }
}
