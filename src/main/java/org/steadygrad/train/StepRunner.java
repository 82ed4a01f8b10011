package org.steadygrad.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.StepResult;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.forensics.FailedStep.Pass;
import org.steadygrad.forensics.Forensics;
import org.steadygrad.model.UpdaterSettings;
import org.steadygrad.ops.ClipPolicy;
import org.steadygrad.train.StepQueue.Attempt;

/**
 * Runs single training steps: passes, guard, update, roll-back, and the records of all this. An engine that can be ahead is
 * asked for steps before the results of the ones before are known, on the assumption that nothing is the matter with those.
 * Where that turns out wrong, the steps that built on it are taken back and done again, so that a run's numbers are the same
 * as with an engine that does step after step.
 */
final class StepRunner {
    private static final String RESCALED =
            "step skipped: the gradient of the scaled loss exceeded what 16-bit floats hold;"
                    + " the loss is scaled by half as much from now on";

    private final Engine engine;
    private final ClipPolicy clip;
    private final Guard guard;
    private final Recovery recovery;
    private final OnlineCures cures;
    private final Progress progress;
    private final RunRecords records;
    private final StepPasses passes;
    private final SkippedSteps skipped;
    private final UpdaterSettings settings;
    private final StepQueue queue = new StepQueue();

    /** @param settings of the network that is trained */
    StepRunner(RunParts parts, RunRecords records, StepPasses passes, SkippedSteps skipped, UpdaterSettings settings) {
        engine = parts.engine();
        clip = parts.clip();
        guard = parts.guard();
        recovery = parts.recovery();
        cures = parts.cures();
        this.records = records;
        progress = records.progress();
        this.passes = passes;
        this.skipped = skipped;
        this.settings = settings;
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
                && attempt.leadIn().isEmpty()
                && clip.constantRule().isPresent()
                && guard.calm()
                && guard.learningRateScale() == 1
                && !passes.takesHistograms(iterationsAsked())
                && !recovery.due(iterationsAsked());
    }

    private void ask(Attempt attempt) {
        long start = System.nanoTime();
        int before = iterationsAsked();
        passes.prepareState(attempt, before);
        UpdateRule rule = rule(queue.size());
        queue.add(attempt, engine.step(attempt.batches().get(0), passes.options(attempt, before), rule), start);
    }

    private Optional<String> settle() {
        StepQueue.Settled settled = queue.settle();
        StepResult result = settled.result()
                .orElseThrow(() -> new IllegalStateException("a step wasn't run although none before it was refused"));
        double loss = result.pass().loss();
        StepPasses.Result pass = new StepPasses.Result(
                loss,
                passes.lossPerStep(settled.attempt().batches(), loss),
                result.pass().trace(),
                Optional.empty());
        Guard.Decision decision = look(pass);
        Optional<UpdateOutcome> outcome = Optional.empty();
        if (decision.action() == Guard.Action.CONTINUE) {
            outcome = result.update();
            decision = outcome.isPresent() ? judge(outcome.get()) : decision;
        }
        boolean sound = decision.action() == Guard.Action.CONTINUE && result.applied();
        List<Attempt> again = sound ? List.of() : queue.withdraw();
        Optional<String> trouble = conclude(new Done(settled.attempt(), pass, outcome, settled.seconds()), decision);
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
        passes.prepareState(attempt, progress.iteration);
        StepPasses.Result pass = passes.run(attempt, progress.iteration);
        Guard.Decision decision = look(pass);
        Optional<UpdateOutcome> outcome = Optional.empty();
        if (decision.action() == Guard.Action.CONTINUE && Double.isFinite(pass.loss())) {
            if (guard.calm() && !attempt.continued()) {
                recovery.takeIfDue(progress.iteration, progress.updates);
            }
            outcome = Optional.of(engine.update(rule(0)));
            decision = judge(outcome.get());
        } else {
            engine.discardGradient();
        }
        return conclude(new Done(attempt, pass, outcome, (System.nanoTime() - start) / 1e9), decision);
    }

    private Guard.Decision look(StepPasses.Result pass) {
        return guard.beforeUpdate(pass.loss(), pass.lossPerStep(), progress.epoch);
    }

    /** That the loss scale was too large for a gradient is no reason to worry. */
    private Guard.Decision judge(UpdateOutcome outcome) {
        return outcome.rescaled() ? Guard.Decision.CONTINUE : guard.afterUpdate(outcome.applied());
    }

    /** A setting of the next update that isn't finite, as a schedule may come to. */
    Optional<String> badSetting() {
        return settings.at(progress.updates + queue.size(), progress.epochs())
                .map(found -> "update " + (progress.updates + queue.size() + 1) + " would be made with " + found
                        + ": mend its schedule");
    }

    private UpdateRule rule(int updatesAhead) {
        return new UpdateRule(clip, progress.updates + updatesAhead, progress.epochs(), rateScale());
    }

    private double rateScale() {
        return guard.learningRateScale() * cures.rateFactor();
    }

    /**
     * A step that was run.
     *
     * @param outcome of the update; empty when there was none
     * @param seconds that it took
     */
    record Done(Attempt attempt, StepPasses.Result pass, Optional<UpdateOutcome> outcome, double seconds) {
        boolean applied() {
            return outcome.isPresent() && outcome.get().applied();
        }
    }

    /**
     * Runs steps without counting or recording them; ends with the first one that isn't applied.
     *
     * @return the steps, in their order, those after a failed one left out
     */
    List<Done> rehearse(List<Attempt> attempts) {
        List<Done> all = new ArrayList<>();
        int updates = 0;
        boolean sound = true;
        for (int i = 0; sound && i < attempts.size(); i++) {
            long start = System.nanoTime();
            passes.prepareState(attempts.get(i), progress.iteration + i);
            StepPasses.Result pass = passes.run(attempts.get(i), progress.iteration + i);
            Optional<UpdateOutcome> outcome = Optional.empty();
            if (Double.isFinite(pass.loss())) {
                outcome = Optional.of(engine.update(rule(updates)));
            } else {
                engine.discardGradient();
            }
            Done done = new Done(attempts.get(i), pass, outcome, (System.nanoTime() - start) / 1e9);
            all.add(done);
            updates += done.applied() ? 1 : 0;
            sound = done.applied() || (outcome.isPresent() && outcome.get().rescaled());
        }
        return all;
    }

    /**
     * Counts and records rehearsed steps as the run's own.
     *
     * @return why the run can't go on, if it can't
     */
    Optional<String> adopt(List<Done> rehearsed) {
        Optional<String> trouble = Optional.empty();
        for (Done done : rehearsed) {
            Guard.Decision decision = look(done.pass());
            boolean spike = decision.action() != Guard.Action.CONTINUE;
            decision = spike ? decision : judge(done.outcome().orElseThrow());
            trouble = conclude(done, decision);
            if (spike || trouble.isPresent()) {
                return trouble;
            }
        }
        return trouble;
    }

    /** Counts and records a step, and does what the guard decided. */
    private Optional<String> conclude(Done done, Guard.Decision decision) {
        progress.iteration++;
        Optional<UpdateOutcome> outcome = done.outcome();
        double loss = done.pass().loss();
        progress.record(loss, done.seconds());
        if (done.applied()) {
            progress.updates++;
            progress.clippedSteps += outcome.get().clipScale() < 1 ? 1 : 0;
        } else {
            progress.skippedSteps++;
        }
        boolean rescaled = outcome.isPresent() && outcome.get().rescaled();
        boolean failed = !rescaled && (outcome.isPresent() ? !done.applied() : !Double.isFinite(loss));
        Optional<Forensics.Report> why =
                failed ? Optional.of(skipped.look(done.attempt(), progress)) : Optional.empty();
        records.given(done.attempt(), done.applied());
        why.ifPresent(report -> records.verdict(progress.iteration, report.verdict()));
        records.step(report(done), done);
        why.ifPresent(report -> records.skipped(progress.iteration, loss, report));
        if (rescaled) {
            records.event(TrainingObserver.Event.SKIPPED, progress.iteration, RESCALED, Map.of());
        }
        if (!failed) {
            skipped.passed(done, progress.iteration - 1);
        }
        if (decision.action() == Guard.Action.CONTINUE && !failed && guard.wantsComparison()) {
            guard.compare(lossInLastGoodState(done.attempt()));
        }
        return act(decision);
    }

    /** Per scored step, of the step that was passed last. */
    private double lossInLastGoodState(Attempt attempt) {
        queue.await();
        int stepsBefore = progress.iteration - 1;
        List<Pass> same = skipped.withWindowsBefore(attempt, stepsBefore);
        return recovery.inLastGoodState(
                () -> passes.again(same, attempt.batches().size(), attempt.carriesState(), stepsBefore));
    }

    private IterationReport report(Done done) {
        return new IterationReport(
                progress.iteration,
                progress.epoch,
                done.pass().loss(),
                done.outcome().map(update -> update.gradient().globalNorm()).orElse(Double.NaN),
                done.outcome().map(UpdateOutcome::clipScale).orElse(1.0),
                done.applied(),
                rateScale(),
                done.seconds());
    }

    private Optional<String> act(Guard.Decision decision) {
        if (decision.action() == Guard.Action.STOP) {
            return Optional.of("stopped by the guard: " + decision.reason());
        }
        if (decision.action() == Guard.Action.ROLL_BACK) {
            int from = recovery.info().iteration();
            progress.updates = recovery.rollBack();
            skipped.rolledBack();
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
