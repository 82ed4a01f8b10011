package org.steadygrad.health;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Believes in a finding once it was seen at {@value #PERSISTENCE} looks in a row; one look without it starts the row
 * anew. Errors about numbers that aren't finite are believed at once. What was believed stays, with its count going on.
 */
final class FindingLog {
    static final int PERSISTENCE = 3;

    private final Map<String, Finding> open = new LinkedHashMap<>();
    private final Map<String, Finding> believed = new LinkedHashMap<>();

    /**
     * One look of a group of rules.
     *
     * @param group name of the rules, which tells their findings from others'
     * @param sightings what they see now
     * @param cured adds prescriptions to a finding that is believed from now on
     * @return findings that are believed from now on
     */
    List<Finding> look(String group, int iteration, List<Finding> sightings, UnaryOperator<Finding> cured) {
        List<Finding> raised = new ArrayList<>();
        Set<String> present = new HashSet<>();
        for (Finding sighting : sightings) {
            String key = group + "/" + sighting.id() + "/" + sighting.layer();
            present.add(key);
            Finding before = believed.containsKey(key) ? believed.get(key) : open.get(key);
            Finding now = before == null ? sighting.seenSince(iteration, 1) : counted(sighting, before);
            if (believed.containsKey(key)) {
                believed.put(key, now);
            } else if (now.count() >= PERSISTENCE || now.id().equals(StepRules.NON_FINITE)) {
                open.remove(key);
                Finding finding = cured.apply(now);
                believed.put(key, finding);
                raised.add(finding);
            } else {
                open.put(key, now);
            }
        }
        open.keySet().removeIf(key -> key.startsWith(group + "/") && !present.contains(key));
        return raised;
    }

    /** Of numbers that aren't finite the first sighting is kept: what comes after may be its consequence. */
    private static Finding counted(Finding sighting, Finding before) {
        Finding kept = sighting.id().equals(StepRules.NON_FINITE) ? before : sighting;
        return kept.seenSince(before.firstIteration(), before.count() + 1).with(before.prescriptions());
    }

    /** What is believed, the gravest first, then in the order of appearance. */
    List<Finding> findings() {
        return believed.values().stream()
                .sorted(Comparator.comparing(Finding::severity).reversed())
                .toList();
    }

    /** What a resumed run needs: findings by key, those not believed yet and those believed. */
    public record State(Map<String, Finding> open, Map<String, Finding> believed) {}

    State state() {
        return new State(new LinkedHashMap<>(open), new LinkedHashMap<>(believed));
    }

    void restore(State state) {
        open.clear();
        believed.clear();
        open.putAll(state.open());
        believed.putAll(state.believed());
    }
}
