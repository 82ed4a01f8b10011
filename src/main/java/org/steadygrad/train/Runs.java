package org.steadygrad.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.BatchIterator;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.DataSources;
import org.steadygrad.health.prescribe.RunFilePrescriber;
import org.steadygrad.model.ModelBuilder;
import org.steadygrad.model.ModelNotes;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunFolder;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.runlog.RunLock;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.spec.LayerSpec;
import org.steadygrad.spec.LossSpec;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;
import org.steadygrad.train.checkpoint.RunEntries;

/** Trains what a run file says. */
public final class Runs {
    private Runs() {}

    /**
     * @param folder the run's folder
     * @param resume whether to continue from its newest checkpoint
     * @param listener who is told what happens in the run
     */
    public record Options(Path folder, boolean resume, RunListener listener, StopSignal stopSignal) {}

    /**
     * Opens the data, builds the model, trains it, and files everything in the run's folder.
     *
     * @throws InvalidInputException when data, model and folder don't go together
     */
    public static RunResult train(RunSpec run, Options options) {
        try (RunLock lock = RunLock.take(options.folder())) {
            return trainIn(run, options);
        }
    }

    private static RunResult trainIn(RunSpec run, Options options) {
        RunFolder folder = RunFolder.open(options.folder());
        if (options.resume()) {
            checkSameRun(run, folder);
        }
        try {
            DataSource source = DataSources.open(run.data(), run.training().batch(), run.seed());
            ComputationGraph model = buildModel(run, source);
            Trainer trainer = Trainer.of(model, source)
                    .settings(LoopSettings.of(run))
                    .name(run.name())
                    .prescriber(new RunFilePrescriber(run, source.description()))
                    .folder(folder.root())
                    .resume(options.resume())
                    .listener(options.listener())
                    .stopSignal(options.stopSignal());
            RunEntries.of(run, source).forEach(trainer::modelEntry);
            ClassWeighting.of(run, source)
                    .ifPresent(weights -> options.listener().happened(new RunEvent.ModelNote(weights.note())));
            ModelNotes.of(run.model()).forEach(note -> options.listener().happened(new RunEvent.ModelNote(note)));
            return trainer.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Trains the first steps of a run as {@link #train} would: the same weights, batches and schedules. Nothing is written,
     * and the run's limit of time doesn't count.
     *
     * @param data the run's data, opened with its batch size and seed
     * @param steps number of updates after which to end
     * @throws InvalidInputException when data and model don't go together
     */
    public static RunResult tryOut(
            RunSpec run, DataSource data, int steps, RunListener listener, StopSignal stopSignal) {
        List<String> limits = List.of(
                "training.iterations=" + steps,
                "training.epochs=" + run.training().mostEpochs(),
                "training.maxMinutes=null");
        return Trainer.of(buildModel(run, data), data)
                .settings(LoopSettings.of(RunFiles.with(run, limits)))
                .name(run.name())
                .prescriber(new RunFilePrescriber(run, data.description()))
                .listener(listener)
                .stopSignal(stopSignal)
                .run();
    }

    /** The initialised model of a run file. @param source its description and, for LSUV, its first batch are read */
    public static ComputationGraph buildModel(RunSpec run, DataSource source) {
        checkCounts(run, source);
        List<Double> classWeights =
                ClassWeighting.of(run, source).map(ClassWeighting::weights).orElse(null);
        ModelBuilder builder = new ModelBuilder(run, source.description(), plannedUpdates(run, source), classWeights);
        ComputationGraph model = builder.build();
        builder.checkSmallestBatch(model, source.training().smallestBatch());
        if (run.model().lsuv()) {
            try (BatchIterator batches = source.training().epoch(0, 0)) {
                builder.initializeFromData(model, batches.next());
            }
        }
        return model;
    }

    /** A likelihood of counts says nothing of numbers that were scaled. */
    private static void checkCounts(RunSpec run, DataSource source) {
        List<LayerSpec> layers = run.model().layers();
        boolean counts = layers.get(layers.size() - 1) instanceof LayerSpec.Output output
                && output.loss() instanceof LossSpec.NegativeBinomial;
        if (counts && source.artifact() instanceof DataArtifact.Columns columns) {
            for (DataArtifact.Column target : columns.targets()) {
                boolean plain =
                        target.shift() == 0 && target.scale() == 1 && !target.log() && target.reference() == null;
                if (!plain) {
                    throw InvalidInputException.of(
                            "loss negativeBinomial",
                            "the target " + target.name() + " as it is",
                            "scaled or transformed",
                            "Give data.normalization: none, and for forecasts data.transform: none.");
                }
            }
        }
    }

    /** Number of updates of the whole run. @param source its data, opened with its batch size */
    public static int plannedUpdates(RunSpec run, DataSource source) {
        LoopSettings settings = LoopSettings.of(run);
        return Math.toIntExact(PlannedUpdates.of(
                source, settings.limits(), settings.accumulate(), run.training().truncatedBptt()));
    }

    private static String formula(RunSpec run) {
        return run.training().updater().chosenFormula().map(RunFiles::word).orElse("none");
    }

    private static void checkSameRun(RunSpec run, RunFolder folder) {
        if (!Files.exists(folder.runYaml())) {
            return;
        }
        RunSpec saved = RunFiles.readSaved(folder.runYaml(), List.of());
        String differs = null;
        if (!saved.model().equals(run.model())) {
            differs = "model";
        } else if (!saved.data().equals(run.data())) {
            differs = "data";
        } else if (saved.training().batch() != run.training().batch()) {
            differs = "training.batch";
        } else if (saved.training().truncatedBptt() != run.training().truncatedBptt()) {
            differs = "training.truncatedBptt";
        } else if (saved.training().loss() != run.training().loss()) {
            differs = "training.loss (" + RunFiles.word(saved.training().loss()) + ", where this one says "
                    + RunFiles.word(run.training().loss()) + ")";
        } else if (saved.seed() != run.seed()) {
            differs = "seed";
        } else if (!saved.training()
                .updater()
                .chosenFormula()
                .equals(run.training().updater().chosenFormula())) {
            differs = "training.updater.formula (" + formula(saved) + ", where this one says " + formula(run) + ")";
        } else if (!Objects.equals(saved.training().updater(), run.training().updater())) {
            differs = "training.updater";
        }
        if (differs != null) {
            throw InvalidInputException.of(
                    "run folder " + folder.root(),
                    "the run that is resumed to have the same " + differs,
                    "another one",
                    "Compare with " + folder.runYaml()
                            + "; resume without a run file to go on as that one says, or choose another folder with"
                            + " --out.");
        }
    }
}
