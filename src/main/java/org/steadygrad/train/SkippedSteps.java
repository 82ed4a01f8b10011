package org.steadygrad.train;

import java.util.ArrayList;
import java.util.List;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.step.Pass;
import org.steadygrad.engine.step.StepOutcome;
import org.steadygrad.engine.step.TrainingStep;
import org.steadygrad.forensics.FailedStep;
import org.steadygrad.forensics.Forensics;

/** Follows a run's steps, so that one that isn't finite can be run again from what it ran from, and looked into. */
final class SkippedSteps {
    private final Engine engine;
    private final Forensics forensics;
    private final BatchSequence training;
    /** The windows that the present recurrent state comes from. */
    private final List<Pass> windows = new ArrayList<>();

    /** @param training knows where the numbers of its batches come from */
    SkippedSteps(Engine engine, Forensics forensics, BatchSequence training) {
        this.engine = engine;
        this.forensics = forensics;
        this.training = training;
    }

    /** Takes note of a step that nothing was wrong with. */
    void passed(StepOutcome outcome) {
        if (outcome.applied()) {
            forensics.history().add(outcome.update().orElseThrow());
        }
        TrainingStep step = outcome.step();
        if (step.carriesState()) {
            forgetUnlessContinued(step);
            windows.addAll(step.leadIn());
            windows.addAll(step.passes());
        }
    }

    /** The passes of the step that was passed last, after those of the windows before it in the same sequences. */
    List<Pass> withWindowsBefore(TrainingStep step) {
        return step.carriesState() ? List.copyOf(windows) : step.passes();
    }

    private void forgetUnlessContinued(TrainingStep step) {
        if (!step.continued()) {
            windows.clear();
        }
    }

    /**
     * Looks into the step that was just counted and not applied. The recurrent state, which what went wrong may have got
     * into, is forgotten.
     */
    Forensics.Report look(TrainingStep step, Progress progress) {
        forgetUnlessContinued(step);
        windows.addAll(step.leadIn());
        FailedStep failed = new FailedStep(step.position(), windows, step.passes(), step.carriesState());
        int epoch = progress.epochs();
        int batch = step.position().batch();
        Forensics.Report report =
                forensics.look(engine, failed, (pass, cell) -> training.origin(epoch, batch + pass, cell));
        windows.clear();
        return report;
    }

    /** Takes note that updates were taken back. */
    void rolledBack() {
        forensics.history().clear();
        windows.clear();
    }
}
