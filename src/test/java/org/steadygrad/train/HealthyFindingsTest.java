package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;

/** In a healthy run, restless as its losses may be, nothing is warned of, and no cure is tried. */
class HealthyFindingsTest {
    @TempDir
    Path folder;

    private DynamicTest check(DetectionCase healthy) {
        return DynamicTest.dynamicTest(healthy.name(), () -> {
            RunResult result = healthy.train();
            assertTrue(result.completed(), result.stopReason());
            assertEquals(
                    List.of(),
                    result.findings().stream()
                            .filter(finding -> finding.severity() != Severity.INFO)
                            // training losses may say that guessing is as good until a validation tells more
                            .filter(finding ->
                                    finding.kind() != FindingKind.LOSS_PLATEAU || finding.endIteration() == 0)
                            // recurrent weights of sequences of one step are never used
                            .filter(finding -> finding.kind() != FindingKind.UNCHANGING_PARAMETER)
                            .map(finding -> finding.id() + ": " + finding.message())
                            .toList());
            assertEquals(List.of(), result.cures());
        });
    }

    @TestFactory
    Stream<DynamicTest> generated() {
        return IntStream.range(0, 2 * GeneratedRuns.COUNT).mapToObj(seed -> check(GeneratedRuns.of(seed, folder)));
    }

    @TestFactory
    @Tag("slow")
    Stream<DynamicTest> manyGenerated() {
        return IntStream.range(2 * GeneratedRuns.COUNT, 8 * GeneratedRuns.COUNT)
                .mapToObj(seed -> check(GeneratedRuns.of(seed, folder)));
    }
}
