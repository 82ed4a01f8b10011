package org.steadygrad.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.engine.step.Pass;
import org.steadygrad.engine.step.StepOutcome;
import org.steadygrad.engine.step.StepPasses;
import org.steadygrad.engine.step.StepPipeline;
import org.steadygrad.engine.step.StepPolicy;
import org.steadygrad.engine.step.TrainingStep;
import org.steadygrad.forensics.Forensics;
import org.steadygrad.model.TrainingCounts;
import org.steadygrad.model.UpdaterSettings;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.train.guard.Guard;
import org.steadygrad.train.guard.Recovery;

/**
 * What a run makes of its steps: goes on, rolls back or stops as the guard says, counts them, has those looked into that
 * aren't finite, and tells the records.
 */
final class RunPolicy implements StepPolicy {
    private static final String RESCALED =
            "step skipped: the gradient of the scaled loss exceeded what 16-bit floats hold;"
                    + " the loss is scaled by half as much from now on";

    private final RunState state;
    private final Guard guard;
    private final Recovery recovery;
    private final Progress progress;
    private final LossPerStep lossPerStep;
    private final StepPasses passes;
    private final SkippedSteps skipped;
    private final UpdaterSettings settings;
    private final RunRecords records;

    /** Of the step that is under way. */
    private Seen seen;

    /** Why the run can't go on, once it can't. */
    private Optional<String> trouble = Optional.empty();

    /**
     * What the guard said to a step's loss.
     *
     * @param lossPerStep NaN when nothing is scored
     */
    private record Seen(Guard.Decision decision, double lossPerStep) {}

    /** @param settings of the network that is trained */
    RunPolicy(
            RunState state,
            LossPerStep lossPerStep,
            SkippedSteps skipped,
            UpdaterSettings settings,
            RunRecords records) {
        this.state = state;
        guard = state.guard();
        recovery = state.recovery();
        progress = state.progress();
        this.lossPerStep = lossPerStep;
        passes = new StepPasses(state.engine());
        this.skipped = skipped;
        this.settings = settings;
        this.records = records;
    }

    /** Why the run can't go on, if it can't. */
    Optional<String> trouble() {
        return trouble;
    }

    @Override
    public UpdateRule rule(int ahead) {
        return new UpdateRule(state.clip(), progress.updates + ahead, progress.epochs(), state.rateScale());
    }

    /** A setting of an update that isn't finite, as a schedule may come to. @param ahead updates before it, the next left out */
    Optional<String> badSetting(int ahead) {
        int updates = progress.updates + ahead;
        return settings.at(updates, progress.epochs())
                .map(found -> "update " + (updates + 1) + " would be made with " + found + ": mend its schedule");
    }

    @Override
    public boolean mayBeAhead(TrainingStep step) {
        return guard.calm()
                && guard.learningRateScale() == 1
                && !recovery.due(step.position().iteration() - 1);
    }

    @Override
    public boolean wantsUpdate(StepOutcome soFar) {
        boolean goOn = look(soFar) && Double.isFinite(soFar.loss());
        if (goOn && guard.calm() && !soFar.step().continued()) {
            recovery.takeIfDue(progress.iteration, progress.updates);
        }
        return goOn;
    }

    /** @return whether the guard lets the step be */
    private boolean look(StepOutcome soFar) {
        double perStep = lossPerStep.of(soFar);
        Guard.Decision decision = guard.beforeUpdate(soFar.loss(), perStep, progress.epoch);
        seen = new Seen(decision, perStep);
        return decision.action() == Guard.Action.CONTINUE;
    }

    @Override
    public boolean done(StepOutcome outcome, StepPipeline pipeline) {
        // that the loss scale was too large for a gradient is no reason to worry
        Guard.Decision decision = outcome.update().isEmpty()
                        || outcome.rescaled()
                        || seen.decision().action() != Guard.Action.CONTINUE
                ? seen.decision()
                : guard.afterUpdate(outcome.applied());
        count(outcome);
        Optional<Forensics.Report> why =
                outcome.failed() ? Optional.of(skipped.look(outcome.step(), progress)) : Optional.empty();
        tell(outcome, why);
        if (!outcome.failed()) {
            skipped.passed(outcome);
        }
        if (decision.action() == Guard.Action.CONTINUE && !outcome.failed() && guard.wantsComparison()) {
            pipeline.idle();
            guard.compare(lossInLastGoodState(outcome.step()));
        }
        act(decision);
        return trouble.isEmpty();
    }

    private void count(StepOutcome outcome) {
        progress.iteration++;
        progress.record(outcome.loss(), outcome.seconds());
        if (outcome.applied()) {
            progress.updates++;
            progress.clippedSteps += outcome.update().orElseThrow().clipScale() < 1 ? 1 : 0;
        } else {
            progress.skippedSteps++;
        }
    }

    private void tell(StepOutcome outcome, Optional<Forensics.Report> why) {
        records.given(outcome.step(), outcome.applied());
        why.ifPresent(report -> records.verdict(progress.iteration, report.verdict()));
        records.step(event(outcome), outcome);
        why.ifPresent(report -> records.skipped(progress.iteration, outcome.loss(), report));
        if (outcome.rescaled()) {
            records.tell(new RunEvent.Skipped(progress.iteration, RESCALED, Optional.empty(), Optional.empty()));
        }
    }

    private RunEvent.Step event(StepOutcome outcome) {
        return new RunEvent.Step(
                progress.iteration,
                progress.epoch,
                outcome.loss(),
                seen.lossPerStep(),
                outcome.update().map(update -> update.gradient().globalNorm()).orElse(Double.NaN),
                outcome.update().map(UpdateOutcome::clipScale).orElse(1.0),
                outcome.applied(),
                state.rateScale(),
                // a step that was counted is one of the updates already
                state.rateScale()
                        * settings.learningRate(progress.updates - (outcome.applied() ? 1 : 0), progress.epochs()),
                outcome.seconds());
    }

    /** Per scored step, of the step that was passed last. */
    private double lossInLastGoodState(TrainingStep step) {
        List<Pass> before = skipped.withWindowsBefore(step);
        List<Pass> own = before.subList(before.size() - step.passes().size(), before.size());
        TrainingCounts trained = new TrainingCounts(progress.updates - 1, progress.epochs());
        return recovery.inLastGoodState(() -> {
            List<Double> losses = new ArrayList<>(passes.losses(before, step.carriesState(), trained));
            return lossPerStep.of(own, losses.subList(losses.size() - own.size(), losses.size()));
        });
    }

    private void act(Guard.Decision decision) {
        if (decision.action() == Guard.Action.STOP) {
            trouble = Optional.of("stopped by the guard: " + decision.reason());
        }
        if (decision.action() == Guard.Action.ROLL_BACK) {
            int from = recovery.info().iteration();
            progress.updates = recovery.rollBack();
            skipped.rolledBack();
            String message = decision.reason() + ": back to the snapshot of iteration " + from + ", updates scaled by "
                    + guard.learningRateScale();
            records.tell(new RunEvent.RolledBack(progress.iteration, message, from, guard.learningRateScale()));
        }
    }

    /**
     * Takes steps that a rehearsal did for the run's own. Ends at one that the guard doesn't let be, with which the state is left
     * that the others lead to.
     */
    void adopt(List<StepOutcome> rehearsed, StepPipeline pipeline) {
        for (StepOutcome outcome : rehearsed) {
            boolean letBe = look(outcome);
            if (!done(outcome, pipeline) || !letBe) {
                return;
            }
        }
    }

    /** The loop took their batches. */
    @Override
    public void undone(List<TrainingStep> steps) {
        progress.batchInEpoch -=
                (int) steps.stream().filter(step -> !step.carriesState()).count();
    }
}
