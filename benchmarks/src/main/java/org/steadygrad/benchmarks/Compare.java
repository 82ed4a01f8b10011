package org.steadygrad.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;
import org.slf4j.LoggerFactory;
import org.steadygrad.platform.Cpu;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures whole training steps of ours and of the peers on the same data, in one JVM. */
@Command(
        name = "compare.sh",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Times training steps of SteadyGrad against PyTorch (through DJL) and DL4J.")
final class Compare implements Callable<Integer> {
    private static final int CHECKED_STEPS = 3;

    @Option(names = "--quick", description = "A few cases and fewer rounds, under a minute.")
    private boolean quick;

    @Option(names = "--case", paramLabel = "NAME", description = "A case or what names begin with; repeatable.")
    private List<String> cases = new ArrayList<>();

    @Option(names = "--engine", paramLabel = "NAME", defaultValue = "cpu", description = "Ours. Default: cpu.")
    private String engine;

    @Option(names = "--threads", paramLabel = "N", description = "For every side. Default: physical cores.")
    private int threads;

    @Option(
            names = "--peers",
            paramLabel = "NAMES",
            split = ",",
            defaultValue = "pytorch,dl4j",
            description = "Default: pytorch,dl4j.")
    private List<String> peers;

    @Option(names = "--check", description = "Only check that all sides compute the same losses and gradient norms.")
    private boolean check;

    @Option(names = "--list", description = "Only list the cases.")
    private boolean list;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "results",
            description = "Where the results are written.")
    private Path out;

    private Compare() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new Compare())
                .setOverwrittenOptionsAllowed(true)
                .execute(args));
    }

    @Override
    public Integer call() throws IOException {
        List<BenchmarkCase> selected = Cases.select(cases, quick);
        if (selected.isEmpty()) {
            System.err.println("No case is called " + cases + " or begins so; --list shows all.");
            return CommandLine.ExitCode.USAGE;
        }
        if (list) {
            selected.forEach(c -> System.out.println(c.name() + (c.quick() ? " (quick)" : "")));
            return CommandLine.ExitCode.OK;
        }
        start();
        return check ? checkAll(selected) : measureAll(selected);
    }

    private void start() {
        if (threads < 1) {
            threads = Cpu.detect().usableCores();
        }
        Nd4j.getExecutioner();
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
        Torch.start(threads);
    }

    private int checkAll(List<BenchmarkCase> selected) {
        int exitCode = CommandLine.ExitCode.OK;
        for (BenchmarkCase benchmark : selected) {
            try (Contest contest = new Contest(benchmark, engine, threads, peers)) {
                System.out.println(Agreement.check(contest, CHECKED_STEPS));
            } catch (RuntimeException e) {
                exitCode = failed(benchmark, e);
            }
        }
        return exitCode;
    }

    private int measureAll(List<BenchmarkCase> selected) throws IOException {
        Report report = new Report(Machine.describe(threads), quick);
        List<CaseResult> results = new ArrayList<>();
        int exitCode = CommandLine.ExitCode.OK;
        for (BenchmarkCase benchmark : selected) {
            try {
                CaseResult result = measure(benchmark);
                results.add(result);
                System.out.println(result.line());
                result.absent()
                        .forEach((peer, why) ->
                                System.err.println(peer + " can't run " + benchmark.name() + ": " + why));
            } catch (RuntimeException e) {
                exitCode = failed(benchmark, e);
            }
        }
        for (Path file : report.write(out, List.of(new Comparisons(results)))) {
            System.err.println("written: " + file);
        }
        return exitCode;
    }

    /** The other cases are measured all the same. */
    private static int failed(BenchmarkCase benchmark, RuntimeException e) {
        System.err.println(benchmark.name() + " failed: " + e.getMessage());
        if (!(e instanceof DisagreementException)) {
            LoggerFactory.getLogger(Compare.class).debug(benchmark.name(), e);
        }
        return CommandLine.ExitCode.SOFTWARE;
    }

    private CaseResult measure(BenchmarkCase benchmark) {
        try (Contest contest = new Contest(benchmark, engine, threads, peers)) {
            List<Double> losses = Agreement.step(contest);
            List<Timing> timings = new Rounds(quick ? Effort.quick() : Effort.full()).measure(contest.sides());
            List<CaseResult.SideResult> sides = new ArrayList<>();
            for (int i = 0; i < timings.size(); i++) {
                sides.add(new CaseResult.SideResult(contest.sides().get(i).name(), timings.get(i), losses.get(i)));
            }
            return new CaseResult(benchmark, sides, contest.absent());
        }
    }
}
