package org.steadygrad.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.steadygrad.bench.BenchResult;
import org.steadygrad.bench.BenchSettings;
import org.steadygrad.bench.EngineBench;
import org.steadygrad.check.FileWriteException;
import org.steadygrad.engine.Engines;
import org.steadygrad.model.AtomicFile;
import org.steadygrad.spec.RunSpec;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code steadygrad bench}. */
@Command(
        name = "bench",
        description = "Trains a run file's model on its data with several engines, in alternation, and compares them.",
        sortOptions = false,
        footer = {
            "",
            "@|bold Examples|@",
            "  steadygrad bench adding-gru --engines cpu,dl4j",
            "  steadygrad bench mine.yaml --engines cpu,cuda,cuda:1 --steps 200 --out bench/mine",
            "",
            "Every engine starts from the same parameters and gets the same batches, which lie ready in memory. What is",
            "timed is a step: gradient, clipping, update, and a look at activations where the run file's health says so.",
            "Losses are compared with the first engine's. Engines that can't be used are listed with the reason; the exit code",
            "is 1 when one of them was named, or when one failed while training."
        })
final class BenchCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN", description = "A run file, or a built-in one's name.")
    private String run;

    @Option(
            names = "--engines",
            paramLabel = "NAMES",
            split = ",",
            description = "Engines that doctor lists, with the number of a device where one is meant: cpu,cuda:1. "
                    + "All that can be used by default.")
    private List<String> engines = new ArrayList<>();

    @Option(names = "--steps", paramLabel = "N", description = "Measured steps of each engine; 60 by default.")
    private int steps = BenchSettings.DEFAULT.steps();

    @Option(names = "--warm-up", paramLabel = "N", description = "Steps before that aren't measured; 10 by default.")
    private int warmUp = BenchSettings.DEFAULT.warmUp();

    @Option(names = "--rounds", paramLabel = "N", description = "Turns of each engine; 10 by default.")
    private Integer rounds;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Change a key of the run file, for example training.batch=64. May be given several times.")
    private List<String> changes = new ArrayList<>();

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads on the CPU, one per physical core by default; overrides the run file.")
    private Integer threads;

    @Option(names = "--out", paramLabel = "FOLDER", description = "Write bench.json and a chart, bench.svg, there.")
    private Path out;

    @Option(names = "--json", description = "Print JSON; progress stays on standard error.")
    private boolean json;

    @Option(names = "--quiet", description = "Don't tell the progress.")
    private boolean quiet;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        RunSpec runSpec = read();
        int turns = rounds == null ? Math.max(1, Math.min(BenchSettings.DEFAULT.rounds(), steps)) : rounds;
        BenchSettings settings = new BenchSettings(steps, warmUp, turns);
        PrintWriter err = spec.commandLine().getErr();
        EngineBench bench = new EngineBench(runSpec, settings, step -> tell(err, step));
        BenchResult result = bench.measure(engines);
        BenchReport report = BenchReport.of(result, runSpec.threads());
        if (out != null) {
            write(report);
        }
        PrintWriter output = spec.commandLine().getOut();
        if (json) {
            output.println(Json.text(report));
        } else {
            new BenchText(output, Terminal.width()).print(result);
        }
        output.flush();
        return result.complete() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private RunSpec read() {
        List<String> all = new ArrayList<>(changes);
        // The engines are those of the command line; the run file's own must not decide on a device.
        all.add("engine=" + Engines.AUTO);
        if (threads != null) {
            all.add("threads=" + threads);
        }
        return RunFileArgument.read(run, all);
    }

    private void tell(PrintWriter err, String step) {
        if (!quiet) {
            err.println(step + " ...");
            err.flush();
        }
    }

    private void write(BenchReport report) throws IOException {
        try {
            Files.createDirectories(out);
        } catch (IOException e) {
            throw new FileWriteException(out, e);
        }
        byte[] text = Json.text(report).getBytes(StandardCharsets.UTF_8);
        byte[] chart = BenchChart.of(report).getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(out.resolve("bench.json"), stream -> stream.write(text));
        AtomicFile.write(out.resolve("bench.svg"), stream -> stream.write(chart));
    }
}
