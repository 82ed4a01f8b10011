package org.steadygrad.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
 * client of the live page, and without either, in alternation. What is compared are rounds of a multiple of 100 steps, so that each has
 * as many looks and histograms; a round is cut into turns of about a second, since a shared machine's speed drifts by more from one
 * round to the next than what is measured here.
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

    /** Steps from one full look to the next. */
    private static final int LOOK = 10;

    private static final double NANOS_PER_MILLI = 1e6;
    /** Long enough for the page to be told of changes as often as in a real run. */
    private static final double TURN_NANOS = 1e9;

    private static final double ROUND_NANOS = 5e9;

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
        List<Double> losses = new ArrayList<>();
        try {
            SharedEngine.renew(engine);
            for (Watch watch : Watch.values()) {
                TrainerSide side = new TrainerSide(
                        watch, SharedEngine.NAME, threads, benchmark.workload(), folder.resolve(watch.name()));
                sides.add(side);
                side.step();
                losses.add(side.loss());
            }
            if (Set.copyOf(losses).size() > 1) {
                throw new IllegalStateException(benchmark.name() + ": watching a run changes its losses: " + losses);
            }
            return measure(sides, losses);
        } finally {
            sides.forEach(TrainerSide::close);
            SharedEngine.release();
            delete(folder);
        }
    }

    private List<SideResult> measure(List<TrainerSide> sides, List<Double> losses) {
        double fastest = Double.POSITIVE_INFINITY;
        for (TrainerSide side : sides) {
            fastest = Math.min(fastest, side.run(PERIOD) / (double) PERIOD);
        }
        int steps = quick ? PERIOD : PERIOD * (int) Math.ceil(ROUND_NANOS / (PERIOD * fastest));
        int turn = turn(steps, fastest);
        double[][] samples = new double[sides.size()][quick ? QUICK_ROUNDS : ROUNDS];
        for (int round = 0; round < samples[0].length; round++) {
            for (int done = 0; done < steps; done += turn) {
                turns(sides, turn, done / turn % 2 == 0, samples, round);
            }
        }
        List<SideResult> results = new ArrayList<>();
        for (int i = 0; i < sides.size(); i++) {
            for (int round = 0; round < samples[i].length; round++) {
                samples[i][round] /= NANOS_PER_MILLI * steps;
            }
            Timing timing = Timing.of(samples[i], steps, PERIOD + 1);
            results.add(new SideResult(sides.get(i).name(), timing, losses.get(i)));
        }
        return results;
    }

    /** The shortest part of a round with whole spans between looks that is long enough. */
    private static int turn(int steps, double stepNanos) {
        int turn = LOOK;
        while (turn < steps && (steps % turn != 0 || turn * stepNanos < TURN_NANOS)) {
            turn += LOOK;
        }
        return turn;
    }

    /** @param samples nanoseconds are added to those of the round */
    private static void turns(List<TrainerSide> sides, int steps, boolean forwards, double[][] samples, int round) {
        for (int i = 0; i < sides.size(); i++) {
            int side = forwards ? i : sides.size() - 1 - i;
            samples[side][round] += sides.get(side).run(steps);
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
