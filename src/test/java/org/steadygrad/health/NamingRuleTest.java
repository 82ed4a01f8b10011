package org.steadygrad.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.steadygrad.runlog.Finding;
import org.steadygrad.spec.FindingKind;

class NamingRuleTest {
    private static List<Finding> look(double rows, double named, double top) {
        return NamingRule.look(
                List.of(
                        new ClassRanking(0, 1000 - rows, 1000, 1000 - named, 1000 - rows),
                        new ClassRanking(1, rows, 1000, named, top)),
                1e-4);
    }

    @Test
    void aRareClassThatIsToldApartAndNeverNamedIsTold() {
        Finding found = look(30, 0, 28).get(0);
        assertEquals(FindingKind.CLASS_IMBALANCE, found.kind());
        assertEquals(1, found.evidence().get("class"));
        assertEquals(28.0 / 30, found.evidence().get("reachable"), 1e-12);
        assertTrue(found.message().contains("0 of its 30 rows"), found.message());
    }

    /** Of the 60 likeliest rows 20 are events: a calibrated model is right to name none. */
    @Test
    void rareEventsThatNobodyCouldNameAreLeftAlone() {
        assertEquals(List.of(), look(60, 0, 20));
    }

    @Test
    void aClassThatIsNamedNowAndThenIsLeftAlone() {
        assertEquals(List.of(), look(30, 6, 28));
    }

    /** Four of four, six of eight, or eleven of twenty, may be chance. */
    @Test
    void fewRowsProveNothing() {
        assertEquals(List.of(), look(4, 0, 4));
        assertEquals(List.of(), look(8, 0, 6));
        assertEquals(List.of(), look(20, 0, 11));
    }

    /** That nearly all rows are named otherwise is about the rare class, not about the frequent one. */
    @Test
    void theLargerClassIsLeftAlone() {
        assertEquals(List.of(), NamingRule.look(List.of(new ClassRanking(0, 700, 1000, 0, 690)), 1e-4));
    }
}
