package org.steadygrad.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.steadygrad.benchmarks.CaseResult.SideResult;
import org.steadygrad.benchmarks.TrainerSide.Setting;
import org.steadygrad.benchmarks.TrainerSide.Watch;
import org.steadygrad.spec.HealthSpec;

/**
 * Watched and unwatched runs in alternation. What is compared are rounds of whole periods from one histogram to the next, so that each has
 * as many looks and histograms; a round is cut into turns of about a second, since a shared machine's speed drifts by more from one round
 * to the next than what is measured here. The runs share an engine and its thread.
 */
final class WholeRuns {
    private static final double NANOS_PER_MILLI = 1e6;
    /** Long enough for the page to be told of changes as often as in a real run. */
    private static final double TURN_NANOS = 1e9;

    private static final double ROUND_NANOS = 5e9;
    private static final int ROUNDS = 5;
    private static final int QUICK_ROUNDS = 3;

    private final Setting setting;
    private final HealthSpec looks;
    private final int rounds;
    private final double roundNanos;

    /** @param looks equally far apart in all of the run */
    WholeRuns(Setting setting, HealthSpec looks, boolean quick) {
        this.setting = setting;
        this.looks = looks;
        rounds = quick ? QUICK_ROUNDS : ROUNDS;
        roundNanos = quick ? 0 : ROUND_NANOS;
    }

    /** @return with health, and with health and live page, each against neither */
    List<CaseResult> measure(BenchmarkCase benchmark) {
        List<TrainerSide> sides = new ArrayList<>();
        List<Double> losses = new ArrayList<>();
        try {
            SharedEngine.renew(setting.engine());
            for (Watch watch : Watch.values()) {
                Setting shared = new Setting(
                        SharedEngine.NAME,
                        setting.threads(),
                        setting.workload(),
                        setting.folder().resolve(watch.name()));
                TrainerSide side = new TrainerSide(watch, looks, shared);
                sides.add(side);
                side.step();
                losses.add(side.loss());
            }
            if (Set.copyOf(losses).size() > 1) {
                throw new IllegalStateException(benchmark.name() + ": watching a run changes its losses: " + losses);
            }
            List<SideResult> results = measure(sides, losses);
            return results.subList(1, results.size()).stream()
                    .map(watched -> new CaseResult(benchmark, List.of(watched, results.get(0)), Map.of()))
                    .toList();
        } finally {
            sides.forEach(TrainerSide::close);
            SharedEngine.release();
        }
    }

    private List<SideResult> measure(List<TrainerSide> sides, List<Double> losses) {
        int period = looks.histograms() * looks.later();
        double fastest = Double.POSITIVE_INFINITY;
        for (TrainerSide side : sides) {
            fastest = Math.min(fastest, side.run(period) / (double) period);
        }
        int steps = period * (int) Math.max(1, Math.ceil(roundNanos / (period * fastest)));
        int turn = turn(steps, fastest);
        double[][] samples = new double[sides.size()][rounds];
        for (int round = 0; round < rounds; round++) {
            for (int done = 0; done < steps; done += turn) {
                turns(sides, turn, done / turn % 2 == 0, samples, round);
            }
        }
        List<SideResult> results = new ArrayList<>();
        for (int i = 0; i < sides.size(); i++) {
            for (int round = 0; round < rounds; round++) {
                samples[i][round] /= NANOS_PER_MILLI * steps;
            }
            Timing timing = Timing.of(samples[i], steps, period + 1);
            results.add(new SideResult(sides.get(i).name(), timing, losses.get(i)));
        }
        return results;
    }

    /** The shortest part of a round with whole spans between looks that is long enough. */
    private int turn(int steps, double stepNanos) {
        int span = looks.every() * looks.later();
        int turn = span;
        while (turn < steps && (steps % turn != 0 || turn * stepNanos < TURN_NANOS)) {
            turn += span;
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
}
