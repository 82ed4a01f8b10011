package org.steadygrad.bench;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import org.steadygrad.bench.StepBatches.Step;
import org.steadygrad.clip.ClipPolicies;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.PassOptions;
import org.steadygrad.engine.PendingStep;
import org.steadygrad.engine.StepResult;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.ops.ClipPolicy;
import org.steadygrad.platform.ResidentSet;
import org.steadygrad.spec.HealthSpec;
import org.steadygrad.spec.RunSpec;

/** One engine that trains, and what is noted of it. */
final class Contender implements AutoCloseable {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double MILLIS_PER_SECOND = 1e3;

    private final String name;
    private final Engine engine;
    private final StepBatches batches;
    private final ClipPolicy clip;
    private final HealthSpec looks;
    private final SplittableRandom seeds;
    private final OptionalLong residentBefore;
    private final List<Double> losses = new ArrayList<>();
    private final List<Double> stepMillis = new ArrayList<>();
    private final List<Double> examplesPerSecond = new ArrayList<>();
    private final List<Double> timeStepsPerSecond = new ArrayList<>();
    private final Queue<Asked> queue = new ArrayDeque<>();
    private OptionalLong residentAfter = OptionalLong.empty();
    private int steps;
    private int updates;

    Contender(String name, Supplier<Engine> opening, RunSpec run, StepBatches batches) {
        this.name = name;
        this.batches = batches;
        clip = ClipPolicies.of(run.training().clip());
        looks = run.health();
        seeds = new SplittableRandom(run.seed());
        System.gc();
        residentBefore = ResidentSet.bytes();
        engine = opening.get();
    }

    String name() {
        return name;
    }

    void warmUp(int count) {
        for (int i = 0; i < count; i++) {
            step();
        }
        residentAfter = ResidentSet.bytes();
    }

    /** Runs and times some steps. */
    void turn(int count) {
        long examples = 0;
        long timeSteps = 0;
        for (int i = 0; i < count; i++) {
            examples += batches.get(steps + i).examples();
            timeSteps += batches.get(steps + i).timeSteps();
        }
        double millis = mayBeAhead() ? turnAhead(count) : turnStepByStep(count);
        examplesPerSecond.add(examples * MILLIS_PER_SECOND / millis);
        timeStepsPerSecond.add(timeSteps * MILLIS_PER_SECOND / millis);
    }

    private boolean mayBeAhead() {
        return engine.stepsAhead() > 0
                && clip.constantRule().isPresent()
                && batches.get(0).batches().size() == 1;
    }

    private double turnStepByStep(int count) {
        double millis = 0;
        for (int i = 0; i < count; i++) {
            long start = System.nanoTime();
            step();
            double taken = (System.nanoTime() - start) / NANOS_PER_MILLI;
            stepMillis.add(taken);
            millis += taken;
        }
        return millis;
    }

    /** As a training run asks for steps before their results are known. Each counts with the turn's mean time. */
    private double turnAhead(int count) {
        long start = System.nanoTime();
        List<Asked> undone = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ask();
            if (queue.size() > engine.stepsAhead()) {
                settle(undone);
            }
        }
        while (!queue.isEmpty()) {
            settle(undone);
        }
        undone.forEach(asked -> note(run(asked.step(), asked.options())));
        double millis = (System.nanoTime() - start) / NANOS_PER_MILLI;
        stepMillis.addAll(Collections.nCopies(count, millis / count));
        return millis;
    }

    /** @param options of the step's passes, the first one traced if any is */
    private record Asked(Step step, List<PassOptions> options, PendingStep pending) {}

    private void ask() {
        Step step = begin();
        List<PassOptions> options = options(step);
        UpdateRule rule = new UpdateRule(clip, updates + queue.size(), 0, 1);
        queue.add(new Asked(step, options, engine.step(step.batches().get(0), options.get(0), rule)));
    }

    /** @param undone gets the step if the engine left it out, since one before it was refused */
    private void settle(List<Asked> undone) {
        Asked asked = queue.remove();
        Optional<StepResult> result = asked.pending().await();
        if (result.isEmpty()) {
            undone.add(asked);
            return;
        }
        updates += result.get().applied() ? 1 : 0;
        note(result.get().pass().loss());
    }

    private void step() {
        Step step = begin();
        note(run(step, options(step)));
    }

    private Step begin() {
        Step step = batches.get(steps);
        if (batches.carriesState() && !step.continued()) {
            engine.clearState();
        }
        return step;
    }

    private List<PassOptions> options(Step step) {
        boolean traced = looks.looksAt(steps + 1);
        boolean accumulate = step.batches().size() > 1;
        List<PassOptions> options = new ArrayList<>();
        for (int i = 0; i < step.batches().size(); i++) {
            options.add(new PassOptions(seeds.nextLong(), batches.carriesState(), accumulate, traced && i == 0));
        }
        steps++;
        return options;
    }

    /** As a training run does it, guard, records and snapshots left out; a loss that isn't finite skips the update. */
    private double run(Step step, List<PassOptions> options) {
        double loss = 0;
        for (int i = 0; i < options.size(); i++) {
            loss += engine.computeGradient(step.batches().get(i), options.get(i))
                            .loss()
                    / options.size();
        }
        if (!Double.isFinite(loss)) {
            engine.discardGradient();
        } else if (engine.update(new UpdateRule(clip, updates, 0, 1)).applied()) {
            updates++;
        }
        return loss;
    }

    private void note(double loss) {
        if (losses.size() < BenchSettings.COMPARED_STEPS) {
            losses.add(loss);
        }
    }

    EngineResult result() {
        boolean sequences = timeStepsPerSecond.get(0) > 0;
        boolean measured = residentBefore.isPresent() && residentAfter.isPresent();
        OptionalLong device = engine.deviceBytes();
        return new EngineResult(
                name,
                engine.device(),
                StepTimes.of(numbers(stepMillis).toArray()),
                median(examplesPerSecond),
                sequences ? median(timeStepsPerSecond) : null,
                measured ? Math.max(0, residentAfter.getAsLong() - residentBefore.getAsLong()) : null,
                device.isPresent() ? device.getAsLong() : null,
                losses,
                null);
    }

    private static double median(List<Double> values) {
        double[] sorted = numbers(values).toArray();
        Arrays.sort(sorted);
        return StepTimes.quantile(sorted, 0.5);
    }

    private static DoubleStream numbers(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue);
    }

    @Override
    public void close() {
        engine.close();
    }
}
