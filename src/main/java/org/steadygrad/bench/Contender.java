package org.steadygrad.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.bench.StepBatches.Step;
import org.steadygrad.clip.ClipPolicies;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.PassOptions.Trace;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.engine.step.Pass;
import org.steadygrad.engine.step.StepOutcome;
import org.steadygrad.engine.step.StepPipeline;
import org.steadygrad.engine.step.StepPolicy;
import org.steadygrad.engine.step.StepSeeds;
import org.steadygrad.engine.step.TrainingStep;
import org.steadygrad.engine.step.TrainingStep.Position;
import org.steadygrad.engine.step.TrainingStep.State;
import org.steadygrad.ops.ClipPolicy;
import org.steadygrad.platform.ResidentSet;
import org.steadygrad.spec.HealthSpec;
import org.steadygrad.spec.RunSpec;

/** One engine that trains, and what is noted of it. */
final class Contender implements AutoCloseable {
    private static final double MILLIS_PER_SECOND = 1e3;

    private final String name;
    private final Engine engine;
    private final StepBatches batches;
    private final ClipPolicy clip;
    private final HealthSpec looks;
    private final StepSeeds seeds;
    private final Clock clock = new Clock();
    private final StepPipeline pipeline;
    private final OptionalLong residentBefore;
    private final List<Double> losses = new ArrayList<>();
    private final List<Double> stepMillis = new ArrayList<>();
    private final List<Double> examplesPerSecond = new ArrayList<>();
    private final List<Double> timeStepsPerSecond = new ArrayList<>();
    private OptionalLong residentAfter = OptionalLong.empty();
    private int asked;

    Contender(String name, Supplier<Engine> opening, RunSpec run, StepBatches batches) {
        this.name = name;
        this.batches = batches;
        clip = ClipPolicies.of(run.training().clip());
        looks = run.health();
        seeds = new StepSeeds(run.seed(), 0);
        System.gc();
        residentBefore = ResidentSet.bytes();
        engine = opening.get();
        pipeline = new StepPipeline(engine, clock);
    }

    String name() {
        return name;
    }

    void warmUp(int count) {
        run(count);
        residentAfter = ResidentSet.bytes();
    }

    /** Runs and times some steps. */
    void turn(int count) {
        int from = asked;
        List<Double> taken = run(count).stream().map(s -> s * MILLIS_PER_SECOND).toList();
        long examples = 0;
        long timeSteps = 0;
        for (int i = from; i < asked; i++) {
            examples += batches.get(i).examples();
            timeSteps += batches.get(i).timeSteps();
        }
        double millis = numbers(taken).sum();
        stepMillis.addAll(taken);
        examplesPerSecond.add(examples * MILLIS_PER_SECOND / millis);
        timeStepsPerSecond.add(timeSteps * MILLIS_PER_SECOND / millis);
    }

    /** Runs steps as a training run does, guard, records and snapshots left out. @return seconds of each */
    private List<Double> run(int count) {
        clock.seconds.clear();
        for (int i = 0; i < count; i++) {
            pipeline.run(next());
        }
        pipeline.finish();
        return clock.seconds;
    }

    private TrainingStep next() {
        Step step = batches.get(asked++);
        List<Pass> passes = new ArrayList<>();
        for (MultiDataSet batch : step.batches()) {
            passes.add(new Pass(batch, seeds.of(asked, passes.size())));
        }
        State state = !batches.carriesState() ? State.NOT_CARRIED : step.continued() ? State.CONTINUED : State.NEW;
        Trace trace = looks.looksAt(asked) ? Trace.FLOW : Trace.NONE;
        return new TrainingStep(new Position(asked, 0, 0, 0), List.of(), passes, state, trace, 0);
    }

    /** Takes every step as it comes and notes how long it took. */
    private final class Clock implements StepPolicy {
        private final List<Double> seconds = new ArrayList<>();
        private int updates;

        @Override
        public UpdateRule rule(int ahead) {
            return new UpdateRule(clip, updates + ahead, 0, 1);
        }

        @Override
        public boolean done(StepOutcome outcome, StepPipeline pipeline) {
            seconds.add(outcome.seconds());
            updates += outcome.applied() ? 1 : 0;
            if (losses.size() < BenchSettings.COMPARED_STEPS) {
                losses.add(outcome.loss());
            }
            return true;
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
