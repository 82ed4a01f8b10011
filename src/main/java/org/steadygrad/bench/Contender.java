package org.steadygrad.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.bench.StepBatches.Step;
import org.steadygrad.clip.ClipPolicies;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.PassOptions;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.ops.ClipPolicy;
import org.steadygrad.platform.ResidentSet;
import org.steadygrad.spec.RunSpec;

/** One engine that trains, and what is noted of it. */
final class Contender implements AutoCloseable {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double MILLIS_PER_SECOND = 1e3;

    private final String name;
    private final Engine engine;
    private final StepBatches batches;
    private final ClipPolicy clip;
    private final int traceEvery;
    private final SplittableRandom seeds;
    private final OptionalLong residentBefore;
    private final List<Double> losses = new ArrayList<>();
    private final List<Double> stepMillis = new ArrayList<>();
    private final List<Double> examplesPerSecond = new ArrayList<>();
    private final List<Double> timeStepsPerSecond = new ArrayList<>();
    private OptionalLong residentAfter = OptionalLong.empty();
    private int steps;
    private int updates;

    Contender(String name, Supplier<Engine> opening, RunSpec run, StepBatches batches) {
        this.name = name;
        this.batches = batches;
        clip = ClipPolicies.of(run.training().clip());
        traceEvery = run.health().every();
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
        double millis = 0;
        long examples = 0;
        long timeSteps = 0;
        for (int i = 0; i < count; i++) {
            Step batch = batches.get(steps);
            long start = System.nanoTime();
            step();
            double taken = (System.nanoTime() - start) / NANOS_PER_MILLI;
            stepMillis.add(taken);
            millis += taken;
            examples += batch.examples();
            timeSteps += batch.timeSteps();
        }
        examplesPerSecond.add(examples * MILLIS_PER_SECOND / millis);
        timeStepsPerSecond.add(timeSteps * MILLIS_PER_SECOND / millis);
    }

    /** As a training run does it, guard, records and snapshots left out; a loss that isn't finite skips the update. */
    private void step() {
        Step step = batches.get(steps);
        if (batches.carriesState() && !step.continued()) {
            engine.clearState();
        }
        boolean traced = steps == 0 || (steps + 1) % traceEvery == 0;
        double loss = 0;
        for (int i = 0; i < step.batches().size(); i++) {
            MultiDataSet batch = step.batches().get(i);
            boolean accumulate = step.batches().size() > 1;
            PassOptions options =
                    new PassOptions(seeds.nextLong(), batches.carriesState(), accumulate, traced && i == 0);
            loss += engine.computeGradient(batch, options).loss()
                    / step.batches().size();
        }
        if (!Double.isFinite(loss)) {
            engine.discardGradient();
        } else if (engine.update(new UpdateRule(clip, updates, 0, 1)).applied()) {
            updates++;
        }
        steps++;
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
