package org.steadygrad.train;

import org.steadygrad.engine.EngineRequest;
import org.steadygrad.engine.Engines;
import org.steadygrad.spec.CheckpointSpec;
import org.steadygrad.spec.ClipSpec;
import org.steadygrad.spec.EarlyStoppingSpec;
import org.steadygrad.spec.GuardSpec;
import org.steadygrad.spec.HealthSpec;
import org.steadygrad.spec.LossMean;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.TrainingSpec;
import org.steadygrad.spec.yaml.RunFiles;

/**
 * What the loop needs to know of a run; see {@link TrainingSpec} for the meaning of each. What belongs to the model
 * (updater, schedule, penalties, windows of truncated BPTT) stands in the model's configuration.
 */
record LoopSettings(
        long seed,
        Limits limits,
        LossMean loss,
        ClipSpec clip,
        int accumulate,
        GuardSpec guard,
        Integer validateEvery,
        EarlyStoppingSpec earlyStopping,
        CheckpointSpec checkpoint,
        HealthSpec health,
        EngineRequest engine) {

    /**
     * What a run file says that leaves all of them out, on the engine that the toolkit chooses, but for the loss: whoever brings a network
     * of DL4J has rates for DL4J's.
     */
    static final LoopSettings DEFAULTS = of(
                    RunFiles.defaults(TrainingSpec.class),
                    RunFiles.defaults(HealthSpec.class),
                    RunSpec.DEFAULT_SEED,
                    EngineRequest.of(Engines.AUTO))
            .withLoss(LossMean.PER_EXAMPLE);

    /** When a run ends by itself; {@code null} stands for no limit. */
    record Limits(int epochs, Integer iterations, Double maxMinutes) {
        Limits withEpochs(int number) {
            return new Limits(number, iterations, maxMinutes);
        }

        Limits withIterations(int number) {
            return new Limits(epochs, number, maxMinutes);
        }

        Limits withMaxMinutes(double minutes) {
            return new Limits(epochs, iterations, minutes);
        }
    }

    static LoopSettings of(RunSpec run) {
        return of(run.training(), run.health(), run.seed(), EngineRequest.of(run));
    }

    private static LoopSettings of(TrainingSpec training, HealthSpec health, long seed, EngineRequest engine) {
        return new LoopSettings(
                seed,
                new Limits(training.mostEpochs(), training.iterations(), training.maxMinutes()),
                training.loss(),
                training.clip(),
                training.accumulate(),
                training.guard(),
                training.validateEvery(),
                training.earlyStopping(),
                training.checkpoint(),
                health,
                engine);
    }

    LoopSettings withSeed(long other) {
        return new LoopSettings(
                other, limits, loss, clip, accumulate, guard, validateEvery, earlyStopping, checkpoint, health, engine);
    }

    LoopSettings withLimits(Limits other) {
        return new LoopSettings(
                seed, other, loss, clip, accumulate, guard, validateEvery, earlyStopping, checkpoint, health, engine);
    }

    LoopSettings withLoss(LossMean other) {
        return new LoopSettings(
                seed, limits, other, clip, accumulate, guard, validateEvery, earlyStopping, checkpoint, health, engine);
    }

    LoopSettings withClip(ClipSpec other) {
        return new LoopSettings(
                seed, limits, loss, other, accumulate, guard, validateEvery, earlyStopping, checkpoint, health, engine);
    }

    LoopSettings withAccumulate(int other) {
        return new LoopSettings(
                seed, limits, loss, clip, other, guard, validateEvery, earlyStopping, checkpoint, health, engine);
    }

    LoopSettings withGuard(GuardSpec other) {
        return new LoopSettings(
                seed, limits, loss, clip, accumulate, other, validateEvery, earlyStopping, checkpoint, health, engine);
    }

    LoopSettings withValidateEvery(Integer other) {
        return new LoopSettings(
                seed, limits, loss, clip, accumulate, guard, other, earlyStopping, checkpoint, health, engine);
    }

    LoopSettings withEarlyStopping(EarlyStoppingSpec other) {
        return new LoopSettings(
                seed, limits, loss, clip, accumulate, guard, validateEvery, other, checkpoint, health, engine);
    }

    LoopSettings withCheckpoint(CheckpointSpec other) {
        return new LoopSettings(
                seed, limits, loss, clip, accumulate, guard, validateEvery, earlyStopping, other, health, engine);
    }

    LoopSettings withHealth(HealthSpec other) {
        return new LoopSettings(
                seed, limits, loss, clip, accumulate, guard, validateEvery, earlyStopping, checkpoint, other, engine);
    }

    LoopSettings withEngine(EngineRequest other) {
        return new LoopSettings(
                seed, limits, loss, clip, accumulate, guard, validateEvery, earlyStopping, checkpoint, health, other);
    }
}
