package org.steadygrad.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.model.AtomicFile;
import org.steadygrad.report.ReportPage;
import org.steadygrad.report.RunReader;
import org.steadygrad.report.RunView;
import org.steadygrad.train.Runs;
import org.steadygrad.train.StopSignal;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code steadygrad demo}. */
@Command(
        name = "demo",
        description = "Trains five small networks in a few minutes: gradients that vanish and explode, and the cures.",
        sortOptions = false,
        footer = {
            "",
            "Needs no data. Every run is written to a folder of its own below --out, with its run file and a report:",
            "change the run file and train it again. A report on all of them together stands beside.",
            "",
            "@|bold Example|@",
            "  steadygrad demo --out runs/demo"
        })
final class DemoCommand implements Callable<Integer> {
    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            description =
                    "Where the runs' folders are written; by default runs/demo, or runs/demo-2, ... when that is used.")
    private Path out;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter output = spec.commandLine().getOut();
        StopSignal stop = new StopSignal();
        Interrupts.stopOnSignal(stop, spec.commandLine().getErr());
        Path folder = out == null ? firstUnused() : out;
        checkUnused(folder);
        List<DemoOutcome> outcomes = new ArrayList<>();
        for (DemoPart part : DemoPart.ALL) {
            output.printf(
                    Locale.ROOT,
                    "[%d/%d] %s ...%n",
                    outcomes.size() + 1,
                    DemoPart.ALL.size(),
                    part.title().strip());
            output.flush();
            DemoOutcome outcome = new DemoOutcome(part);
            Runs.train(part.run(), new Runs.Options(folder.resolve(part.name()), false, outcome, stop));
            outcomes.add(outcome);
            if (stop.requested().isPresent()) {
                return Interrupts.EXIT_CODE;
            }
        }
        output.println();
        output.print(DemoOutcome.header());
        outcomes.forEach(outcome -> output.print(outcome.row()));
        output.println("* of its output, as a share of the last layer's, at the end of the run");
        output.println();
        output.println("Folders with run file, metrics, health, checkpoints, model and report: " + folder);
        output.println("What happened, run beside run, to open in a browser: " + report(folder));
        output.flush();
        return ExitCode.OK;
    }

    private static Path report(Path folder) throws IOException {
        List<RunView> runs = DemoPart.ALL.stream()
                .map(part -> RunReader.read(folder.resolve(part.name())))
                .toList();
        byte[] page = ReportPage.html(runs).getBytes(StandardCharsets.UTF_8);
        Path file = folder.resolve("report.html");
        AtomicFile.write(file, out -> out.write(page));
        return file;
    }

    private static Path firstUnused() {
        Path folder = Path.of("runs", "demo");
        for (int number = 2; Files.exists(folder); number++) {
            folder = Path.of("runs", "demo-" + number);
        }
        return folder;
    }

    private static void checkUnused(Path folder) {
        if (Files.exists(folder)) {
            throw InvalidInputException.of(
                    "demo", "a folder that isn't there yet", folder.toString(), "Remove it, or choose another one.");
        }
    }
}
