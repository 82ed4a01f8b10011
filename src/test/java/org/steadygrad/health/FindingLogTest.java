package org.steadygrad.health;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.steadygrad.health.FindingLog.Group;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;

class FindingLogTest {
    private final FindingLog log = new FindingLog();

    private static Finding finding(FindingKind kind, Severity severity, String layer) {
        return Finding.seen(kind, severity, layer, "", Map.of());
    }

    private List<String> look(Group group, int iteration, Finding... findings) {
        return log.look(group, iteration, List.of(findings), UnaryOperator.identity()).stream()
                .map(Finding::id)
                .toList();
    }

    private List<String> ids() {
        return log.findings().stream().map(Finding::id).toList();
    }

    /** A unit that large steps have killed asks for smaller steps, not for another activation; one that was dead from the start doesn't. */
    @Test
    void whatLargeStepsHaveDoneToUnitsStandsBehindThem() {
        Finding dead = finding(FindingKind.DEAD_UNITS, Severity.ERROR, "a");
        Finding rate = finding(FindingKind.LEARNING_RATE_TOO_HIGH, Severity.WARNING, "");
        Finding plateau = finding(FindingKind.LOSS_PLATEAU, Severity.WARNING, "");
        List<Finding> spoilt = List.of(dead.seenSince(40, 9), plateau.seenSince(40, 9), rate.seenSince(50, 9));
        assertEquals(
                List.of(rate.id(), plateau.id(), dead.id()),
                FindingLog.ordered(spoilt).stream().map(Finding::id).toList());
        assertEquals(
                List.of(dead.id(), plateau.id()),
                FindingLog.ordered(spoilt.subList(0, 2)).stream()
                        .map(Finding::id)
                        .toList());
        assertEquals(
                List.of(dead.id(), rate.id()),
                FindingLog.ordered(List.of(rate.seenSince(50, 9), dead)).stream()
                        .map(Finding::id)
                        .toList());
    }

    /** As a validation does of a run that training losses said to be no better than guessing. */
    @Test
    void whatIsShownNotToBeSoEndsAtOnce() {
        Finding plateau = finding(FindingKind.LOSS_PLATEAU, Severity.WARNING, "");
        Finding spikes = finding(FindingKind.LOSS_SPIKES, Severity.WARNING, "");
        for (int i = 1; i <= 3; i++) {
            look(Group.STEPS, i, plateau, spikes);
        }
        log.refute(Group.FLOW, 4, found -> true);
        assertEquals(List.of(), log.closed());
        log.refute(Group.STEPS, 4, found -> found.kind() == FindingKind.LOSS_PLATEAU);
        assertEquals(
                List.of(plateau.id()), log.closed().stream().map(Finding::id).toList());
        assertEquals(
                List.of(0, 4),
                log.findings().stream().map(Finding::endIteration).sorted().toList());
        assertEquals(List.of(), look(Group.STEPS, 5, plateau, spikes), "it has to be believed anew");
        assertEquals(List.of(), look(Group.STEPS, 6, plateau, spikes));
        assertEquals(List.of(plateau.id()), look(Group.STEPS, 7, plateau, spikes));
    }

    @Test
    void threeLooksInARowAreBelieved() {
        Finding dead = finding(FindingKind.DEAD_UNITS, Severity.WARNING, "a");
        assertEquals(List.of(), look(Group.FLOW, 1, dead));
        assertEquals(List.of(), look(Group.FLOW, 2, dead));
        assertEquals(List.of(), look(Group.FLOW, 3));
        assertEquals(List.of(), look(Group.FLOW, 4, dead, dead, dead));
        assertEquals(List.of(), look(Group.FLOW, 5, dead));
        assertEquals(List.of(), look(Group.STEPS, 5));
        assertEquals(List.of("dead-units"), look(Group.FLOW, 6, dead));
        assertEquals(4, log.findings().get(0).firstIteration());
    }

    /** The weakest layer of a deep stack is another one at each look; the gradient vanishes all the same. */
    @Test
    void aGradientThatVanishesElsewhereAtEachLookIsOneFinding() {
        assertEquals(
                List.of(), look(Group.FLOW, 1, finding(FindingKind.VANISHING_GRADIENT, Severity.ERROR, "stack1-1")));
        assertEquals(
                List.of(), look(Group.FLOW, 2, finding(FindingKind.VANISHING_GRADIENT, Severity.ERROR, "stack1-10")));
        assertEquals(
                List.of("vanishing-gradient"),
                look(Group.FLOW, 3, finding(FindingKind.VANISHING_GRADIENT, Severity.ERROR, "stack1-4")));
        look(Group.FLOW, 4, finding(FindingKind.VANISHING_GRADIENT, Severity.ERROR, "stack1-7"));
        assertEquals(1, log.findings().size());
        assertEquals("stack1-1", log.findings().get(0).layer());
        assertEquals(4, log.findings().get(0).count());
    }

    /** With the first look that doesn't see it any more; one look without it in between is none. */
    @Test
    void whatIsNotSeenAtThreeLooksHasEnded() {
        Finding dead = finding(FindingKind.DEAD_UNITS, Severity.WARNING, "a");
        for (int i = 1; i <= 3; i++) {
            look(Group.FLOW, i, dead);
        }
        look(Group.FLOW, 4);
        look(Group.FLOW, 5, dead);
        look(Group.FLOW, 6);
        look(Group.FLOW, 7);
        look(Group.STEPS, 8);
        assertEquals(List.of(), log.closed());
        look(Group.FLOW, 9);
        List<Finding> closed = log.closed();
        assertEquals(1, closed.size());
        assertEquals(6, closed.get(0).endIteration());
        assertEquals(1, closed.get(0).firstIteration());
        assertEquals(closed, log.findings());
        assertEquals(List.of(), log.closed(), "told once");
        // what holds comes first, however mild
        look(Group.NOW, 10, finding(FindingKind.CLIP_NEVER, Severity.INFO, ""));
        assertEquals(List.of("clip-never", "dead-units"), ids());
        // it has to be believed anew
        assertEquals(List.of(), look(Group.FLOW, 11, dead));
        assertEquals(List.of(), look(Group.FLOW, 12, dead));
        assertEquals(List.of("dead-units"), look(Group.FLOW, 13, dead));
        assertEquals(11, log.findings().get(0).firstIteration());
        assertEquals(0, log.findings().get(0).endIteration());
    }

    @Test
    void whatIsBeyondDoubtStays() {
        look(Group.NOW, 1, finding(FindingKind.NON_FINITE, Severity.ERROR, ""));
        look(Group.START, 1, finding(FindingKind.POOR_INITIALISATION, Severity.WARNING, ""));
        for (int i = 2; i < 9; i++) {
            look(Group.NOW, i);
            look(Group.START, i);
        }
        assertEquals(List.of(), log.closed());
        assertEquals(2, log.findings().stream().filter(f -> !f.ended()).count());
    }

    /** The looks without it go on counting in a resumed run; checkpoints of early versions don't know of them. */
    @Test
    void absencesAreSaved() {
        Finding dead = finding(FindingKind.DEAD_UNITS, Severity.WARNING, "a");
        for (int i = 1; i <= 3; i++) {
            look(Group.FLOW, i, dead);
        }
        look(Group.FLOW, 4);
        look(Group.FLOW, 5);
        FindingLog resumed = new FindingLog();
        resumed.restore(log.state());
        resumed.look(Group.FLOW, 6, List.of(), UnaryOperator.identity());
        assertEquals(4, resumed.closed().get(0).endIteration());
        FindingLog early = new FindingLog();
        early.restore(new FindingLog.State(Map.of(), log.state().believed(), null));
        early.look(Group.FLOW, 6, List.of(), UnaryOperator.identity());
        assertEquals(List.of(), early.closed());
        assertEquals(1, early.findings().size());
    }

    @Test
    void whatGetsGraverIsRaisedAgainButNotWhatGetsMilder() {
        Finding mild = finding(FindingKind.CLIP_ALWAYS, Severity.INFO, "");
        Finding grave = finding(FindingKind.CLIP_ALWAYS, Severity.WARNING, "");
        assertEquals(List.of("clip-always"), look(Group.NOW, 1, mild));
        assertEquals(List.of("clip-always"), look(Group.NOW, 2, grave));
        assertEquals(List.of(), look(Group.NOW, 3, grave));
        assertEquals(List.of(), look(Group.NOW, 4, mild));
        assertEquals(Severity.INFO, log.findings().get(0).severity());
        assertEquals(4, log.findings().get(0).count());
    }

    @Test
    void theCauseComesFirst() {
        List<FindingKind> effects = new ArrayList<>(List.of(FindingKind.values()));
        for (FindingKind kind :
                effects.stream().sorted((a, b) -> b.compareTo(a)).toList()) {
            look(Group.NOW, 1, finding(kind, Severity.ERROR, ""));
        }
        assertEquals(FindingKind.ids(), ids());
    }

    @Test
    void severityGoesBeforeRank() {
        look(Group.NOW, 1, finding(FindingKind.CONSTANT_INPUT, Severity.WARNING, ""));
        look(Group.NOW, 9, finding(FindingKind.NON_FINITE, Severity.ERROR, ""));
        assertEquals(List.of("non-finite", "constant-input"), ids());
    }

    @Test
    void aFlowThatTheStepsSpoiltIsAConsequence() {
        look(Group.NOW, 50, finding(FindingKind.VANISHING_GRADIENT, Severity.ERROR, "late"));
        look(Group.NOW, 60, finding(FindingKind.LEARNING_RATE_TOO_HIGH, Severity.ERROR, ""));
        assertEquals(List.of("learning-rate-too-high", "vanishing-gradient"), ids());
        look(Group.NOW, 1, finding(FindingKind.EXPLODING_GRADIENT, Severity.ERROR, "early"));
        assertEquals(List.of("exploding-gradient", "learning-rate-too-high", "vanishing-gradient"), ids());
    }

    @Test
    void whatWasSeenLastCanBeBelievedAtOnce() {
        look(Group.TIME, 1, finding(FindingKind.EXPLODING_THROUGH_TIME, Severity.ERROR, "rnn"));
        log.believe(Group.FLOW, UnaryOperator.identity());
        assertEquals(List.of(), ids());
        log.believe(Group.TIME, UnaryOperator.identity());
        assertEquals(List.of("exploding-through-time"), ids());
    }
}
