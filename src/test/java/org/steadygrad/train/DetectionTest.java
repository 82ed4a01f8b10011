package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;

/**
 * Sick runs, each in one way, in which the right finding must come first, and healthy ones, in which nothing may be called
 * an error. All of them are real trainings.
 */
class DetectionTest {
    private static final Path DOCS = Path.of("src/docs/health.md");
    private static final String BEGIN = "<!-- detection table: begin -->\n";
    private static final String END = "<!-- detection table: end -->";
    private static final String UPDATE = "mvn -Dtest=DetectionTest -Ddocs.update=true test";

    @TempDir
    Path folder;

    static List<DetectionCase> sick() {
        return Stream.of(SickData.cases(), SickNetworks.layers(), SickNetworks.time(), SickSteps.cases())
                .flatMap(List::stream)
                .toList();
    }

    @TestFactory
    Stream<DynamicTest> theRightFindingComesFirst() {
        return sick().stream()
                .map(sick -> DynamicTest.dynamicTest(sick.name(), () -> {
                    List<Finding> findings = sick.train().findings();
                    assertFalse(findings.isEmpty(), "nothing was found");
                    assertEquals(sick.first().orElseThrow(), findings.get(0).kind(), () -> text(findings));
                }));
    }

    @TestFactory
    Stream<DynamicTest> healthyRunsHaveNoError() throws IOException {
        return checks(HealthyRuns.quick(ExampleFiles.write(folder)));
    }

    @TestFactory
    @Tag("slow")
    Stream<DynamicTest> healthyRunsHaveNoErrorWithOtherSeeds() throws IOException {
        return checks(HealthyRuns.lengthy(ExampleFiles.write(folder)));
    }

    private static Stream<DynamicTest> checks(List<DetectionCase> healthy) {
        return healthy.stream()
                .map(run -> DynamicTest.dynamicTest(run.name(), () -> {
                    List<Finding> findings = run.train().findings();
                    assertTrue(findings.stream().noneMatch(f -> f.severity() == Severity.ERROR), () -> text(findings));
                }));
    }

    private static String text(List<Finding> findings) {
        StringBuilder text = new StringBuilder();
        findings.forEach(f -> text.append(f.severity() + " " + f.id() + " " + f.layer() + ": " + f.message() + "\n"));
        return text.toString();
    }

    @Test
    void thereAreEnoughCasesAndTheDocsHoldThem() throws IOException {
        List<DetectionCase> healthy = new ArrayList<>(HealthyRuns.quick(Map.of()));
        healthy.addAll(HealthyRuns.lengthy(Map.of()));
        List<DetectionCase> sick = sick();
        assertTrue(healthy.size() >= 12 && sick.size() >= 24, healthy.size() + " healthy, " + sick.size() + " sick");
        String docs = Files.readString(DOCS).replace("\r\n", "\n");
        int begin = docs.indexOf(BEGIN);
        int end = docs.indexOf(END);
        assertTrue(begin >= 0 && end > begin, DOCS + " lacks the lines " + BEGIN + " and " + END);
        String expected = "\n" + DetectionTable.markdown(healthy, sick) + "\n";
        if (Boolean.getBoolean("docs.update")) {
            Files.writeString(DOCS, docs.substring(0, begin + BEGIN.length()) + expected + docs.substring(end));
            return;
        }
        assertEquals(
                expected,
                docs.substring(begin + BEGIN.length(), end),
                "The tables in " + DOCS + " differ from the cases; renew them with: " + UPDATE);
    }
}
