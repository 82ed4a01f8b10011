package org.steadygrad.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;
import org.steadygrad.health.Finding;
import org.steadygrad.health.Prescription;
import org.steadygrad.train.RunResult;

/** What a run came to, for people. */
final class ResultText {
    private static final int MOST_CHANGES = 4;

    private ResultText() {}

    static void print(PrintWriter out, RunResult result, Path folder) {
        out.printf(
                Locale.ROOT,
                "%n%s: %s after %d iterations (%d epochs) in %.1f s, %.3g s each%n",
                result.name(),
                result.stopReason(),
                result.iterations(),
                result.epochs(),
                result.seconds(),
                result.secondsPerIteration());
        out.printf(Locale.ROOT, "  training loss  %.5g%n", result.trainLoss());
        if (!result.validation().isEmpty()) {
            String metrics = ConsoleProgress.line(result.validation());
            out.printf(Locale.ROOT, "  validation     %s (kept: iteration %d)%n", metrics, result.modelIteration());
        }
        out.printf(
                Locale.ROOT,
                "  steps          %d clipped, %d skipped, %d roll-backs%n",
                result.clippedSteps(),
                result.skippedSteps(),
                result.rollbacks());
        if (result.findings().isEmpty()) {
            out.println("  health         nothing found");
        }
        for (Finding finding : result.findings()) {
            String severity = finding.severity().name().toLowerCase(Locale.ROOT);
            out.printf(Locale.ROOT, "  %-14s %s%n", severity, finding.message());
            finding.prescriptions().stream().findFirst().ifPresent(cure -> out.printf("  %-14s %s%n", "", advice(cure)));
        }
        out.println("  written to     " + folder);
    }

    /** A prescription as it can be typed; in words where it lies outside the run file. */
    private static String advice(Prescription cure) {
        if (cure.changes().isEmpty()) {
            return "try: " + cure.title();
        }
        if (cure.changes().size() > MOST_CHANGES) {
            return "try: " + cure.title() + " (" + cure.changes().size() + " changes, which diagnose --cure makes)";
        }
        return "try: "
                + cure.changes().stream()
                        .map(change -> "--set " + (change.matches("[A-Za-z0-9.=_-]+") ? change : "'" + change + "'"))
                        .collect(Collectors.joining(" "));
    }
}
