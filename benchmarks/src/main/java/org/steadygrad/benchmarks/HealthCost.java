package org.steadygrad.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;
import org.steadygrad.benchmarks.TrainerSide.Setting;
import org.steadygrad.spec.HealthSpec;
import org.steadygrad.spec.yaml.RunFiles;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What watching a run costs, with health and the live page as they are by default. */
@Command(
        name = "health.sh",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measures what health's full looks and histograms and the live page add to training steps.")
final class HealthCost implements Callable<Integer> {
    private static final List<String> CASES = List.of(
            "dense_bn_relu_D30_W256_B128",
            "gru_T100_B64_I128_H128",
            "lstm_T100_B64_I128_H128",
            "gru_char_V65_E64_L2_T128_B32_H256");

    @Option(names = "--quick", description = "Few steps: whether it works, no numbers to rely on.")
    private boolean quick;

    @Option(
            names = "--whole-runs",
            description = "Compares whole runs as well, watched and not, in alternation; about half an hour more.")
    private boolean wholeRuns;

    @Option(names = "--case", paramLabel = "NAME", description = "A case of compare.sh or what names begin with.")
    private List<String> cases = new ArrayList<>();

    @Option(names = "--engine", paramLabel = "NAME", defaultValue = "cpu", description = "Default: cpu.")
    private String engine;

    @Option(names = "--threads", paramLabel = "N", description = "Default: physical cores.", required = true)
    private int threads;

    @Option(names = "--out", paramLabel = "DIR", defaultValue = "results", description = "Where results are written.")
    private Path out;

    private HealthCost() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new HealthCost())
                .setOverwrittenOptionsAllowed(true)
                .execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Nd4j.getExecutioner();
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
        Torch.start(threads);
        List<WatchedRun> runs = new ArrayList<>();
        List<CaseResult> comparisons = new ArrayList<>();
        for (BenchmarkCase benchmark : benchmarks()) {
            Path folder = Files.createTempDirectory("steadygrad-health-cost");
            try {
                measure(benchmark, folder, runs, comparisons);
            } finally {
                delete(folder);
            }
        }
        List<Report.Part> parts = new ArrayList<>(List.of(new WatchingReport(runs)));
        if (wholeRuns) {
            parts.add(new Comparisons(comparisons));
        }
        for (Path file : new Report(Machine.describe(threads), quick).write(out, parts)) {
            System.err.println("written: " + file);
        }
        return CommandLine.ExitCode.OK;
    }

    /** The usual ones in an order of their own: the shortest steps come first, while the program is as new as in a run by itself. */
    private List<BenchmarkCase> benchmarks() {
        return cases.isEmpty()
                ? CASES.stream()
                        .flatMap(name -> Cases.select(List.of(name), false).stream())
                        .toList()
                : Cases.select(cases, false);
    }

    private void measure(BenchmarkCase benchmark, Path folder, List<WatchedRun> runs, List<CaseResult> comparisons) {
        Setting setting = new Setting(engine, threads, benchmark.workload(), folder);
        WatchedRun run = WatchedRun.measure(benchmark, RunFiles.defaults(HealthSpec.class), setting, quick);
        run.lines().forEach(System.out::println);
        runs.add(run);
        if (wholeRuns) {
            List<CaseResult> results =
                    new WholeRuns(setting, RunFiles.defaults(HealthSpec.class, "early=0"), quick).measure(benchmark);
            results.forEach(result -> System.out.println(result.line()));
            comparisons.addAll(results);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
