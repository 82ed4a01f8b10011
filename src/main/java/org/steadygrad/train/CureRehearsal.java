package org.steadygrad.train;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.clip.AdjustableClipping;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineException;
import org.steadygrad.engine.EngineSnapshot;
import org.steadygrad.ops.ClipRule;
import org.steadygrad.runlog.CureTrial;
import org.steadygrad.train.OnlineCures.Change;
import org.steadygrad.train.OnlineCures.Proposal;
import org.steadygrad.train.StepQueue.Attempt;
import org.steadygrad.train.StepRunner.Done;

/**
 * Tries a cure as a transaction: snapshot, a few steps without it, back to the snapshot, the same steps on the same batches with
 * it; the run goes on from the better of the two states, and only these steps count. Which is better is told by the mean loss
 * of the second half of the steps.
 */
final class CureRehearsal {
    private static final double SPIKE_LIMIT_PERCENTILE = 0.5;
    private static final double LOOSE_LIMIT_PERCENTILE = 0.9;

    private final Engine engine;
    private final AdjustableClipping clip;
    private final OnlineCures cures;
    private final RunParts parts;
    private final StepRunner steps;
    private final RunRecords records;

    CureRehearsal(RunParts parts, StepRunner steps, RunRecords records) {
        this.parts = parts;
        this.steps = steps;
        this.records = records;
        engine = parts.engine();
        clip = parts.clip();
        cures = parts.cures();
    }

    /** Number of steps that a trial needs now; 0 when there is nothing to try. */
    int stepsWanted() {
        Optional<Proposal> next = cures.next(records.progress().iteration);
        if (next.isPresent() && !possible(next.get().change())) {
            cures.drop(next.get());
            return stepsWanted();
        }
        return next.isPresent() && parts.guard().calm() ? cures.trialSteps() : 0;
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
     * @return why the run can't go on, if it can't
     */
    Optional<String> run(List<Attempt> attempts) {
        Proposal proposal = cures.next(records.progress().iteration).orElseThrow();
        Point start = point();
        List<Done> without;
        Point unchanged;
        String change;
        List<Done> with;
        try {
            without = steps.rehearse(attempts);
            unchanged = point();
            goTo(start);
            change = apply(proposal.change());
            with = steps.rehearse(attempts);
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
                records.progress().iteration, proposal.finding(), change, attempts.size(), lossWith, lossWithout, kept);
        cures.tried(proposal, trial);
        tell(trial);
        return goOn(kept, attempts, start, unchanged, kept ? with : without);
    }

    private Optional<String> goOn(boolean kept, List<Attempt> attempts, Point start, Point unchanged, List<Done> done) {
        if (!Double.isFinite(loss(done, attempts.size()))) {
            // both went wrong: the guard is to see it happen
            goTo(start);
            return again(attempts);
        }
        if (!kept) {
            goTo(unchanged);
        }
        Optional<String> trouble = steps.adopt(done);
        if (trouble.isEmpty() && kept && parts.guard().calm()) {
            // a roll-back shouldn't undo the cure
            parts.recovery().take(records.progress().iteration, records.progress().updates);
        }
        return trouble;
    }

    private Optional<String> again(List<Attempt> attempts) {
        for (Attempt attempt : attempts) {
            Optional<String> trouble = steps.run(attempt);
            if (trouble.isPresent()) {
                return trouble;
            }
        }
        return Optional.empty();
    }

    /** Makes the change. @return the change in words */
    private String apply(Change change) {
        if (change == Change.LOWER_RATE || change == Change.RAISE_RATE) {
            cures.changeRate(change);
            return change.words();
        }
        double[] norms = parts.health().gradientNorms();
        Arrays.sort(norms);
        double share = change == Change.CLIP ? SPIKE_LIMIT_PERCENTILE : LOOSE_LIMIT_PERCENTILE;
        double limit = norms.length == 0 ? 1 : norms[(int) (share * (norms.length - 1))];
        clip.limit(limit > 0 ? limit : 1);
        return String.format(Locale.ROOT, "%s (%.3g)", change.words(), limit);
    }

    /** Mean over the second half of the steps; NaN when one of them failed. */
    private static double loss(List<Done> done, int wanted) {
        return done.size() < wanted
                ? Double.NaN
                : done.stream()
                        .skip(wanted / 2)
                        .mapToDouble(step -> step.pass().loss())
                        .average()
                        .orElse(Double.NaN);
    }

    private void tell(CureTrial trial) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("finding", trial.finding());
        facts.put("change", trial.change());
        facts.put("steps", trial.steps());
        facts.put("lossWith", RunRecords.number(trial.lossWith()));
        facts.put("lossWithout", RunRecords.number(trial.lossWithout()));
        String message = String.format(
                Locale.ROOT,
                "for %s tried on %d steps: %s. Loss with it %.4g, without it %.4g: %s",
                trial.finding(),
                trial.steps(),
                trial.change(),
                trial.lossWith(),
                trial.lossWithout(),
                trial.kept() ? "kept" : "taken back");
        TrainingObserver.Event event =
                trial.kept() ? TrainingObserver.Event.CURED : TrainingObserver.Event.CURE_TAKEN_BACK;
        records.event(event, trial.iteration(), message, facts);
    }
}
