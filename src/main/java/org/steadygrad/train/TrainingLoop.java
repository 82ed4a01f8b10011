package org.steadygrad.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.steadygrad.engine.EngineException;
import org.steadygrad.engine.step.StepPipeline;
import org.steadygrad.engine.step.TrainingStep;
import org.steadygrad.train.EndOfRun.End;

/** Epochs, steps, trials, validations and checkpoints, until something ends the run. */
final class TrainingLoop {
    private final StepSource source;
    private final StepPipeline pipeline;
    private final RunPolicy policy;
    private final CureRehearsal cures;
    private final Validations validations;
    private final Saving saving;
    private final EndOfRun ends;
    private final Progress progress;

    TrainingLoop(
            StepSource source,
            StepPipeline pipeline,
            RunPolicy policy,
            CureRehearsal cures,
            Validations validations,
            Saving saving,
            EndOfRun ends) {
        this.source = source;
        this.pipeline = pipeline;
        this.policy = policy;
        this.cures = cures;
        this.validations = validations;
        this.saving = saving;
        this.ends = ends;
        progress = saving.progress();
    }

    /** Trains until something ends the run; the last state is saved as a checkpoint. */
    End run() throws IOException {
        Optional<End> end = ends.patienceOver(progress).or(() -> ends.reached(progress.iteration));
        while (end.isEmpty() && ends.epochsLeft(progress)) {
            end = epoch();
        }
        End reached = end.orElse(new End("all epochs done", true));
        if (reached.completed() && progress.iteration > 0 && !validations.upToDate()) {
            validations.run();
        }
        saving.lastCheckpoint();
        return reached;
    }

    private Optional<End> epoch() throws IOException {
        try (StepSource.Epoch epoch = source.epoch(progress)) {
            while (epoch.hasNext()) {
                int trial = batchesOfTrial();
                Optional<String> trouble = trial > 0 ? tryCure(epoch, trial) : trainOn(epoch);
                boolean epochDone = !epoch.hasNext();
                boolean pause = epochDone || trial > 0 || somethingDue();
                if (trouble.isEmpty() && pause) {
                    trouble = finish();
                }
                if (epochDone) {
                    progress.epoch++;
                    progress.batchInEpoch = 0;
                }
                Optional<End> end = trouble.map(why -> new End(why, false));
                if (end.isEmpty() && pause) {
                    end = afterBatch(epochDone);
                }
                if (end.isPresent()) {
                    return end;
                }
            }
        }
        return Optional.empty();
    }

    /** Number of steps so far, those included whose results aren't known yet. */
    private int asked() {
        return progress.iteration + pipeline.underWay();
    }

    /** @return why the run can't go on, if it can't */
    private Optional<String> finish() {
        return pipeline.finish() ? Optional.empty() : policy.trouble();
    }

    /** Whether something comes next that needs the results of all steps. */
    private boolean somethingDue() {
        return validations.due(asked(), false)
                || saving.due()
                || ends.reached(asked()).isPresent();
    }

    private Optional<String> trainOn(StepSource.Epoch epoch) {
        StepSource.Group group = epoch.next(asked());
        Optional<String> obstacle = group.obstacle().or(() -> policy.badSetting(pipeline.underWay()));
        if (obstacle.isPresent()) {
            // a checkpoint that is written now is of the state before these batches
            progress.batchInEpoch -= group.batches();
            return finish().or(() -> obstacle);
        }
        for (TrainingStep step : group.steps()) {
            int before = asked();
            try {
                if (!pipeline.run(step)) {
                    return policy.trouble();
                }
            } catch (EngineException failure) {
                if (asked() <= before) {
                    // the step wasn't done: a checkpoint that is written now leads to these batches again
                    progress.batchInEpoch -= group.batches();
                }
                throw failure;
            }
        }
        return Optional.empty();
    }

    /** Number of batches that a trial of a cure takes now; 0 when there is nothing to try, or too little left to try it on. */
    private int batchesOfTrial() {
        int wanted = cures.stepsWanted();
        return wanted == 0 ? 0 : source.batchesFor(wanted, ends.stepsLeft(asked()), progress);
    }

    private Optional<String> tryCure(StepSource.Epoch epoch, int number) {
        // before batches are taken: a run that ends here hasn't done them
        Optional<String> trouble = finish();
        if (trouble.isPresent()) {
            return trouble;
        }
        int before = progress.batchInEpoch;
        List<TrainingStep> steps = new ArrayList<>();
        while (progress.batchInEpoch < before + number && epoch.hasNext()) {
            StepSource.Group group = epoch.next(progress.iteration + steps.size());
            if (group.obstacle().isPresent()) {
                progress.batchInEpoch = before;
                return group.obstacle();
            }
            steps.addAll(group.steps());
        }
        int asked = asked();
        try {
            return cures.run(steps) ? Optional.empty() : policy.trouble();
        } catch (EngineException failure) {
            if (asked() == asked) {
                progress.batchInEpoch = before;
            }
            throw failure;
        }
    }

    private Optional<End> afterBatch(boolean epochDone) throws IOException {
        boolean validated = validations.due(progress.iteration, epochDone);
        if (validated) {
            validations.run();
        }
        if (saving.due() || (validated && saving.affordable())) {
            saving.checkpoint();
        }
        return ends.patienceOver(progress).or(() -> ends.reached(progress.iteration));
    }
}
