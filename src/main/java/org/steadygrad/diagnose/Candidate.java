package org.steadygrad.diagnose;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataDescription;
import org.steadygrad.health.Finding;
import org.steadygrad.health.Prescription;
import org.steadygrad.health.Severity;
import org.steadygrad.health.prescribe.RunFilePrescriber;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;

/**
 * A changed run that could be tried.
 *
 * @param name what is changed, in words
 * @param changes of the original run file, in their order
 * @param run the run file with them
 */
record Candidate(String name, List<String> changes, RunSpec run) {
    private static final String ORIGINAL = "as it is";

    static Candidate original(RunSpec run) {
        return new Candidate(ORIGINAL, List.of(), run);
    }

    /** The same with more changes of this run file; empty when it doesn't allow them together. */
    Optional<Candidate> plus(RunSpec original, String added, List<String> more) {
        List<String> all = new ArrayList<>(changes);
        all.addAll(more);
        try {
            String both = changes.isEmpty() ? added : name + " + " + added;
            RunSpec changed = RunFiles.with(run, more);
            return Optional.of(new Candidate(both, needed(original, all, changed), changed));
        } catch (InvalidInputException e) {
            return Optional.empty();
        }
    }

    /** Without what later changes undo. */
    private static List<String> needed(RunSpec original, List<String> changes, RunSpec changed) {
        List<String> needed = new ArrayList<>(changes);
        for (String change : changes) {
            List<String> fewer = new ArrayList<>(needed);
            fewer.remove(change);
            if (changed.equals(withOrNull(original, fewer))) {
                needed = fewer;
            }
        }
        return needed;
    }

    /** Null when the changes make no sense without one that was left out. */
    private static RunSpec withOrNull(RunSpec original, List<String> changes) {
        try {
            return RunFiles.with(original, changes);
        } catch (InvalidInputException e) {
            return null;
        }
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
