package org.steadygrad.runlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.steadygrad.check.InvalidInputException;

class FindingGroupTest {
    private static Finding finding(String id, Severity severity, String layer, String... changes) {
        List<Prescription> cures =
                changes.length == 0 ? List.of() : List.of(new Prescription("cure", List.of(changes), "it helps", ""));
        return new Finding(id, severity, layer, 20, 3, "It is so in " + layer + ".", Map.of(), cures);
    }

    private static List<Finding> dead(int layers) {
        return IntStream.rangeClosed(1, layers)
                .mapToObj(i -> finding("dead-units", Severity.WARNING, "l" + i))
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 | It is so in l1.",
                "3 | It is so in l1. Also in l2, l3.",
                "5 | It is so in l1. Also in l2, l3, l4, l5.",
                "7 | It is so in l1. Also in l2, l3, l4, l5 and 2 more.",
                "33 | It is so in l1. Also in l2, l3, l4, l5 and 28 more."
            })
    void theFirstSpeaksForAll(int layers, String text) {
        List<FindingGroup> groups = FindingGroup.of(dead(layers));
        assertEquals(1, groups.size());
        assertEquals(text, groups.get(0).text());
        assertEquals(dead(layers), groups.get(0).findings());
    }

    @Test
    void kindsSeveritiesAndTheWholeNetworkStayApart() {
        List<Finding> findings = List.of(
                finding("non-finite", Severity.ERROR, "b"),
                finding("dead-units", Severity.ERROR, "b"),
                finding("non-finite", Severity.ERROR, ""),
                finding("dead-units", Severity.WARNING, "a"),
                finding("saturation", Severity.WARNING, "a"),
                finding("dead-units", Severity.WARNING, "c"),
                finding("non-finite", Severity.ERROR, ""));
        List<List<String>> layers =
                FindingGroup.of(findings).stream().map(FindingGroup::layers).toList();
        assertEquals(
                List.of(List.of("b"), List.of("b"), List.of(""), List.of("a", "c"), List.of("a"), List.of("")), layers);
        assertEquals(List.of(), FindingGroup.of(List.of()));
        assertThrows(InvalidInputException.class, () -> new FindingGroup(List.of()));
    }

    @Test
    void adviceIsToldOnceWhereItIsTheSame() {
        List<Finding> findings = List.of(
                finding("dead-units", Severity.WARNING, "a", "x=1", "y=2"),
                finding("dead-units", Severity.WARNING, "b", "x=1", "y=2"),
                finding("dead-units", Severity.WARNING, "c"),
                finding("dead-units", Severity.WARNING, "d", "x=3"),
                finding("dead-units", Severity.WARNING, "e", "x=1", "y=2"));
        FindingGroup group = FindingGroup.of(findings).get(0);
        assertEquals(List.of(findings.get(0), findings.get(3)), group.advised());
    }

    @Test
    void theSummaryHasOneLineForEachGroup() {
        List<Finding> findings = new ArrayList<>(dead(7));
        findings.add(finding("loss-plateau", Severity.WARNING, ""));
        HealthSummary summary = new HealthSummary(60, 6, 0, 1, OptionalDouble.empty(), List.of(), Map.of(), findings);
        assertEquals(
                List.of(
                        "WARNING dead-units (seen 3 times, first at iteration 20): It is so in l1. Also in l2, l3, l4, l5"
                                + " and 2 more.",
                        "WARNING loss-plateau (seen 3 times, first at iteration 20): It is so in ."),
                summary.text().lines().skip(1).toList());
        assertEquals(8, summary.findings().size());
    }
}
