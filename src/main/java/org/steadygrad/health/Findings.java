package org.steadygrad.health;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.steadygrad.health.FindingLog.Group;
import org.steadygrad.runlog.Finding;
import org.steadygrad.spec.FindingKind;

/** A run's findings that rules have seen often enough, without the kinds that are ignored, with prescriptions. */
final class Findings {
    private final FindingLog log = new FindingLog();
    private final Set<String> ignored;
    private final UnaryOperator<Finding> judged;
    private final UnaryOperator<Finding> cured;

    /** Iteration whose numbers that aren't finite were told with their cause. */
    private int explained = -1;

    /**
     * @param ignored kinds that aren't told
     * @param judged gives a finding the severity that it deserves at present
     * @param cured adds prescriptions to a finding that is believed from now on
     */
    Findings(Set<String> ignored, UnaryOperator<Finding> judged, UnaryOperator<Finding> cured) {
        this.ignored = ignored;
        this.judged = judged;
        this.cured = cured;
    }

    boolean wanted(FindingKind kind) {
        return !ignored.contains(kind.id());
    }

    /**
     * What can't be doubted. Where there is such, what was seen at the last full look is believed as its likely cause.
     *
     * @return findings that are believed, or graver, from now on
     */
    List<Finding> now(int iteration, List<Finding> sightings) {
        List<Finding> raised = new ArrayList<>();
        if (!sightings.isEmpty()) {
            raised.addAll(log.believe(Group.FLOW, cured));
            raised.addAll(log.believe(Group.TIME, cured));
            raised.addAll(look(Group.NOW, iteration, sightings));
        }
        return raised;
    }

    /**
     * One look of a group of rules.
     *
     * @return findings that are believed, or graver, from now on
     */
    List<Finding> look(Group group, int iteration, List<Finding> sightings) {
        List<Finding> wanted = sightings.stream()
                .filter(finding -> wanted(finding.kind()))
                .filter(finding -> iteration != explained || finding.kind() != FindingKind.NON_FINITE)
                .map(judged)
                .toList();
        return log.look(group, iteration, wanted, cured);
    }

    /** The cause of an iteration's numbers that aren't finite was told: they aren't told again without it. */
    void explained(int iteration) {
        explained = iteration;
    }

    /** Ends findings of a group that something else than its looks has shown not to be so. */
    void refute(Group group, int iteration, Predicate<Finding> which) {
        log.refute(group, iteration, which);
    }

    /** What has ended since this was asked last. */
    List<Finding> closed() {
        return log.closed();
    }

    /** Those that hold first, then those that have ended; the gravest first, of these what is likelier to be the cause of the others. */
    List<Finding> believed() {
        return FindingLog.ordered(log.findings().stream().map(judged).toList());
    }

    /** What a resumed run needs. */
    FindingLog.State state() {
        return log.state();
    }

    void restore(FindingLog.State state) {
        log.restore(state);
    }
}
