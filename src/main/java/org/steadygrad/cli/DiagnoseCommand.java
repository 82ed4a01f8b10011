package org.steadygrad.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.steadygrad.diagnose.Diagnosis;
import org.steadygrad.diagnose.Preflight;
import org.steadygrad.spec.RunSpec;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code steadygrad diagnose}. */
@Command(
        name = "diagnose",
        description = "Looks at a run before it is trained: where signal and gradient get lost or blow up, and why.",
        sortOptions = false,
        footer = {
            "",
            "@|bold Examples|@",
            "  steadygrad diagnose deep-sigmoid --set model.layers[0].stack.batchNorm=false",
            "  steadygrad diagnose mine.yaml --batches 5",
            "  steadygrad diagnose mine.yaml --json | python3 -m json.tool",
            "  steadygrad diagnose mine.yaml --cure --out runs/cured",
            "",
            "Without --cure nothing is trained and nothing is written. The exit code is 0 also when something is found.",
            "Trials start from the run's seed and see its batches; the lowest validation loss after as many steps wins."
        })
final class DiagnoseCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN", description = "A run file, or a built-in one's name.")
    private String run;

    @Option(
            names = "--batches",
            paramLabel = "N",
            description = "Batches to look at; " + Preflight.BATCHES + " by default.")
    private int batches = Preflight.BATCHES;

    @Mixin
    private RunFileOptions runFile = new RunFileOptions();

    @Mixin
    private CureOptions cure = new CureOptions();

    @Option(names = "--json", description = "Print JSON, for other programs to read.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (batches < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--batches: expected a number above 0, got " + batches + ".");
        }
        cure.check();
        RunSpec read = runFile.read(run);
        Optional<Path> folder = cure.wanted() ? Optional.of(cure.folder(read)) : Optional.empty();
        Diagnosis diagnosis = Preflight.of(read, batches);
        PrintWriter out = spec.commandLine().getOut();
        if (json && folder.isPresent()) {
            return cure.run(read, folder.get(), diagnosis.findings(), true);
        }
        if (json) {
            out.println(Json.text(diagnosis));
        } else {
            DiagnosisText text = new DiagnosisText(out, Terminal.colours(), Terminal.width());
            text.print(diagnosis);
            if (folder.isEmpty()) {
                text.next(diagnosis, arguments());
            }
        }
        out.flush();
        return folder.isPresent() ? cure.run(read, folder.get(), diagnosis.findings(), false) : ExitCode.OK;
    }

    /** What gives the same run again. */
    private String arguments() {
        StringBuilder text = new StringBuilder(run);
        runFile.changes()
                .forEach(change -> text.append(" --set ").append(change.contains(" ") ? "'" + change + "'" : change));
        return text.toString();
    }
}
