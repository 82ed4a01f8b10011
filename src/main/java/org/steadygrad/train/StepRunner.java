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
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.ops.ClipPolicy;

/** Runs single training steps: passes, guard, update, roll-back, and the records of all this. */
final class StepRunner {
    private static final Logger LOG = LoggerFactory.getLogger(StepRunner.class);

    private final Engine engine;
    private final ClipPolicy clip;
    private final Guard guard;
    private final Recovery recovery;
    private final Progress progress;
    private final RunRecords records;
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
     * Runs one step.
     *
     * @param batches their gradients are averaged
     * @param continued whether the step continues the sequences of the step before
     * @param carriesState whether recurrent state is kept between steps at all
     * @return why the run can't go on, if it can't
     */
    Optional<String> run(List<MultiDataSet> batches, boolean continued, boolean carriesState) {
        long start = System.nanoTime();
        if (carriesState && !continued) {
            engine.clearState();
        }
        boolean traced = progress.iteration == 0 || (progress.iteration + 1) % traceEvery == 0;
        Passes passes = passes(batches, carriesState, traced);
        Guard.Decision decision = guard.beforeUpdate(passes.loss());
        UpdateOutcome outcome = null;
        if (decision.action() == Guard.Action.CONTINUE && Double.isFinite(passes.loss())) {
            if (guard.calm() && !continued) {
                recovery.takeIfDue(progress.iteration, progress.updates);
            }
            outcome = engine.update(new UpdateRule(clip, progress.updates, progress.epoch, guard.learningRateScale()));
            decision = guard.afterUpdate(outcome.applied());
        } else {
            engine.discardGradient();
        }
        progress.iteration++;
        double seconds = (System.nanoTime() - start) / 1e9;
        boolean applied = outcome != null && outcome.applied();
        count(applied, outcome, passes.loss(), seconds);
        records.step(report(passes.loss(), outcome, applied, seconds), Optional.ofNullable(outcome), passes.trace());
        if (outcome != null ? !applied : !Double.isFinite(passes.loss())) {
            explainSkip(batches, passes);
        }
        return act(decision);
    }

    /** @param loss mean over the passes */
    private record Passes(double loss, Optional<StepTrace> trace) {}

    private Passes passes(List<MultiDataSet> batches, boolean carriesState, boolean traced) {
        double sum = 0;
        Optional<StepTrace> trace = Optional.empty();
        for (int i = 0; i < batches.size(); i++) {
            boolean traceThis = traced && i == 0;
            PassResult result = engine.computeGradient(
                    batches.get(i),
                    new PassOptions(passSeed(progress.iteration, i), carriesState, batches.size() > 1, traceThis));
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

    private void count(boolean applied, UpdateOutcome outcome, double loss, double seconds) {
        progress.record(loss, seconds);
        if (!applied) {
            progress.skippedSteps++;
            return;
        }
        progress.updates++;
        if (outcome.clipScale() < 1) {
            progress.clippedSteps++;
        }
    }

    private IterationReport report(double loss, UpdateOutcome outcome, boolean applied, double seconds) {
        return new IterationReport(
                progress.iteration,
                progress.epoch,
                loss,
                outcome == null ? Double.NaN : outcome.gradient().globalNorm(),
                outcome == null ? 1 : outcome.clipScale(),
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
