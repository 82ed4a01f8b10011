package org.steadygrad.train;

import org.steadygrad.engine.EngineRequest;
import org.steadygrad.spec.CheckpointSpec;
import org.steadygrad.spec.ClipSpec;
import org.steadygrad.spec.EarlyStoppingSpec;
import org.steadygrad.spec.GuardSpec;
import org.steadygrad.spec.HealthSpec;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.TrainingSpec;

/**
 * What the loop needs to know of a run; see {@link TrainingSpec} for the meaning of each. What belongs to the model
 * (updater, schedule, penalties, windows of truncated BPTT) stands in the model's configuration.
 */
record LoopSettings(
        long seed,
        Limits limits,
        ClipSpec clip,
        int accumulate,
        GuardSpec guard,
        Integer validateEvery,
        EarlyStoppingSpec earlyStopping,
        CheckpointSpec checkpoint,
        HealthSpec health,
        EngineRequest engine) {

    /** When a run ends by itself; {@code null} stands for no limit. */
    record Limits(int epochs, Integer iterations, Double maxMinutes) {}

    static LoopSettings of(RunSpec run) {
        return of(run.training(), run.health(), run.seed(), EngineRequest.of(run));
    }

    static LoopSettings of(TrainingSpec training, HealthSpec health, long seed, EngineRequest engine) {
        return new LoopSettings(
                seed,
                new Limits(training.mostEpochs(), training.iterations(), training.maxMinutes()),
                training.clip(),
                training.accumulate(),
                training.guard(),
                training.validateEvery(),
                training.earlyStopping(),
                training.checkpoint(),
                health,
                engine);
    }
}
