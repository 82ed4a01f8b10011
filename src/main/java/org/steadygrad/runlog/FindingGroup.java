package org.steadygrad.runlog;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.steadygrad.check.Check;

/**
 * Findings of one kind and severity in several layers, which people read as one: the first's message, where else it is so,
 * and what to try. Findings about the whole network stay by themselves.
 *
 * @param findings at least one, in the order in which they were given
 */
public record FindingGroup(List<Finding> findings) {
    private static final int NAMED = 4;

    public FindingGroup {
        findings = List.copyOf(Check.notNull(findings, "FindingGroup", "findings"));
        Check.that(!findings.isEmpty(), "FindingGroup", "at least one finding", 0);
    }

    /** @return groups in the order of the first finding of each */
    public static List<FindingGroup> of(List<Finding> findings) {
        Map<String, List<Finding>> groups = new LinkedHashMap<>();
        for (int i = 0; i < findings.size(); i++) {
            Finding finding = findings.get(i);
            String place = finding.layer().isEmpty() ? " " + i : "";
            groups.computeIfAbsent(key(finding) + place, k -> new ArrayList<>()).add(finding);
        }
        return groups.values().stream().map(FindingGroup::new).toList();
    }

    private static String key(Finding finding) {
        return finding.severity() + " " + finding.id() + (finding.ended() ? " ended" : "");
    }

    /** Kind and severity, and whether it has ended. */
    public String key() {
        return key(first());
    }

    /** Whose message stands for all. */
    public Finding first() {
        return findings.get(0);
    }

    /** Layers of the others: "Also in a, b, c, d and 3 more."; "" when there are none. */
    public String alsoIn() {
        List<String> others = layers().stream()
                .filter(layer -> !layer.equals(first().layer()))
                .toList();
        return others.isEmpty() ? "" : "Also in " + named(others) + ".";
    }

    /** The first's message, and where else it is so. */
    public String text() {
        String others = alsoIn();
        return first().message() + (others.isEmpty() ? "" : " " + others);
    }

    /** All layers, each once. */
    public List<String> layers() {
        return findings.stream().map(Finding::layer).distinct().toList();
    }

    /** A few names, and how many more there are. */
    public static String named(List<String> layers) {
        String few = layers.stream().limit(NAMED).collect(Collectors.joining(", "));
        return few + (layers.size() > NAMED ? " and " + (layers.size() - NAMED) + " more" : "");
    }

    /** The findings whose first prescription changes something else than those before: the first one's, and seldom more. */
    public List<Finding> advised() {
        Set<List<String>> seen = new HashSet<>();
        return findings.stream()
                .filter(finding -> !finding.prescriptions().isEmpty())
                .filter(finding -> seen.add(advice(finding.prescriptions().get(0))))
                .toList();
    }

    private static List<String> advice(Prescription best) {
        return best.changes().isEmpty() ? List.of(best.title()) : best.changes();
    }
}
