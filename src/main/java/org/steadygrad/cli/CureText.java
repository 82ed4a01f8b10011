package org.steadygrad.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.steadygrad.check.Counted;
import org.steadygrad.diagnose.Cure;
import org.steadygrad.diagnose.CureFiles;
import org.steadygrad.diagnose.Trial;
import org.steadygrad.diagnose.TrialPlan;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.RunSpec;

/** Trials of prescriptions for people: a row as soon as a trial is over, then what was proved. */
final class CureText {
    private static final String ROW = "  %-50s %5s %14s %9s %10s %7s  %s%n";

    private final PrintWriter out;
    private boolean searching;

    CureText(PrintWriter out) {
        this.out = out;
    }

    void plan(RunSpec run, TrialPlan plan) {
        out.printf(
                Locale.ROOT,
                "%nTrials of %s: the same seed (%d), the same batches, the same validation data. At most %d trials of"
                        + " %d steps",
                run.name(),
                run.seed(),
                1 + TrialPlan.SINGLES + TrialPlan.COMBINATIONS,
                plan.steps());
        out.printf(Locale.ROOT, ", then at most %d runs of %d", plan.mostConfirmations(), plan.fullSteps());
        out.printf(
                Locale.ROOT,
                ": %,d steps; no new trial after %s minutes.%n%n",
                plan.mostSteps(),
                Finding.number(plan.minutes()));
        out.printf(ROW, "", "", "gradient at", "training", "validation", "ms per", "");
        out.printf(ROW, "what", "steps", "first layer *", "loss", "loss", "step", "findings left");
        out.flush();
    }

    void trial(Trial trial) {
        String findings = Stream.of(
                        count(trial.count(Severity.ERROR), "error"), count(trial.count(Severity.WARNING), "warning"))
                .filter(words -> !words.isEmpty())
                .collect(Collectors.joining(", "));
        boolean original = trial.changes().isEmpty();
        if (original && searching) {
            out.println();
        }
        searching |= original;
        String[] parts = trial.name().split(" \\+ ", -1);
        for (int i = 0; i < parts.length - 1; i++) {
            out.println("  " + (i == 0 ? "" : "+ ") + parts[i]);
        }
        out.printf(
                Locale.ROOT,
                ROW,
                (parts.length == 1 ? "" : "+ ") + parts[parts.length - 1],
                trial.steps(),
                trial.flow().words(),
                loss(trial.trainingLoss()),
                loss(trial.validationLoss()),
                Finding.number(1e3 * trial.secondsPerStep()),
                findings.isEmpty() ? "-" : findings);
        out.flush();
    }

    private static String count(long count, String word) {
        return count == 0 ? "" : Counted.of(count, word);
    }

    private static String loss(double loss) {
        return Double.isFinite(loss) ? String.format(Locale.ROOT, "%.4g", loss) : "failed";
    }

    /**
     * @param folder where the files were written
     * @param trained whether the cured run is trained right away
     */
    void outcome(RunSpec run, Cure cure, Path folder, boolean trained) {
        out.println(
                "  * norm of its output's gradient as a share of the last layer's; with recurrent layers, how far the"
                        + " gradient reaches back");
        if (cure.trials().stream()
                .anyMatch(trial -> trial.otherScale(cure.trials().get(0)))) {
            out.println(
                    "  where the number that is to be predicted is scaled, losses are compared as shares of that of guessing");
        }
        cure.notTried().forEach(left -> out.println("  not tried: " + left));
        cure.rejected().forEach(left -> out.println("  rejected: " + left));
        out.println();
        if (cure.outcome().isEmpty()) {
            out.println(nothing(cure));
            out.flush();
            return;
        }
        Trial before = cure.outcome().get().before();
        Trial after = cure.outcome().get().after();
        out.printf(Locale.ROOT, "Best: %s.%n", after.name());
        out.println(why(before, after));
        out.println();
        out.print(CureFiles.diff(run, cure.outcome().get().run()));
        out.println();
        out.println("Written to " + folder + ": run.yaml, cure.diff and cure.json.");
        if (!trained) {
            String place = FindingText.argument(folder.toString());
            String file = FindingText.argument(folder.resolve("run.yaml").toString());
            out.println("Train it with: steadygrad train " + file + " --out " + place);
        }
        out.flush();
    }

    private static String nothing(Cure cure) {
        if (!cure.stopped().isEmpty()) {
            return "Stopped: " + cure.stopped() + ". Nothing was written.";
        }
        boolean healthy = cure.trials().size() == 1 && cure.notTried().isEmpty();
        return healthy
                ? "Nothing to cure: no finding that a change of the run file could help. Nothing was written."
                : "Nothing that was tried does better than the run as it is. Nothing was written.";
    }

    private static String times(double ratio) {
        return ratio < 100 ? Finding.number(ratio) : String.format(Locale.ROOT, "%,.0f", ratio);
    }

    private static String why(Trial before, Trial after) {
        String loss = after.otherScale(before) ? shares(before, after) : losses(before, after);
        return "It has a " + loss + "; the gradient went from " + before.flow().words() + " to "
                + after.flow().words() + ". A step takes "
                + Finding.number(after.secondsPerStep() / before.secondsPerStep()) + " times as long.";
    }

    private static String shares(Trial before, Trial after) {
        return String.format(
                Locale.ROOT,
                "validation loss of %.3g %% of that of guessing after %d steps, where the run as it is has %.3g %%",
                100 * after.validationLoss() / after.guessing(),
                after.steps(),
                100 * before.validationLoss() / before.guessing());
    }

    private static String losses(Trial before, Trial after) {
        return Double.isFinite(before.validationLoss())
                ? String.format(
                        Locale.ROOT,
                        "validation loss %.4g after %d steps, where the run as it is has %.4g (%s times as much)",
                        after.validationLoss(),
                        after.steps(),
                        before.validationLoss(),
                        times(before.validationLoss() / after.validationLoss()))
                : String.format(
                        Locale.ROOT,
                        "validation loss %.4g after %d steps, where the run as it is fails",
                        after.validationLoss(),
                        after.steps());
    }
}
