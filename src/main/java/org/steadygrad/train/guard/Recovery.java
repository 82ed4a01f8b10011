package org.steadygrad.train.guard;

import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineSnapshot;
import org.steadygrad.ops.ClipPolicy;
import org.steadygrad.spec.GuardSpec;

/** Keeps the last good state of a run in memory and goes back to it. */
public final class Recovery {
    private final Engine engine;
    private final ClipPolicy clip;
    private final int every;
    private EngineSnapshot snapshot;
    private SnapshotInfo info;

    private Recovery(GuardSpec guard, Engine engine, ClipPolicy clip) {
        this.engine = engine;
        this.clip = clip;
        every = guard instanceof GuardSpec.Auto auto ? auto.snapshotEvery() : Integer.MAX_VALUE;
    }

    /**
     * A run's start is its first good state.
     *
     * @param updates of the network before the run
     */
    public static Recovery start(GuardSpec guard, Engine engine, ClipPolicy clip, int updates) {
        Recovery recovery = new Recovery(guard, engine, clip);
        recovery.take(0, updates);
        return recovery;
    }

    /**
     * Goes on from a checkpoint, which the engine holds.
     *
     * @param saved the last good state; empty when it is the checkpoint's own
     * @param info what is known of it
     * @param work takes what is exported from the engine
     */
    public static Recovery resume(
            GuardSpec guard,
            Engine engine,
            ClipPolicy clip,
            Optional<ComputationGraph> saved,
            SnapshotInfo info,
            ComputationGraph work) {
        Recovery recovery = new Recovery(guard, engine, clip);
        if (saved.isPresent()) {
            engine.exportTo(work);
            engine.importFrom(saved.get());
            recovery.snapshot = engine.snapshot();
            engine.importFrom(work);
        } else {
            recovery.snapshot = engine.snapshot();
        }
        recovery.info = info;
        return recovery;
    }

    /** Whether the last snapshot is old enough for a new one. */
    public boolean due(int iteration) {
        return iteration - info.iteration() >= every;
    }

    /** Takes a snapshot if one is due. To be called when the parameters have just given a good loss. */
    public void takeIfDue(int iteration, int updates) {
        if (due(iteration)) {
            take(iteration, updates);
        }
    }

    /** Takes a snapshot. */
    public void take(int iteration, int updates) {
        snapshot = engine.snapshot();
        info = new SnapshotInfo(iteration, updates, Map.copyOf(clip.state()));
    }

    /** What the last good state says to something; the engine is left in its present one. To be called when it is idle. */
    public double inLastGoodState(DoubleSupplier question) {
        EngineSnapshot present = engine.snapshot();
        engine.restore(snapshot);
        try {
            return question.getAsDouble();
        } finally {
            engine.restore(present);
        }
    }

    /** Puts the last good state back. @return number of updates in it */
    public int rollBack() {
        engine.restore(snapshot);
        clip.restore(info.clipPolicy());
        return info.updates();
    }

    public SnapshotInfo info() {
        return info;
    }

    /** Writes the last good state into a model, unless it is the engine's present one. */
    public Optional<ComputationGraph> exportSnapshot(int iteration, ComputationGraph work) {
        if (info.iteration() == iteration) {
            return Optional.empty();
        }
        EngineSnapshot present = engine.snapshot();
        engine.restore(snapshot);
        try {
            engine.exportTo(work);
        } finally {
            engine.restore(present);
        }
        return Optional.of(work);
    }
}
