package org.steadygrad.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.DataSources;
import org.steadygrad.diagnose.Cure;
import org.steadygrad.diagnose.CureFiles;
import org.steadygrad.diagnose.CureSearch;
import org.steadygrad.diagnose.TrialPlan;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.train.Runs;
import org.steadygrad.train.StopSignal;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options of {@code diagnose} that try cures, and what they do. */
final class CureOptions {
    @Option(
            names = "--cure",
            description =
                    "Try what is prescribed in short trials, alone and together, and write the run file that does best.")
    private boolean cure;

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            description = "Where --cure writes run.yaml, cure.diff and cure.json; runs/NAME-cured by default.")
    private Path out;

    @Option(names = "--apply", description = "With --cure: train the cured run into the folder right away.")
    private boolean apply;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "With --cure: steps of each trial; a quarter of the run, from 150 to 300, by default.")
    private Integer steps;

    @Option(
            names = "--minutes",
            paramLabel = "M",
            description = "With --cure: minutes after which no further trial is started; 30 by default.")
    private Double minutes;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    boolean wanted() {
        return cure;
    }

    /** Complains about what means nothing together, before any time is spent. */
    void check() {
        if (!cure && (out != null || apply || steps != null || minutes != null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--out, --apply, --steps and --minutes go with --cure; add it, or leave them out.");
        }
        if (steps != null && steps < 1) {
            throw new ParameterException(spec.commandLine(), "--steps: expected a number above 0, got " + steps + ".");
        }
        if (minutes != null && !(minutes > 0)) {
            throw new ParameterException(
                    spec.commandLine(), "--minutes: expected a number above 0, got " + minutes + ".");
        }
    }

    /** The folder, checked to be free. */
    Path folder(RunSpec run) {
        Path folder = out != null ? out : Path.of("runs", run.name() + "-cured");
        CureFiles.checkUnused(folder);
        return folder;
    }

    /**
     * Searches, reports, writes, and trains when asked to.
     *
     * @param known findings from before the first step
     * @param json whether standard output is for other programs
     * @return the command's exit code
     */
    int run(RunSpec run, Path folder, List<Finding> known, boolean json) {
        PrintWriter output = spec.commandLine().getOut();
        PrintWriter error = spec.commandLine().getErr();
        StopSignal stop = new StopSignal();
        Interrupts.stopOnSignal(stop, error, "Stopping after this step.");
        DataSource data = DataSources.open(run.data(), run.training().batch(), run.seed());
        TrialPlan plan = TrialPlan.of(
                Runs.plannedUpdates(run, data),
                steps == null ? 0 : steps,
                minutes == null ? TrialPlan.MINUTES : minutes);
        CureText text = new CureText(json ? error : output);
        text.plan(run, plan);
        Cure found = new CureSearch(run, data, plan, stop, text::trial).run(known);
        if (found.outcome().isPresent()) {
            CureFiles.write(folder, run, found);
        }
        text.outcome(run, found, folder, apply);
        if (json) {
            output.println(Json.text(found));
            output.flush();
        }
        if (stop.requested().isPresent()) {
            return Interrupts.EXIT_CODE;
        }
        return apply && found.outcome().isPresent()
                ? train(found.outcome().get().run(), folder, stop, json ? error : output)
                : ExitCode.OK;
    }

    private int train(RunSpec cured, Path folder, StopSignal stop, PrintWriter output) {
        RunResult result;
        try (ConsoleProgress progress =
                new ConsoleProgress(spec.commandLine().getErr(), Screen.errors(), System::nanoTime)) {
            result = Runs.train(cured, new Runs.Options(folder, false, progress, stop));
        }
        ResultText.print(output, result, folder);
        output.flush();
        if (stop.requested().isPresent() && !result.completed()) {
            Interrupts.sayHowToGoOn(spec.commandLine().getErr(), folder);
            return Interrupts.EXIT_CODE;
        }
        return result.completed() ? ExitCode.OK : ExitCode.SOFTWARE;
    }
}
