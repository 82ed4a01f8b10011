package org.steadygrad.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.steadygrad.live.LivePage;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunFolder;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.runlog.RunLock;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;
import org.steadygrad.train.Runs;
import org.steadygrad.train.StopSignal;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code steadygrad train}. */
@Command(
        name = "train",
        description = "Trains what a run file says, and writes metrics, checkpoints and the model to the run's folder.",
        sortOptions = false,
        footer = {
            "",
            "@|bold Examples|@",
            "  steadygrad train adding-gru",
            "  steadygrad train char-gru --set data.path=book.txt --out runs/book",
            "  steadygrad train mine.yaml --set training.clip=none --engine dl4j",
            "  steadygrad train --resume --out runs/book",
            "  steadygrad train adding-gru --live --tensorboard events/adding",
            "",
            "Ctrl-C stops with a checkpoint (exit code 130); --resume continues to the numbers of an uninterrupted"
                    + " run.",
            "The kept model is the best by validation loss. Built-in run files: steadygrad examples."
        })
final class TrainCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "RUN",
            description = "A run file, or a built-in one's name. May be left out with --resume --out FOLDER.")
    private String run;

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            description = "The run's folder; by default runs/NAME, or runs/NAME-2 and so on when there is a run in it.")
    private Path out;

    @Option(
            names = "--force",
            description = "Begin anew in a folder that holds a run, which is removed when the new one begins.")
    private boolean force;

    @Option(names = "--resume", description = "Continue from the newest checkpoint in the run's folder.")
    private boolean resume;

    @Mixin
    private RunFileOptions runFile = new RunFileOptions();

    @Option(
            names = "--tensorboard",
            paramLabel = "FOLDER",
            description = "Also write TensorBoard's event files: scalars, histograms, findings.")
    private Path tensorBoard;

    @Mixin
    private LiveOptions live = new LiveOptions();

    @Option(names = "--quiet", description = "Print errors only.")
    private boolean quiet;

    @Option(
            names = "--json",
            description = "Print the result as JSON on standard output, and progress as JSON lines on standard error.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    /** Whether steps are made, so that there is something to keep. */
    private boolean begun;

    /** The earlier run whose folder this one takes, if there was one. */
    private volatile Optional<NewFolder.Former> replaced = Optional.empty();

    @Override
    public Integer call() {
        RunSpec runSpec = read();
        Path folder = folder(runSpec);
        StopSignal stop = new StopSignal();
        PrintWriter err = spec.commandLine().getErr();
        Interrupts.stopOnSignal(stop, err, Interrupts.AFTER_STEP, this::abandon);
        RunResult result = force ? trainAnew(runSpec, folder, stop, err) : train(runSpec, folder, stop, err);
        PrintWriter output = spec.commandLine().getOut();
        if (json) {
            output.println(Json.text(result));
        } else if (!quiet) {
            ResultText.print(output, result, folder);
        }
        output.flush();
        if (stop.requested().isPresent() && !result.completed()) {
            Interrupts.sayHowToGoOn(err, folder);
            return Interrupts.EXIT_CODE;
        }
        boolean shown = hasPage(folder, err);
        return result.completed() && shown ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    /** Reading data and building a model can take long, and nothing of it could be kept. */
    private synchronized boolean abandon() {
        if (begun) {
            return false;
        }
        replaced.ifPresent(NewFolder.Former::close);
        return true;
    }

    private synchronized void begin() {
        begun = true;
    }

    private Path folder(RunSpec runSpec) {
        if (force && resume) {
            throw new ParameterException(
                    spec.commandLine(), "--force begins anew and --resume goes on; give one of them.");
        }
        Path named = Path.of("runs", runSpec.name());
        return out != null ? out : resume ? NewFolder.last(named) : force ? named : NewFolder.free(named);
    }

    private RunResult trainAnew(RunSpec runSpec, Path folder, StopSignal stop, PrintWriter err) {
        try (RunLock lock = RunLock.take(folder);
                NewFolder.Former former = NewFolder.setAside(folder)) {
            replaced = Optional.of(former);
            return train(runSpec, folder, stop, err);
        }
    }

    /** Training went well without its page, but whoever looks for it must be told, however quiet the run was to be. */
    private static boolean hasPage(Path folder, PrintWriter err) {
        RunFolder files = RunFolder.of(folder);
        boolean missing = Files.exists(files.metrics()) && !writtenAfter(files.report(), files.metrics());
        if (missing) {
            err.println("Error: " + files.report() + " could not be written, though the run is complete and"
                    + " its model saved. 'steadygrad report " + folder + " --debug' tells why.");
            err.flush();
        }
        return !missing;
    }

    /** A page of an earlier part of the run, or a folder in its place, is none. */
    private static boolean writtenAfter(Path page, Path metrics) {
        try {
            return Files.isRegularFile(page)
                    && Files.getLastModifiedTime(page).compareTo(Files.getLastModifiedTime(metrics)) >= 0;
        } catch (IOException e) {
            return false;
        }
    }

    private RunResult train(RunSpec runSpec, Path folder, StopSignal stop, PrintWriter err) {
        String written = RunFiles.write(runSpec);
        Watchers.Telling telling =
                quiet ? Watchers.Telling.NOTHING : json ? Watchers.Telling.JSON : Watchers.Telling.TEXT;
        try (Watchers watchers = new Watchers(err, telling)) {
            if (tensorBoard != null) {
                watchers.tensorBoard(tensorBoard, resume, written);
            }
            live.settings()
                    .ifPresent(
                            settings -> watchers.livePage(settings, new LivePage.Run(runSpec.name(), written, folder)));
            RunListener beginning = event -> {
                if (event instanceof RunEvent.Started) {
                    begin();
                }
            };
            RunListener all = RunListener.all(List.of(beginning, watchers.listener()));
            return Runs.train(runSpec, new Runs.Options(folder, resume, all, stop));
        }
    }

    private RunSpec read() {
        if (run != null) {
            return runFile.read(run);
        }
        if (!resume || out == null) {
            throw new ParameterException(
                    spec.commandLine(), "Give a run file or a built-in one's name, or --resume with --out FOLDER.");
        }
        Path saved = RunFolder.of(out).runYaml();
        if (!Files.exists(saved)) {
            throw new ParameterException(
                    spec.commandLine(), "There is no run to resume in " + out + ": it has no run.yaml.");
        }
        return runFile.readSaved(saved);
    }
}
