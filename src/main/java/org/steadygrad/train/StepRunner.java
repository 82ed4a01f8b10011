package org.steadygrad.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.PassOptions;
import org.steadygrad.engine.PassResult;
import org.steadygrad.engine.StepResult;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.ops.ClipPolicy;
import org.steadygrad.train.StepQueue.Attempt;

/**
 * Runs single training steps: passes, guard, update, roll-back, and the records of all this. An engine that can be ahead is
 * asked for steps before the results of the ones before are known, on the assumption that nothing is the matter with those.
 * Where that turns out wrong, the steps that built on it are taken back and done again, so that a run's numbers are the same
 * as with an engine that does step after step.
 */
final class StepRunner {
    private static final Logger LOG = LoggerFactory.getLogger(StepRunner.class);

    private static final String RESCALED =
            "step skipped: the gradient of the scaled loss exceeded what 16-bit floats hold;"
                    + " the loss is scaled by half as much from now on";

    private final Engine engine;
    private final ClipPolicy clip;
    private final Guard guard;
    private final Recovery recovery;
    private final Progress progress;
    private final RunRecords records;
    private final StepQueue queue = new StepQueue();
    private final long seed;
    private final int traceEvery;

    StepRunner(
            Engine engine, ClipPolicy clip, Guard guard, Recovery recovery, RunRecords records, LoopSettings settings) {
        this.engine = engine;
        this.clip = clip;
        this.guard = guard;
        this.recovery = recovery;
        this.records = records;
        progress = records.progress();
        seed = settings.seed();
        traceEvery = settings.health().every();
    }

    /**
     * Runs one step, or asks the engine for it and looks at the result of an earlier one.
     *
     * @return why the run can't go on, if it can't
     */
    Optional<String> run(Attempt attempt) {
        if (mayBeAhead(attempt)) {
            ask(attempt);
            return queue.size() > engine.stepsAhead() ? settle() : Optional.empty();
        }
        Optional<String> trouble = finish();
        return trouble.isPresent() ? trouble : runNow(attempt);
    }

    /**
     * Looks at the results of all steps that the engine was asked for.
     *
     * @return why the run can't go on, if it can't
     */
    Optional<String> finish() {
        Optional<String> trouble = Optional.empty();
        while (trouble.isEmpty() && queue.size() > 0) {
            trouble = settle();
        }
        return trouble;
    }

    /** Number of steps so far, those included whose results aren't known yet. */
    int iterationsAsked() {
        return progress.iteration + queue.size();
    }

    /** Whether nothing but a step that goes wrong could make a difference to this one. */
    private boolean mayBeAhead(Attempt attempt) {
        return engine.stepsAhead() > 0
                && attempt.batches().size() == 1
                && clip.constantRule().isPresent()
                && guard.calm()
                && guard.learningRateScale() == 1
                && !recovery.due(iterationsAsked());
    }

    private void ask(Attempt attempt) {
        long start = System.nanoTime();
        clearUnlessContinued(attempt);
        int before = iterationsAsked();
        PassOptions options = new PassOptions(passSeed(before, 0), attempt.carriesState(), false, traced(before));
        UpdateRule rule = new UpdateRule(clip, progress.updates + queue.size(), progress.epoch, 1);
        queue.add(attempt, engine.step(attempt.batches().get(0), options, rule), start);
    }

    private Optional<String> settle() {
        StepQueue.Settled settled = queue.settle();
        StepResult result = settled.result()
                .orElseThrow(() -> new IllegalStateException("a step wasn't run although none before it was refused"));
        Passes passes = new Passes(result.pass().loss(), result.pass().trace());
        Guard.Decision decision = guard.beforeUpdate(passes.loss());
        Optional<UpdateOutcome> outcome = Optional.empty();
        if (decision.action() == Guard.Action.CONTINUE) {
            outcome = result.update();
            decision = outcome.isPresent() ? judge(outcome.get()) : decision;
        }
        boolean sound = decision.action() == Guard.Action.CONTINUE && result.applied();
        List<Attempt> again = sound ? List.of() : queue.withdraw();
        Optional<String> trouble = conclude(settled.attempt(), passes, outcome, decision, settled.seconds());
        int done = 0;
        while (trouble.isEmpty() && done < again.size()) {
            trouble = runNow(again.get(done++));
        }
        progress.batchInEpoch -= wholeBatches(again.subList(done, again.size()));
        return trouble;
    }

    /** Batches that the loop took and that aren't done after all. */
    private static int wholeBatches(List<Attempt> undone) {
        return (int) undone.stream().filter(attempt -> !attempt.carriesState()).count();
    }

    private Optional<String> runNow(Attempt attempt) {
        long start = System.nanoTime();
        clearUnlessContinued(attempt);
        Passes passes = passes(attempt);
        Guard.Decision decision = guard.beforeUpdate(passes.loss());
        Optional<UpdateOutcome> outcome = Optional.empty();
        if (decision.action() == Guard.Action.CONTINUE && Double.isFinite(passes.loss())) {
            if (guard.calm() && !attempt.continued()) {
                recovery.takeIfDue(progress.iteration, progress.updates);
            }
            UpdateRule rule = new UpdateRule(clip, progress.updates, progress.epoch, guard.learningRateScale());
            outcome = Optional.of(engine.update(rule));
            decision = judge(outcome.get());
        } else {
            engine.discardGradient();
        }
        return conclude(attempt, passes, outcome, decision, (System.nanoTime() - start) / 1e9);
    }

    /** That the loss scale was too large for a gradient is no reason to worry. */
    private Guard.Decision judge(UpdateOutcome outcome) {
        return outcome.rescaled() ? Guard.Decision.CONTINUE : guard.afterUpdate(outcome.applied());
    }

    private void clearUnlessContinued(Attempt attempt) {
        if (attempt.carriesState() && !attempt.continued()) {
            engine.clearState();
        }
    }

    private boolean traced(int stepsBefore) {
        return stepsBefore == 0 || (stepsBefore + 1) % traceEvery == 0;
    }

    /** @param loss mean over the passes */
    private record Passes(double loss, Optional<StepTrace> trace) {}

    private Passes passes(Attempt attempt) {
        List<MultiDataSet> batches = attempt.batches();
        double sum = 0;
        Optional<StepTrace> trace = Optional.empty();
        for (int i = 0; i < batches.size(); i++) {
            boolean traceThis = i == 0 && traced(progress.iteration);
            long passSeed = passSeed(progress.iteration, i);
            PassResult result = engine.computeGradient(
                    batches.get(i), new PassOptions(passSeed, attempt.carriesState(), batches.size() > 1, traceThis));
            sum += result.loss();
            if (traceThis) {
                trace = result.trace();
            }
        }
        return new Passes(sum / batches.size(), trace);
    }

    /** Mixes seed, iteration and pass, so that a resumed run draws the same dropout masks (SplitMix64's finaliser). */
    private long passSeed(int stepsBefore, int pass) {
        long z = seed + 0x9E3779B97F4A7C15L * (stepsBefore + 1L) + 0xD1B54A32D192ED03L * pass;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** Counts and records a step, and does what the guard decided. */
    private Optional<String> conclude(
            Attempt attempt, Passes passes, Optional<UpdateOutcome> outcome, Guard.Decision decision, double seconds) {
        progress.iteration++;
        boolean applied = outcome.isPresent() && outcome.get().applied();
        progress.record(passes.loss(), seconds);
        if (applied) {
            progress.updates++;
            progress.clippedSteps += outcome.get().clipScale() < 1 ? 1 : 0;
        } else {
            progress.skippedSteps++;
        }
        records.given(attempt, outcome.isPresent() && applied);
        records.step(report(passes.loss(), outcome, applied, seconds), outcome, passes.trace());
        if (outcome.isPresent() && outcome.get().rescaled()) {
            records.event(TrainingObserver.Event.SKIPPED, progress.iteration, RESCALED, Map.of());
        } else if (outcome.isPresent() ? !applied : !Double.isFinite(passes.loss())) {
            explainSkip(attempt.batches(), passes);
        }
        return act(decision);
    }

    private IterationReport report(double loss, Optional<UpdateOutcome> outcome, boolean applied, double seconds) {
        return new IterationReport(
                progress.iteration,
                progress.epoch,
                loss,
                outcome.map(update -> update.gradient().globalNorm()).orElse(Double.NaN),
                outcome.map(UpdateOutcome::clipScale).orElse(1.0),
                applied,
                guard.learningRateScale(),
                seconds);
    }

    /**
     * Names the first layer and time step where things went wrong, if need be by running the batches of the step, just
     * counted, once more with a trace. The recurrent state, which what went wrong may have got into, is forgotten.
     */
    private void explainSkip(List<MultiDataSet> batches, Passes passes) {
        Optional<StepTrace> trace = passes.trace().filter(StepRunner::explains);
        for (int i = 0; trace.isEmpty() && i < batches.size(); i++) {
            PassOptions options = new PassOptions(passSeed(progress.iteration - 1, i), false, false, true);
            trace = engine.computeGradient(batches.get(i), options).trace().filter(StepRunner::explains);
            engine.discardGradient();
        }
        engine.clearState();
        String origin = trace.flatMap(StepTrace::nonFinite)
                .map(o -> "first in the " + o.tensor() + " of layer " + o.layer()
                        + (o.timeStep() >= 0 ? " at time step " + o.timeStep() : "") + " (" + o.value() + ")")
                .orElse("every layer's activations and gradients are finite in a pass of their own");
        trace.ifPresent(t -> records.origin(progress.iteration, t));
        String message = "step skipped: loss " + passes.loss() + " or its gradient isn't finite; " + origin;
        LOG.debug("iteration {}: {}", progress.iteration, message);
        records.event(TrainingObserver.Event.SKIPPED, progress.iteration, message, Map.of());
    }

    private static boolean explains(StepTrace trace) {
        return trace.nonFinite().isPresent();
    }

    private Optional<String> act(Guard.Decision decision) {
        if (decision.action() == Guard.Action.STOP) {
            return Optional.of("stopped by the guard: " + decision.reason());
        }
        if (decision.action() == Guard.Action.ROLL_BACK) {
            int from = recovery.info().iteration();
            progress.updates = recovery.rollBack();
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("snapshotIteration", from);
            facts.put("learningRateScale", guard.learningRateScale());
            String message = decision.reason() + ": back to the snapshot of iteration " + from + ", updates scaled by "
                    + guard.learningRateScale();
            records.event(TrainingObserver.Event.ROLLED_BACK, progress.iteration, message, facts);
        }
        return Optional.empty();
    }
}
