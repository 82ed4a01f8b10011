package org.steadygrad.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.steadygrad.check.Counted;
import org.steadygrad.runlog.Baseline;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.FindingGroup;
import org.steadygrad.runlog.Gain;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.runlog.Severity;

/** What a run came to, for people. */
final class ResultText {
    private ResultText() {}

    static void print(PrintWriter out, RunResult result, Path folder) {
        out.printf(
                Locale.ROOT,
                "%n%s: %s after %s (%s) in %.1f s; once warm a step takes %.3g s%n",
                result.name(),
                result.stopReason(),
                Counted.of(result.iterations(), "iteration"),
                Counted.of(result.epochs(), "epoch"),
                result.seconds(),
                result.secondsPerIteration());
        out.printf(Locale.ROOT, "  training loss  %.5g%n", result.trainLoss());
        if (!result.validation().isEmpty()) {
            String metrics = ConsoleProgress.line(result.validation());
            out.printf(Locale.ROOT, "  validation     %s (kept: iteration %d)%n", metrics, result.modelIteration());
        }
        result.baselines().best().ifPresent(best -> out.println("  guessing       " + compared(best, result.gain())));
        out.printf(
                Locale.ROOT,
                "  steps          %d clipped, %d skipped, %s%n",
                result.clippedSteps(),
                result.skippedSteps(),
                Counted.of(result.rollbacks(), "roll-back"));
        List<Finding> holding =
                result.findings().stream().filter(finding -> !finding.ended()).toList();
        if (holding.isEmpty()) {
            out.println("  health         " + withoutFindings(result));
        }
        for (FindingGroup group : FindingGroup.of(holding)) {
            out.printf(Locale.ROOT, "  %-14s %s%n", FindingText.severity(group.first(), false), group.text());
            FindingText.advice(group).forEach(advice -> out.printf(Locale.ROOT, "  %-14s %s%n", "", advice));
        }
        if (holding.stream().anyMatch(ResultText::wantsTrials)) {
            out.println("  to find out    steadygrad diagnose "
                    + FindingText.argument(folder.resolve("run.yaml").toString())
                    + " --cure  (tries this and what else may help in short runs)");
        }
        for (FindingGroup group : FindingGroup.of(
                result.findings().stream().filter(Finding::ended).toList())) {
            Finding first = group.first();
            out.printf(
                    Locale.ROOT,
                    "  %-14s %s in %s: iterations %d to %d%n",
                    "ended",
                    first.id(),
                    first.layer().isEmpty() ? "the network" : FindingGroup.named(group.layers()),
                    first.firstIteration(),
                    first.endIteration());
        }
        out.println("  written to     " + folder);
    }

    /** Whether several changes might help against what is wrong, so that only trials can tell. */
    private static boolean wantsTrials(Finding finding) {
        return finding.severity() != Severity.INFO
                && finding.prescriptions().stream()
                                .filter(cure -> !cure.changes().isEmpty())
                                .count()
                        > 1;
    }

    private static String compared(Baseline best, Gain gain) {
        if (!gain.known()) {
            return String.format(Locale.ROOT, "%s: training loss %.5g", best.name(), best.trainingLoss());
        }
        String verdict = gain.clear()
                ? "beaten"
                : gain.clearlyWorse()
                        ? "not beaten, the model is worse"
                        : gain.loss() > 0 ? "not clearly beaten" : "not beaten";
        return String.format(
                Locale.ROOT,
                "%s: validation loss %.4g, %s (difference %.2g, its standard error %.2g)",
                best.name(),
                best.validationLoss(),
                verdict,
                gain.loss(),
                gain.noise());
    }

    /** That nothing was found isn't said of a run that something happened to. */
    private static String withoutFindings(RunResult result) {
        boolean calm = result.skippedSteps() == 0 && result.rollbacks() == 0;
        if (!result.findings().isEmpty() && calm) {
            return "nothing that lasted";
        }
        if (result.iterations() > 0 && result.skippedSteps() >= result.iterations()) {
            return "no step was made, all were skipped; log and report tell why";
        }
        return calm
                ? "nothing found"
                : "the run recovered from the steps that were skipped or rolled back; log and report tell which";
    }
}
