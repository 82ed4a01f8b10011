package org.steadygrad.train;

import java.util.ArrayList;
import java.util.List;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.engine.Engine;
import org.steadygrad.forensics.FailedStep;
import org.steadygrad.forensics.FailedStep.Pass;
import org.steadygrad.forensics.Forensics;
import org.steadygrad.train.StepQueue.Attempt;

/** Follows a run's steps, so that one that isn't finite can be run again from what it ran from, and looked into. */
final class SkippedSteps {
    private final Engine engine;
    private final StepPasses passes;
    private final Forensics forensics;
    private final BatchSequence training;
    /** The windows that the present recurrent state comes from. */
    private final List<Pass> windows = new ArrayList<>();

    /** @param training knows where the numbers of its batches come from */
    SkippedSteps(Engine engine, StepPasses passes, Forensics forensics, BatchSequence training) {
        this.engine = engine;
        this.passes = passes;
        this.forensics = forensics;
        this.training = training;
    }

    /** Takes note of a step that nothing was wrong with. @param stepsBefore number of steps before it */
    void passed(StepRunner.Done done, int stepsBefore) {
        if (done.applied()) {
            forensics.history().add(done.outcome().orElseThrow());
        }
        Attempt attempt = done.attempt();
        if (attempt.carriesState()) {
            forgetUnlessContinued(attempt);
            windows.addAll(leadInOf(attempt, stepsBefore));
            windows.addAll(passesOf(attempt, stepsBefore));
        }
    }

    /**
     * The passes of the step that was passed last, after those of the windows before it in the same sequences.
     *
     * @param stepsBefore number of steps before it
     */
    List<Pass> withWindowsBefore(Attempt attempt, int stepsBefore) {
        return attempt.carriesState() ? List.copyOf(windows) : passesOf(attempt, stepsBefore);
    }

    private void forgetUnlessContinued(Attempt attempt) {
        if (!attempt.continued()) {
            windows.clear();
        }
    }

    private List<Pass> leadInOf(Attempt attempt, int stepsBefore) {
        List<Pass> all = new ArrayList<>();
        for (int i = 0; i < attempt.leadIn().size(); i++) {
            all.add(new Pass(attempt.leadIn().get(i), passes.leadInSeed(stepsBefore, i)));
        }
        return all;
    }

    private List<Pass> passesOf(Attempt attempt, int stepsBefore) {
        List<Pass> all = new ArrayList<>();
        for (int i = 0; i < attempt.batches().size(); i++) {
            all.add(new Pass(attempt.batches().get(i), passes.seed(stepsBefore, i)));
        }
        return all;
    }

    /**
     * Looks into the step that was just counted and not applied. The recurrent state, which what went wrong may have got
     * into, is forgotten.
     */
    Forensics.Report look(Attempt attempt, Progress progress) {
        forgetUnlessContinued(attempt);
        windows.addAll(leadInOf(attempt, progress.iteration - 1));
        FailedStep step = new FailedStep(
                progress.iteration,
                progress.epoch,
                attempt.batch(),
                attempt.firstTimeStep(),
                windows,
                passesOf(attempt, progress.iteration - 1),
                attempt.carriesState());
        int epoch = progress.epochs();
        Forensics.Report report =
                forensics.look(engine, step, (pass, cell) -> training.origin(epoch, attempt.batch() + pass, cell));
        windows.clear();
        return report;
    }

    /** Takes note that updates were taken back. */
    void rolledBack() {
        forensics.history().clear();
        windows.clear();
    }
}
