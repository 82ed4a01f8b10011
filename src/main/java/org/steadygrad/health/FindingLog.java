package org.steadygrad.health;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;

/**
 * Believes in a finding once it was seen at {@value #PERSISTENCE} looks of its group of rules in a row; one look without it
 * starts the row anew. Some groups are believed at once. What was believed stays, with its count going on; when it becomes
 * graver it is told again. What was believed and isn't seen at {@value #PERSISTENCE} looks in a row has ended with the first of them, unless
 * it is beyond doubt or about the start; when it comes back it has to be believed anew.
 */
final class FindingLog {
    static final int PERSISTENCE = 3;

    private static final Absence NEVER_ABSENT = new Absence(0, 0);

    /**
     * Most severe first; of these what is likelier to be the cause; of these what was there first. What signal and gradient
     * do on their way is a cause of all else if they did so before the first step, and a consequence of the steps if not.
     */
    static final Comparator<Finding> CAUSES_FIRST = Comparator.comparing(Finding::severity)
            .reversed()
            .thenComparing(FindingLog::spoilt)
            .thenComparing(Finding::kind)
            .thenComparingInt(Finding::firstIteration);

    /** What too large steps do to units: they kill and saturate them, however grave that is for itself. */
    private static final Set<FindingKind> DONE_BY_STEPS =
            EnumSet.of(FindingKind.ALL_ZERO, FindingKind.DEAD_UNITS, FindingKind.SATURATION);

    /** Kinds that are about signal and gradient in a full look. */
    private static final Set<FindingKind> WAY = EnumSet.of(
            FindingKind.ALL_ZERO,
            FindingKind.EXPLODING_THROUGH_TIME,
            FindingKind.EXPLODING_GRADIENT,
            FindingKind.VANISHING_GRADIENT,
            FindingKind.VANISHING_THROUGH_TIME,
            FindingKind.DEAD_UNITS,
            FindingKind.SATURATION);

    /**
     * Kinds of which a look sees one at most, in the layer where it is worst. That this is another one at the next look makes it no other
     * finding: it keeps the layer that it was seen in first.
     */
    private static final Set<FindingKind> OF_THE_NETWORK =
            EnumSet.of(FindingKind.EXPLODING_GRADIENT, FindingKind.VANISHING_GRADIENT);

    private static boolean spoilt(Finding finding) {
        return WAY.contains(finding.kind()) && finding.firstIteration() > 1;
    }

    /** Rules that look together, and how often in a row they must see something. */
    enum Group {
        /** What is beyond doubt, at any step. */
        NOW(1),
        /** The first look, which has no second. */
        START(1),
        /** Features over all batches so far. */
        FEATURES(PERSISTENCE),
        /** Batches one after the other. */
        ORDER(PERSISTENCE),
        /** Layers in a full look. */
        FLOW(PERSISTENCE),
        /** Time steps in a full look. */
        TIME(PERSISTENCE),
        /** The run of the steps. */
        STEPS(PERSISTENCE),
        /** How long steps wait for batches; the rule looks back by itself. */
        WAITING(1),
        /** Validations; their rule looks back by itself. */
        VALIDATION(1),
        /** Classes in validations. */
        CLASSES(PERSISTENCE);

        private final int persistence;

        Group(int persistence) {
            this.persistence = persistence;
        }

        /** Whether what isn't seen any more has ended. */
        private boolean closes() {
            return this != NOW && this != START;
        }

        private String openKey(String key) {
            return this + "/" + key;
        }

        private boolean holds(String openKey) {
            return openKey.startsWith(this + "/");
        }
    }

    private final Map<String, Finding> open = new LinkedHashMap<>();
    private final Map<String, Finding> believed = new LinkedHashMap<>();
    /** Looks of a group in a row at which it didn't see a finding that it believes in, by open key. */
    private final Map<String, Absence> absences = new LinkedHashMap<>();

    private final List<Finding> closed = new ArrayList<>();

    /** @param since iteration of the first of the looks */
    public record Absence(int since, int looks) {}

    /**
     * One look of a group of rules.
     *
     * @param group whose look it is
     * @param sightings what they see now
     * @param cured adds prescriptions to a finding that is believed from now on
     * @return findings that are believed, or graver, from now on
     */
    List<Finding> look(Group group, int iteration, List<Finding> sightings, UnaryOperator<Finding> cured) {
        List<Finding> raised = new ArrayList<>();
        Set<String> present = new HashSet<>();
        for (Finding sighting : sightings) {
            String openKey = group.openKey(key(sighting));
            if (present.add(openKey)) {
                take(group, iteration, sighting).ifPresent(finding -> raised.add(believe(group, finding, cured)));
            }
        }
        open.keySet().removeIf(key -> group.holds(key) && !present.contains(key));
        if (group.closes()) {
            miss(group, iteration, present);
        }
        return raised;
    }

    /** Counts the looks at which findings of a group weren't seen. */
    private void miss(Group group, int iteration, Set<String> present) {
        for (String openKey : List.copyOf(absences.keySet())) {
            if (!group.holds(openKey)) {
                continue;
            }
            Absence before = absences.get(openKey);
            if (present.contains(openKey)) {
                absences.put(openKey, NEVER_ABSENT);
            } else if (before.looks() + 1 < PERSISTENCE) {
                absences.put(
                        openKey, new Absence(before.looks() == 0 ? iteration : before.since(), before.looks() + 1));
            } else {
                absences.remove(openKey);
                String key = openKey.substring(openKey.indexOf('/') + 1);
                Finding ended = believed.get(key).endedAt(before.since());
                believed.put(key, ended);
                closed.add(ended);
            }
        }
    }

    /** Ends findings of a group at once, of which something else than the group's looks has shown that they aren't so. */
    void refute(Group group, int iteration, Predicate<Finding> which) {
        for (String openKey : List.copyOf(absences.keySet())) {
            String key = openKey.substring(openKey.indexOf('/') + 1);
            if (group.holds(openKey) && which.test(believed.get(key))) {
                absences.remove(openKey);
                open.remove(openKey);
                Finding ended = believed.get(key).endedAt(iteration);
                believed.put(key, ended);
                closed.add(ended);
            }
        }
    }

    /** Findings that have ended since this was asked last. */
    List<Finding> closed() {
        List<Finding> ended = List.copyOf(closed);
        closed.clear();
        return ended;
    }

    private static String key(Finding finding) {
        return finding.id() + "/" + (OF_THE_NETWORK.contains(finding.kind()) ? "" : finding.layer());
    }

    /** @return the finding if it is to be believed, or graver, from now on */
    private Optional<Finding> take(Group group, int iteration, Finding sighting) {
        String openKey = group.openKey(key(sighting));
        Finding known = Optional.ofNullable(believed.get(key(sighting)))
                .filter(finding -> !finding.ended())
                .orElse(null);
        Finding before = known == null ? open.get(openKey) : known;
        Finding now = before == null ? sighting.seenSince(iteration, 1) : counted(sighting, before);
        if (known != null && now.severity().compareTo(known.severity()) <= 0) {
            believed.put(key(sighting), now);
            return Optional.empty();
        }
        if (now.count() >= group.persistence) {
            open.remove(openKey);
            return Optional.of(now);
        }
        open.put(openKey, now);
        return Optional.empty();
    }

    private Finding believe(Group group, Finding finding, UnaryOperator<Finding> cured) {
        Finding told = cured.apply(finding);
        believed.put(key(told), told);
        absences.put(group.openKey(key(told)), NEVER_ABSENT);
        return told;
    }

    /**
     * Believes what a group saw at its last look, without waiting for more: for when there may be no more.
     *
     * @return findings that are believed from now on
     */
    List<Finding> believe(Group group, UnaryOperator<Finding> cured) {
        List<Finding> raised = new ArrayList<>();
        for (String key : List.copyOf(open.keySet())) {
            if (group.holds(key)) {
                raised.add(believe(group, open.remove(key), cured));
            }
        }
        return raised;
    }

    /**
     * Of numbers that aren't finite the first sighting is kept, since what comes after may be its consequence, until one says the
     * same and the cause as well: a step that a dead unit saves isn't looked into.
     */
    private static Finding counted(Finding sighting, Finding before) {
        boolean another = sighting.id().equals(FindingKind.NON_FINITE.id())
                && !sighting.message().startsWith(before.message());
        Finding kept = another ? before : sighting;
        return kept.in(before.layer())
                .seenSince(before.firstIteration(), before.count() + 1)
                .with(before.prescriptions());
    }

    /** What is believed, as {@link #ordered}. */
    List<Finding> findings() {
        return ordered(List.copyOf(believed.values()));
    }

    /**
     * What holds in the order of {@link #CAUSES_FIRST}, then what has ended; where the learning rate is too high, what that has done to units
     * stands behind it.
     */
    static List<Finding> ordered(List<Finding> findings) {
        boolean largeSteps = findings.stream()
                .anyMatch(f ->
                        f.kind() == FindingKind.LEARNING_RATE_TOO_HIGH && !f.ended() && f.severity() != Severity.INFO);
        return findings.stream()
                .sorted(Comparator.comparing(Finding::ended)
                        .thenComparing(f -> largeSteps && spoilt(f) && DONE_BY_STEPS.contains(f.kind()))
                        .thenComparing(CAUSES_FIRST))
                .toList();
    }

    /**
     * What a resumed run needs: findings by key, those not believed yet and those believed.
     *
     * @param absences looks without those believed; null in checkpoints of early versions, whose findings stay
     */
    public record State(Map<String, Finding> open, Map<String, Finding> believed, Map<String, Absence> absences) {}

    State state() {
        return new State(new LinkedHashMap<>(open), new LinkedHashMap<>(believed), new LinkedHashMap<>(absences));
    }

    void restore(State state) {
        open.clear();
        believed.clear();
        open.putAll(state.open());
        believed.putAll(state.believed());
        absences.clear();
        absences.putAll(state.absences() == null ? Map.of() : state.absences());
    }
}
