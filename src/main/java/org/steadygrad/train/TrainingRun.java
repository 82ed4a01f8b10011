package org.steadygrad.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.check.FileWriteException;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataSource;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineException;
import org.steadygrad.engine.Engines;
import org.steadygrad.engine.plan.SequenceFormats;
import org.steadygrad.engine.step.StepPipeline;
import org.steadygrad.engine.step.StepSeeds;
import org.steadygrad.forensics.Forensics;
import org.steadygrad.health.HealthMonitor;
import org.steadygrad.health.MaskRules;
import org.steadygrad.health.RunFacts;
import org.steadygrad.model.AtomicFile;
import org.steadygrad.model.ModelFile;
import org.steadygrad.model.TruncatedBptt;
import org.steadygrad.model.UpdaterSettings;
import org.steadygrad.runlog.Baselines;
import org.steadygrad.runlog.Gain;
import org.steadygrad.runlog.HealthSummary;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunFolder;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.runlog.RunLock;
import org.steadygrad.runlog.RunLogWriter;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.spec.ClipSpec;
import org.steadygrad.spec.Precision;
import org.steadygrad.train.checkpoint.CheckpointStore;
import org.steadygrad.train.checkpoint.RunEntries;
import org.steadygrad.train.checkpoint.SavedFingerprint;
import org.steadygrad.train.checkpoint.StartingPoint;

/** Puts the parts of a run together, runs it, and files what came of it. */
final class TrainingRun {
    private final ComputationGraph model;
    private final DataSource data;
    private final LoopSettings settings;
    private final RunFiling filing;
    private final RunListener listener;
    private final StopSignal stopSignal;

    TrainingRun(
            ComputationGraph model,
            DataSource data,
            LoopSettings settings,
            RunFiling filing,
            RunListener listener,
            StopSignal stopSignal) {
        this.model = model;
        this.data = data;
        this.settings = settings;
        this.filing = filing;
        this.listener = listener;
        this.stopSignal = stopSignal;
    }

    RunResult run() {
        // what can't be done is said before anything is written
        TrainableNetwork.check(model, settings);
        if (data.training().smallestBatch() == 1) {
            StepSource.normalizing(model, data.description()).ifPresent(layer -> {
                throw InvalidInputException.of(
                        "Trainer",
                        "batches of at least 2 examples, since layer " + layer
                                + " normalises over the examples of a batch",
                        "a batch with 1 example",
                        "Take another batch size, or leave what is left over for the last batch out.");
            });
        }
        Engines.Opened opened = Engines.open(settings.engine(), model);
        try (Engine engine = opened.engine()) {
            opened.passedOver().forEach(reason -> listener.happened(new RunEvent.EnginePassedOver(reason)));
            return run(engine);
        }
    }

    private RunResult run(Engine engine) {
        if (filing.folder().isEmpty()) {
            return run(engine, Optional.empty());
        }
        try (RunLock lock = RunLock.take(filing.folder().get())) {
            return run(engine, Optional.of(lock));
        }
    }

    private RunResult run(Engine engine, Optional<RunLock> lock) {
        Optional<RunFolder> folder = filing.folder().map(RunFolder::open);
        Optional<CheckpointStore> store = folder.map(
                f -> new CheckpointStore(f.checkpoints(), settings.checkpoint().keep(), checkpointEntries()));
        try {
            Optional<CheckpointStore.Checkpoint> start = StartingPoint.of(model, data, filing.resume(), folder, store);
            fileRunFile(folder);
            data.notes().forEach(note -> listener.happened(new RunEvent.DataNote(note)));
            try {
                return run(engine, lock, folder, store, start);
            } finally {
                folder.ifPresent(RunReport::write);
            }
        } catch (IOException e) {
            throw unfiled(e, store);
        } catch (UncheckedIOException e) {
            throw e.getCause() instanceof FileWriteException failure ? unfiled(failure, store) : e;
        }
    }

    private Map<String, byte[]> checkpointEntries() {
        Map<String, byte[]> entries = new LinkedHashMap<>(filing.modelEntries());
        entries.put(SavedFingerprint.ENTRY, SavedFingerprint.write(data.fingerprint()));
        return entries;
    }

    private InvalidInputException unfiled(IOException failure, Optional<CheckpointStore> store) {
        Optional<String> newest = Optional.empty();
        try {
            newest = store.isEmpty() ? newest : store.get().newestName();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        String kept = newest.map(name -> "Checkpoints written before are whole, the newest is " + name
                        + ". Make room or mend the folder, then continue with --resume.")
                .orElse("No checkpoint was written yet. Make room or choose another folder with --out, then start"
                        + " again.");
        String place = filing.folder().map(f -> "run folder " + f + ": ").orElse("");
        return new InvalidInputException(place + failure.getMessage() + ". " + kept, failure);
    }

    private void fileRunFile(Optional<RunFolder> folder) throws IOException {
        byte[] text = filing.modelEntries().get(RunEntries.RUN_FILE);
        if (folder.isPresent() && text != null) {
            AtomicFile.write(folder.get().runYaml(), out -> out.write(text));
        }
    }

    private RunResult run(
            Engine engine,
            Optional<RunLock> lock,
            Optional<RunFolder> folder,
            Optional<CheckpointStore> store,
            Optional<CheckpointStore.Checkpoint> start)
            throws IOException {
        ComputationGraph work = model.clone();
        RunState state = RunState.of(engine, model, work, settings, start);
        Progress progress = state.progress();
        Optional<RunLogWriter> log = folder.isEmpty()
                ? Optional.empty()
                : Optional.of(RunLogWriter.in(
                        folder.get(), progress.iteration, settings.checkpoint().retrySeconds()));
        List<RunListener> listeners = new ArrayList<>();
        log.ifPresent(listeners::add);
        listeners.addAll(List.of(state.cures(), listener));
        RunListener told = RunListener.all(listeners);
        Guessing guessing = Guessing.of(model, data);
        HealthMonitor health = healthMonitor(engine, guessing.baselines(), told, start);
        SequenceFormats formats = SequenceFormats.of(model);
        try (RunRecords records = new RunRecords(formats, progress, health, log, told)) {
            Saving saving = new Saving(state, health, records, settings, store, work, lock);
            RunPolicy policy = new RunPolicy(
                    state, new LossPerStep(formats), skipped(engine, folder, work), UpdaterSettings.of(model), records);
            StepPipeline pipeline = new StepPipeline(engine, policy);
            records.tell(new RunEvent.Started(
                    engine.name(), engine.device(), model.numParams(), planned(), progress.iteration));
            records.tell(new RunEvent.Compared(guessing.baselines()));
            TrainingLoop loop = new TrainingLoop(
                    new StepSource(
                            model,
                            data,
                            settings,
                            new StepSeeds(settings.seed(), progress.before().updates())),
                    pipeline,
                    policy,
                    new CureRehearsal(state, health, policy, pipeline, records),
                    new Validations(new Validation(engine, model, data), guessing, settings, saving),
                    saving,
                    new EndOfRun(settings, stopSignal));
            EndOfRun.End end = run(loop, pipeline, saving);
            records.tell(new RunEvent.Stopped(progress.iteration, end.reason()));
            boolean best = saving.exportKept(model);
            model.setScore(progress.latestLoss());
            RunResult result = result(state, guessing.baselines(), health.summary(), end, best);
            if (folder.isPresent()) {
                saving.insist(() -> ModelFile.write(folder.get().model(), model, filing.modelEntries()));
            }
            records.tell(new RunEvent.Finished(result));
            return result;
        }
    }

    /** @param work takes what is exported from the engine */
    private SkippedSteps skipped(Engine engine, Optional<RunFolder> folder, ComputationGraph work) {
        Forensics forensics = new Forensics(work, folder.map(RunFolder::replay), filing.modelEntries());
        return new SkippedSteps(engine, forensics, data.training());
    }

    private long planned() {
        return PlannedUpdates.of(data, settings.limits(), settings.accumulate(), TruncatedBptt.window(model));
    }

    /** Saves what can be saved when the engine fails. */
    private EndOfRun.End run(TrainingLoop loop, StepPipeline pipeline, Saving saving) throws IOException {
        try {
            return loop.run();
        } catch (EngineException failure) {
            throw new EngineException(failure.getMessage() + " " + saved(pipeline, saving, failure), failure);
        }
    }

    private static String saved(StepPipeline pipeline, Saving saving, EngineException failure) throws IOException {
        try {
            pipeline.finish();
            saving.lastCheckpoint();
        } catch (EngineException second) {
            failure.addSuppressed(second);
        }
        return saving.newest()
                .map(name -> "The newest checkpoint is " + name + "; continue from it with --resume.")
                .orElse("No checkpoint was written.");
    }

    private HealthMonitor healthMonitor(
            Engine engine, Baselines baselines, RunListener told, Optional<CheckpointStore.Checkpoint> start) {
        HealthMonitor health = new HealthMonitor(
                settings.health(), engine.layout(), facts(engine, baselines), filing.prescriber(), told);
        health.watchMasks(MaskRules.of(model, true));
        start.ifPresent(c -> health.restore(c.state().health()));
        return health;
    }

    private RunFacts facts(Engine engine, Baselines baselines) {
        DataDescription described = data.description();
        boolean underflow = engine.precision() == Precision.FP16;
        return new RunFacts(
                described.lag() == null ? OptionalInt.empty() : OptionalInt.of(described.lag()),
                TruncatedBptt.window(model),
                described.target().perStep(),
                described.input() == DataDescription.InputKind.SYMBOLS,
                !(settings.clip() instanceof ClipSpec.None),
                data.training().batchesPerEpoch(),
                block -> underflow && !embeds(block.layer()),
                baselines,
                model.calcRegularizationScore(true) != 0,
                described.maxSteps());
    }

    /** Whether most of a layer's gradient is 0 in any case. */
    private boolean embeds(String layer) {
        org.deeplearning4j.nn.conf.layers.Layer configured =
                model.getLayer(layer).conf().getLayer();
        return configured instanceof EmbeddingLayer || configured instanceof EmbeddingSequenceLayer;
    }

    private RunResult result(
            RunState state, Baselines baselines, HealthSummary health, EndOfRun.End end, boolean best) {
        Engine engine = state.engine();
        Progress progress = state.progress();
        return new RunResult(
                filing.name(),
                engine.name(),
                engine.device(),
                engine.precision().words(),
                model.numParams(),
                settings.seed(),
                progress.iteration,
                progress.epoch,
                progress.seconds,
                progress.medianSeconds(),
                progress.recentLoss(),
                best ? progress.best.metrics() : progress.validation,
                best ? progress.best.iteration() : progress.iteration,
                baselines,
                best ? progress.best.gain() : Gain.UNKNOWN,
                end.reason(),
                end.completed(),
                progress.skippedSteps,
                progress.clippedSteps,
                state.guard().rollbacks(),
                state.cures().trials(),
                health.findings(),
                health);
    }
}
