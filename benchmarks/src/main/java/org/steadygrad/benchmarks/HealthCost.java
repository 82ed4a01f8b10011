package org.steadygrad.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;
import org.steadygrad.benchmarks.CaseResult.SideResult;
import org.steadygrad.benchmarks.TrainerSide.Watch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What watching a run costs: whole steps of the product's own training loop with health's full looks and histograms, the same with a
 * client of the live page, and without either, in alternation. A turn is a multiple of 100 steps, so that each has as many looks.
 */
@Command(
        name = "health.sh",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Times training steps with health statistics and a live page against the same steps without.")
final class HealthCost implements Callable<Integer> {
    private static final List<String> CASES = List.of(
            "dense_bn_relu_D30_W256_B128",
            "gru_T100_B64_I128_H128",
            "lstm_T100_B64_I128_H128",
            "gru_char_V65_E64_L2_T128_B32_H256");
    /** Steps from one histogram to the next. */
    private static final int PERIOD = 100;

    private static final double NANOS_PER_MILLI = 1e6;
    /** Long enough for the page to be told of changes as often as in a real run. */
    private static final double TURN_NANOS = 2e9;

    private static final int ROUNDS = 9;
    private static final int QUICK_ROUNDS = 3;

    @Option(names = "--quick", description = "Three rounds of 100 steps each: whether it works, no numbers to rely on.")
    private boolean quick;

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
        System.exit(new CommandLine(new HealthCost()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Nd4j.getExecutioner();
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
        Torch.start(threads);
        List<CaseResult> results = new ArrayList<>();
        for (BenchmarkCase benchmark : Cases.select(cases.isEmpty() ? CASES : cases, false)) {
            List<SideResult> sides = measure(benchmark);
            SideResult none = sides.get(0);
            for (SideResult watched : sides.subList(1, sides.size())) {
                CaseResult result = new CaseResult(benchmark, List.of(watched, none), Map.of());
                System.out.println(result.line());
                results.add(result);
            }
        }
        for (Path file : new Report(Machine.describe(threads), quick).write(out, results)) {
            System.err.println("written: " + file);
        }
        return CommandLine.ExitCode.OK;
    }

    private List<SideResult> measure(BenchmarkCase benchmark) throws IOException {
        Path folder = Files.createTempDirectory("steadygrad-health-cost");
        List<TrainerSide> sides = new ArrayList<>();
        try {
            for (Watch watch : Watch.values()) {
                sides.add(new TrainerSide(
                        watch, engine, threads, benchmark.workload(), folder.resolve(watch.name())));
            }
            return measure(sides);
        } finally {
            sides.forEach(TrainerSide::close);
            delete(folder);
        }
    }

    private List<SideResult> measure(List<TrainerSide> sides) {
        List<Double> losses = new ArrayList<>();
        double fastest = Double.POSITIVE_INFINITY;
        for (TrainerSide side : sides) {
            side.step();
            losses.add(side.loss());
            fastest = Math.min(fastest, side.run(PERIOD));
        }
        int steps = PERIOD * (quick ? 1 : (int) Math.ceil(TURN_NANOS / fastest));
        double[][] samples = new double[sides.size()][quick ? QUICK_ROUNDS : ROUNDS];
        for (int round = 0; round < samples[0].length; round++) {
            for (int i = 0; i < sides.size(); i++) {
                samples[i][round] = sides.get(i).run(steps) / NANOS_PER_MILLI / steps;
            }
        }
        List<SideResult> results = new ArrayList<>();
        for (int i = 0; i < sides.size(); i++) {
            Timing timing = Timing.of(samples[i], steps, PERIOD + 1);
            results.add(new SideResult(sides.get(i).name(), timing, losses.get(i)));
        }
        return results;
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
