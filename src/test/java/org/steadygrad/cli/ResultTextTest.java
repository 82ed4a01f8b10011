package org.steadygrad.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.steadygrad.runlog.Baselines;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Gain;
import org.steadygrad.runlog.HealthSummary;
import org.steadygrad.runlog.Prescription;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;

/** What a run's end says of its health where nothing is found wrong. */
class ResultTextTest {
    private static String text(int skipped, int rollbacks) {
        return text(skipped, rollbacks, List.of());
    }

    private static String text(int skipped, int rollbacks, List<Finding> findings) {
        HealthSummary health =
                new HealthSummary(10, 1, skipped, 1, OptionalDouble.empty(), List.of(), Map.of(), List.of());
        RunResult result = new RunResult(
                "run",
                "cpu",
                "device",
                "float32",
                5,
                1,
                10,
                1,
                1,
                0.1,
                0.5,
                Map.of(),
                10,
                Baselines.NONE,
                Gain.UNKNOWN,
                "all epochs done",
                true,
                skipped,
                0,
                rollbacks,
                List.of(),
                findings,
                health);
        StringWriter out = new StringWriter();
        ResultText.print(new PrintWriter(out, true), result, Path.of("runs/run"));
        return out.toString();
    }

    @Test
    void onlyACalmRunSaysNothingFound() {
        assertTrue(text(0, 0).contains("health         nothing found"));
        for (String recovered : List.of(text(1, 0), text(0, 1), text(3, 2))) {
            assertFalse(recovered.contains("nothing found"), recovered);
            assertTrue(recovered.contains("health         the run recovered from the steps"), recovered);
        }
    }

    @Test
    void aRunWithoutAStepHasNotRecovered() {
        assertTrue(text(10, 0).contains("health         no step was made, all were skipped"));
    }

    /** Of a single change there is nothing to find out, and of what is for information nothing to cure. */
    @Test
    void whereSeveralChangesMightHelpTheCommandThatTriesThemIsNamed() {
        String command = "steadygrad diagnose runs/run/run.yaml --cure";
        assertTrue(text(0, 0, List.of(finding(Severity.WARNING, 2))).contains(command));
        assertFalse(text(0, 0, List.of(finding(Severity.WARNING, 1))).contains(command));
        assertFalse(text(0, 0, List.of(finding(Severity.INFO, 2))).contains(command));
    }

    private static Finding finding(Severity severity, int cures) {
        return Finding.seen(FindingKind.LOSS_PLATEAU, severity, "", "It stays.", Map.of())
                .with(Stream.generate(() -> new Prescription("l2 0", List.of("training.l2=0"), "", ""))
                        .limit(cures)
                        .toList());
    }
}
