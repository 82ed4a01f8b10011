package org.steadygrad.train;

import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.clip.AdjustableClipping;
import org.steadygrad.clip.ClipPolicies;
import org.steadygrad.engine.Engine;
import org.steadygrad.health.HealthMonitor;
import org.steadygrad.model.TrainingCounts;
import org.steadygrad.train.checkpoint.CheckpointStore;
import org.steadygrad.train.checkpoint.TrainingState;
import org.steadygrad.train.guard.Guard;
import org.steadygrad.train.guard.OnlineCures;
import org.steadygrad.train.guard.Recovery;

/**
 * All of a run that changes while it trains, and that a checkpoint holds.
 *
 * @param engine parameters, updaters' state and running statistics
 * @param clip what the clip policy has learnt
 * @param guard what it has seen
 * @param recovery the last good state
 * @param cures what was found and tried
 * @param progress the counters
 */
record RunState(
        Engine engine, AdjustableClipping clip, Guard guard, Recovery recovery, OnlineCures cures, Progress progress) {

    /**
     * @param model what is trained; isn't changed
     * @param work of the same configuration, for what is exported on the way
     * @param checkpoint what the run goes on from; empty for a run that starts
     */
    static RunState of(
            Engine engine,
            ComputationGraph model,
            ComputationGraph work,
            LoopSettings settings,
            Optional<CheckpointStore.Checkpoint> checkpoint) {
        AdjustableClipping clip = new AdjustableClipping(ClipPolicies.of(settings.clip()));
        if (checkpoint.isEmpty()) {
            Progress progress = Progress.start(TrainingCounts.of(model));
            return new RunState(
                    engine,
                    clip,
                    new Guard(settings.guard(), Guard.State.START),
                    Recovery.start(settings.guard(), engine, clip, progress.updates),
                    new OnlineCures(settings.guard(), OnlineCures.State.START),
                    progress);
        }
        TrainingState saved = checkpoint.get().state();
        engine.importFrom(checkpoint.get().model());
        clip.restore(saved.clipPolicy());
        return new RunState(
                engine,
                clip,
                new Guard(settings.guard(), saved.guard()),
                Recovery.resume(settings.guard(), engine, clip, checkpoint.get().snapshot(), saved.snapshot(), work),
                new OnlineCures(settings.guard(), saved.cures()),
                Progress.resume(saved));
    }

    /** Factor on updates. */
    double rateScale() {
        return guard.learningRateScale() * cures.rateFactor();
    }

    /** For a checkpoint. @param health what it has seen */
    TrainingState saved(HealthMonitor health) {
        return new TrainingState(
                progress.iteration,
                progress.before(),
                progress.updates,
                progress.epoch,
                progress.batchInEpoch,
                progress.skippedSteps,
                progress.clippedSteps,
                progress.seconds,
                guard.state(),
                clip.state(),
                recovery.info(),
                progress.recentLosses(),
                progress.recentSeconds(),
                progress.validatedAt,
                progress.validation,
                progress.best,
                health.state(),
                cures.state());
    }
}
