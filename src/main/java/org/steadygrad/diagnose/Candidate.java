package org.steadygrad.diagnose;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataDescription;
import org.steadygrad.health.prescribe.RunFilePrescriber;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Prescription;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;

/**
 * A changed run that could be tried.
 *
 * @param parts prescriptions in the order in which they were added; none for the original
 * @param run the run file with them
 */
record Candidate(List<Part> parts, RunSpec run) {
    private static final String ORIGINAL = "as it is";

    /** A prescription. @param changes of the original run file that others didn't undo */
    record Part(String title, List<String> changes) {}

    static Candidate original(RunSpec run) {
        return new Candidate(List.of(), run);
    }

    /** What is changed, in words. */
    String name() {
        return parts.isEmpty() ? ORIGINAL : parts.stream().map(Part::title).collect(Collectors.joining(" + "));
    }

    /** Of the original run file, in their order. */
    List<String> changes() {
        return changes(parts);
    }

    private static List<String> changes(List<Part> parts) {
        return parts.stream().flatMap(part -> part.changes().stream()).toList();
    }

    /** The same with more changes of this run file; empty when it doesn't allow them together. */
    Optional<Candidate> plus(RunSpec original, String added, List<String> more) {
        List<Part> all = new ArrayList<>(parts);
        all.add(new Part(added, more));
        try {
            RunSpec changed = RunFiles.with(run, more);
            return Optional.of(new Candidate(needed(original, all, changed), changed));
        } catch (InvalidInputException e) {
            return Optional.empty();
        }
    }

    /** Without what later changes undo. */
    private static List<Part> needed(RunSpec original, List<Part> parts, RunSpec changed) {
        List<Part> needed = parts;
        for (Part part : parts) {
            for (String change : part.changes()) {
                List<Part> fewer = needed.stream()
                        .map(p -> p.title().equals(part.title())
                                ? new Part(
                                        p.title(),
                                        p.changes().stream()
                                                .filter(c -> !c.equals(change))
                                                .toList())
                                : p)
                        .filter(p -> !p.changes().isEmpty())
                        .toList();
                needed = changed.equals(withOrNull(original, changes(fewer))) ? fewer : needed;
            }
        }
        return List.copyOf(needed);
    }

    /** Null when the changes make no sense without one that was left out. */
    private static RunSpec withOrNull(RunSpec original, List<String> changes) {
        try {
            return RunFiles.with(original, changes);
        } catch (InvalidInputException e) {
            return null;
        }
    }

    /** Learning rates that go further the way that the original's was changed; none when it wasn't. */
    static List<Candidate> further(RunSpec original, Candidate base, DataDescription data) {
        double before = original.training().updater().learningRate();
        double now = base.run().training().updater().learningRate();
        if (now == before) {
            return List.of();
        }
        FindingKind kind = now > before ? FindingKind.LEARNING_RATE_TOO_LOW : FindingKind.LEARNING_RATE_TOO_HIGH;
        String reason = "Another learning rate helped, and one further that way may help more.";
        Finding likely = new Finding(kind.id(), Severity.WARNING, "", 0, 1, reason, Map.of(), List.of());
        return of(original, base, List.of(likely), data).stream()
                .filter(c -> c.run().training().updater().learningRate() != now)
                .toList();
    }

    /**
     * What is prescribed for findings of a run: first the best prescription of each kind of finding, then the second best,
     * and so on. What needs more than a change of the run file is left out, and so is what merely informs.
     */
    static List<Candidate> of(RunSpec original, Candidate base, List<Finding> findings, DataDescription data) {
        RunFilePrescriber prescriber = new RunFilePrescriber(base.run(), data);
        Map<String, List<Prescription>> byKind = new LinkedHashMap<>();
        for (Finding finding : findings) {
            if (finding.severity() != Severity.INFO) {
                List<Prescription> cures = finding.prescriptions().isEmpty()
                        ? prescriber.prescribe(finding, new double[0])
                        : finding.prescriptions();
                byKind.computeIfAbsent(finding.id(), id -> new ArrayList<>()).addAll(cures);
            }
        }
        Map<RunSpec, Candidate> candidates = new LinkedHashMap<>();
        int longest = byKind.values().stream().mapToInt(List::size).max().orElse(0);
        for (int rank = 0; rank < longest; rank++) {
            for (List<Prescription> cures : byKind.values()) {
                if (rank < cures.size() && !cures.get(rank).changes().isEmpty()) {
                    base.plus(original, cures.get(rank).title(), cures.get(rank).changes())
                            .ifPresent(candidate -> candidates.putIfAbsent(candidate.run(), candidate));
                }
            }
        }
        candidates.remove(base.run());
        return List.copyOf(candidates.values());
    }
}
