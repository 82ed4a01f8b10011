package org.steadygrad.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steadygrad.check.WriteOutage;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineSnapshot;
import org.steadygrad.health.HealthMonitor;
import org.steadygrad.model.ModelFile;
import org.steadygrad.model.ModelFileException;
import org.steadygrad.model.NonFiniteParameters;
import org.steadygrad.model.TrainingCounts;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunLock;
import org.steadygrad.train.checkpoint.CheckpointStore;

/** Writes a run's state to its folder; does nothing for a run without one. */
final class Saving {
    private static final Logger LOG = LoggerFactory.getLogger(Saving.class);

    private final RunState state;
    private final Engine engine;
    private final HealthMonitor health;
    private final RunRecords records;
    private final LoopSettings settings;
    private final Optional<CheckpointStore> store;
    private final ComputationGraph work;
    private final Optional<RunLock> lock;

    /** Checkpoints after validations take at most one part in so many of the time. */
    private static final int SHARE = 10;

    private final Progress progress;
    /** The best model, as long as it isn't in a file; null otherwise. */
    private EngineSnapshot best;

    private TrainingCounts bestCounts;

    private final WriteOutage outage;
    private long lastWrite = System.nanoTime();
    private long lastDuration;
    private int lastIteration = -1;

    /**
     * @param work takes what is exported from the engine
     * @param lock on the folder of the store
     */
    Saving(
            RunState state,
            HealthMonitor health,
            RunRecords records,
            LoopSettings settings,
            Optional<CheckpointStore> store,
            ComputationGraph work,
            Optional<RunLock> lock) {
        this.state = state;
        this.health = health;
        engine = state.engine();
        progress = state.progress();
        this.records = records;
        this.settings = settings;
        this.store = store;
        this.work = work;
        this.lock = lock;
        outage = new WriteOutage("Checkpoints", settings.checkpoint().retrySeconds());
    }

    Progress progress() {
        return progress;
    }

    RunRecords records() {
        return records;
    }

    /** Whether it is time for a checkpoint. */
    boolean due() {
        return outage.isFailing()
                ? outage.isDue()
                : (System.nanoTime() - lastWrite) / 1e9 >= settings.checkpoint().everySeconds();
    }

    /**
     * Whether a checkpoint may be written before it is time for one. Where epochs are short, one after each validation would take more time
     * than training; the best model is kept in memory until then, and a run that was killed comes to it again.
     */
    boolean affordable() {
        return System.nanoTime() - lastWrite >= (SHARE - 1) * lastDuration;
    }

    /** Writes a checkpoint of the present state, unless there is one already, or it can't be written now. */
    void checkpoint() throws IOException {
        if (outage.isDue()) {
            write(outage::attempt);
        }
    }

    /** Writes a checkpoint of the last state, unless there is one already; waits until it can be written. */
    void lastCheckpoint() throws IOException {
        write(outage::insist);
    }

    /** Now if that is possible, or as soon as it is. */
    @FunctionalInterface
    private interface Manner {
        void write(WriteOutage.Write write) throws IOException;
    }

    private void write(Manner manner) throws IOException {
        if (store.isEmpty() || (lastIteration == progress.iteration && best == null)) {
            return;
        }
        records.flush();
        manner.write(this::writeNow);
    }

    private void writeNow() throws IOException {
        requireFolder();
        try {
            writeAll();
        } catch (ModelFileException e) {
            // what was written can't be read back: it may have gone with the folder
            requireFolder();
            throw e;
        }
    }

    private void writeAll() throws IOException {
        long start = System.nanoTime();
        if (best != null) {
            exportBest();
            store.get().writeBest(work);
            best = null;
        }
        if (lastIteration != progress.iteration) {
            writeCheckpoint();
        }
        lastWrite = System.nanoTime();
        lastDuration = lastWrite - start;
    }

    private void exportBest() {
        if (progress.best.iteration() == progress.iteration) {
            engine.exportTo(work);
        } else {
            EngineSnapshot now = engine.snapshot();
            engine.restore(best);
            try {
                engine.exportTo(work);
            } finally {
                engine.restore(now);
            }
        }
        bestCounts.putInto(work);
    }

    private void writeCheckpoint() throws IOException {
        // The snapshot goes first, since both are exported through the same model.
        Optional<ComputationGraph> snapshot =
                state.recovery().exportSnapshot(progress.iteration, work).map(ComputationGraph::clone);
        engine.exportTo(work);
        progress.counts().putInto(work);
        NonFiniteParameters.check(
                "checkpoint of iteration " + progress.iteration, work, "Start anew from an earlier checkpoint.");
        Path file = store.get()
                .write(work, state.saved(health), snapshot, state.guard().calm());
        lastIteration = progress.iteration;
        records.tell(new RunEvent.CheckpointWritten(progress.iteration, "checkpoint " + file.getFileName()));
    }

    /** Writes something else to the run's folder, as soon as that is possible. */
    void insist(WriteOutage.Write write) throws IOException {
        outage.insist(() -> {
            requireFolder();
            write.run();
        });
    }

    /** Files that go to another folder than those before would be found by nobody. */
    private void requireFolder() {
        lock.ifPresent(RunLock::requireInPlace);
    }

    /** Name of the newest checkpoint; empty when there is none. */
    Optional<String> newest() throws IOException {
        return store.isEmpty() ? Optional.empty() : store.get().newestName();
    }

    /** Keeps the present model as the best one. */
    void best() {
        best = engine.snapshot();
        bestCounts = progress.counts();
    }

    /**
     * Puts the best model into another one, or the last when none was validated, with the counts of its training.
     *
     * @return whether it is the best
     */
    boolean exportKept(ComputationGraph model) {
        Optional<TrainingCounts> kept = restoreBest();
        engine.exportTo(model);
        kept.orElseGet(progress::counts).putInto(model);
        return kept.isPresent();
    }

    /** @return how far the best model was trained; empty when there is none */
    private Optional<TrainingCounts> restoreBest() {
        if (best != null) {
            engine.restore(best);
            return Optional.of(bestCounts);
        }
        if (store.isEmpty() || progress.best.iteration() == 0) {
            return Optional.empty();
        }
        try {
            ComputationGraph file = ModelFile.read(store.get().best()).graph();
            engine.importFrom(file);
            return Optional.of(TrainingCounts.of(file));
        } catch (ModelFileException e) {
            LOG.warn("the last model is kept, since the best one can't be read: {}", e.getMessage());
            return Optional.empty();
        }
    }
}
