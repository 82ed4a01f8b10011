package org.steadygrad.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.clip.AdjustableClipping;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineException;
import org.steadygrad.engine.EngineSnapshot;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.engine.step.StepOutcome;
import org.steadygrad.engine.step.StepPipeline;
import org.steadygrad.engine.step.StepPolicy;
import org.steadygrad.engine.step.TrainingStep;
import org.steadygrad.health.HealthMonitor;
import org.steadygrad.ops.ClipRule;
import org.steadygrad.runlog.CureTrial;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.train.guard.OnlineCures;
import org.steadygrad.train.guard.OnlineCures.Change;
import org.steadygrad.train.guard.OnlineCures.Proposal;

/**
 * Tries a cure as a transaction: snapshot, a few steps without it, back to the snapshot, the same steps on the same batches with
 * it; the run goes on from the better of the two states, and only these steps count. Which is better is told by the mean loss
 * of the second half of the steps.
 */
final class CureRehearsal {
    private static final double SPIKE_LIMIT_PERCENTILE = 0.5;
    private static final double LOOSE_LIMIT_PERCENTILE = 0.9;

    private final RunState state;
    private final Engine engine;
    private final AdjustableClipping clip;
    private final OnlineCures cures;
    private final Progress progress;
    private final HealthMonitor health;
    private final RunPolicy policy;
    private final StepPipeline pipeline;
    private final RunRecords records;

    /** @param pipeline the run's own, with the policy */
    CureRehearsal(RunState state, HealthMonitor health, RunPolicy policy, StepPipeline pipeline, RunRecords records) {
        this.state = state;
        this.health = health;
        this.policy = policy;
        this.pipeline = pipeline;
        this.records = records;
        engine = state.engine();
        clip = state.clip();
        cures = state.cures();
        progress = state.progress();
    }

    /** Number of steps that a trial needs now; 0 when there is nothing to try. */
    int stepsWanted() {
        Optional<Proposal> next = cures.next(progress.iteration);
        if (next.isPresent() && !possible(next.get().change())) {
            cures.drop(next.get());
            return stepsWanted();
        }
        return next.isPresent() && state.guard().calm() ? cures.trialSteps() : 0;
    }

    private boolean possible(Change change) {
        Optional<ClipRule> rule = clip.constantRule();
        return switch (change) {
            case CLIP -> rule.isPresent() && rule.get() instanceof ClipRule.None;
            case LOOSEN_CLIP -> rule.isPresent() && rule.get() instanceof ClipRule.ByGlobalNorm;
            case LOWER_RATE, RAISE_RATE -> true;
        };
    }

    /** How training stands: what has to be put back to try something else from the same point. */
    private record Point(EngineSnapshot engine, Map<String, double[]> clip, double rateFactor) {}

    private Point point() {
        return new Point(engine.snapshot(), Map.copyOf(clip.state()), cures.rateFactor());
    }

    private void goTo(Point point) {
        engine.restore(point.engine());
        clip.restore(point.clip());
        cures.setRateFactor(point.rateFactor());
    }

    private void goBackAfter(EngineException failure, Point point) {
        try {
            goTo(point);
        } catch (EngineException second) {
            failure.addSuppressed(second);
        }
    }

    /**
     * Does the steps, with what is to be tried next or without it. To be called when the results of all steps before are
     * known.
     *
     * @return whether the run can go on, as its policy says
     */
    boolean run(List<TrainingStep> attempts) {
        Proposal proposal = cures.next(progress.iteration).orElseThrow();
        Point start = point();
        List<StepOutcome> without;
        Point unchanged;
        String change;
        List<StepOutcome> with;
        try {
            without = rehearse(attempts);
            unchanged = point();
            goTo(start);
            change = apply(proposal.change());
            with = rehearse(attempts);
        } catch (EngineException failure) {
            // none of these steps counts, so that none must be in a checkpoint that is written now
            goBackAfter(failure, start);
            throw failure;
        }
        double lossWith = loss(with, attempts.size());
        double lossWithout = loss(without, attempts.size());
        boolean kept = Double.isFinite(lossWith)
                && (!Double.isFinite(lossWithout)
                        || lossWith < lossWithout - OnlineCures.MARGIN * Math.abs(lossWithout));
        CureTrial trial = new CureTrial(
                progress.iteration, proposal.finding(), change, attempts.size(), lossWith, lossWithout, kept);
        cures.tried(proposal, trial);
        records.tell(new RunEvent.CureTried(trial));
        return goOn(kept, attempts, start, unchanged, kept ? with : without);
    }

    /** Does steps without counting or recording them, up to the first that isn't applied. */
    private List<StepOutcome> rehearse(List<TrainingStep> attempts) {
        Rehearsal rehearsal = new Rehearsal();
        StepPipeline own = new StepPipeline(engine, rehearsal);
        boolean goOn = true;
        for (int i = 0; goOn && i < attempts.size(); i++) {
            goOn = own.run(attempts.get(i));
        }
        own.finish();
        return rehearsal.outcomes;
    }

    /** Takes steps as they come; the run's policy sees them once they are adopted. */
    private final class Rehearsal implements StepPolicy {
        private final List<StepOutcome> outcomes = new ArrayList<>();
        private int updates;

        @Override
        public UpdateRule rule(int ahead) {
            return new UpdateRule(clip, progress.updates + updates + ahead, progress.epochs(), state.rateScale());
        }

        @Override
        public boolean done(StepOutcome outcome, StepPipeline pipeline) {
            outcomes.add(outcome);
            updates += outcome.applied() ? 1 : 0;
            return outcome.applied() || outcome.rescaled();
        }
    }

    private boolean goOn(
            boolean kept, List<TrainingStep> attempts, Point start, Point unchanged, List<StepOutcome> done) {
        if (!Double.isFinite(loss(done, attempts.size()))) {
            // both went wrong: the guard is to see it happen
            goTo(start);
            return again(attempts);
        }
        if (!kept) {
            goTo(unchanged);
        }
        policy.adopt(done, pipeline);
        boolean goOn = policy.trouble().isEmpty();
        if (goOn && kept && state.guard().calm()) {
            // a roll-back shouldn't undo the cure
            state.recovery().take(progress.iteration, progress.updates);
        }
        return goOn;
    }

    private boolean again(List<TrainingStep> attempts) {
        boolean goOn = true;
        for (int i = 0; goOn && i < attempts.size(); i++) {
            goOn = pipeline.run(attempts.get(i));
        }
        return goOn;
    }

    /** Makes the change. @return the change in words */
    private String apply(Change change) {
        if (change == Change.LOWER_RATE || change == Change.RAISE_RATE) {
            cures.changeRate(change);
            return change.words();
        }
        double[] norms = health.gradientNorms();
        Arrays.sort(norms);
        double share = change == Change.CLIP ? SPIKE_LIMIT_PERCENTILE : LOOSE_LIMIT_PERCENTILE;
        double limit = norms.length == 0 ? 1 : norms[(int) (share * (norms.length - 1))];
        clip.limit(limit > 0 ? limit : 1);
        return String.format(Locale.ROOT, "%s (%.3g)", change.words(), limit);
    }

    /** Mean over the second half of the steps; NaN when one of them failed. */
    private static double loss(List<StepOutcome> done, int wanted) {
        return done.size() < wanted
                ? Double.NaN
                : done.stream()
                        .skip(wanted / 2)
                        .mapToDouble(StepOutcome::loss)
                        .average()
                        .orElse(Double.NaN);
    }
}
