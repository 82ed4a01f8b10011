package org.steadygrad.train;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.steadygrad.check.Check;
import org.steadygrad.data.DataSource;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.engine.EngineSettings;
import org.steadygrad.engine.plan.SequenceFormats;
import org.steadygrad.health.Prescriber;
import org.steadygrad.health.prescribe.GeneralPrescriber;
import org.steadygrad.model.SequentialGraph;
import org.steadygrad.model.TrainingCounts;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.spec.CheckpointSpec;
import org.steadygrad.spec.ClipSpec;
import org.steadygrad.spec.EarlyStoppingSpec;
import org.steadygrad.spec.GuardSpec;
import org.steadygrad.spec.HealthSpec;
import org.steadygrad.spec.LossMean;
import org.steadygrad.spec.RunSpec;

/**
 * Trains a DL4J network on an engine, with clipping, guard, health, validation and checkpoints.
 *
 * <pre>{@code
 * RunResult result = Trainer.of(network, DataSources.of(trainIterator, validationIterator))
 *         .epochs(5)
 *         .clip(ClipSpec.globalNorm(1.0))
 *         .guard(GuardSpec.auto().withSpikeSteps(3))
 *         .folder(Path.of("runs/mine"))
 *         .run();
 * }</pre>
 *
 * Updaters, schedules, penalties and windows of truncated back-propagation are those of the network's configuration;
 * everything else has the defaults of the run file, but for {@link #loss}. Afterwards the network holds the best parameters by validation
 * loss, or the last ones when there is no validation data, with the updater state, iteration and epoch count that belong to
 * them. Schedules, bias corrections, dropout and the order of the data go on from the network's counts, so that two Trainers
 * in turn, or DL4J's {@code fit} before or after, equal one long run.
 */
public final class Trainer {
    private final ComputationGraph graph;
    private final Optional<MultiLayerNetwork> sequential;
    private final DataSource data;
    private String name = RunSpec.DEFAULT_NAME;
    private LoopSettings settings = LoopSettings.DEFAULTS;
    private boolean epochsGiven;
    private Optional<Path> folder = Optional.empty();
    private boolean resume;
    private RunListener listener = RunListener.NONE;
    private StopSignal stopSignal = new StopSignal();
    private Prescriber prescriber = new GeneralPrescriber();
    private final Map<String, byte[]> modelEntries = new LinkedHashMap<>();

    private Trainer(ComputationGraph graph, Optional<MultiLayerNetwork> sequential, DataSource data) {
        this.graph = graph;
        this.sequential = sequential;
        SequenceFormats formats = SequenceFormats.of(graph);
        this.data = Check.notNull(data, "Trainer", "data").inFormats(formats.layout(), formats.symbols());
    }

    /**
     * @param network initialised; it starts from its present parameters, updater state, iteration and epoch count, and its
     *     listeners aren't called
     */
    public static Trainer of(ComputationGraph network, DataSource data) {
        return new Trainer(Check.notNull(network, "Trainer", "network"), Optional.empty(), data);
    }

    /**
     * @param network initialised; it starts from its present parameters, updater state, iteration and epoch count, and its
     *     listeners aren't called
     */
    public static Trainer of(MultiLayerNetwork network, DataSource data) {
        Check.notNull(network, "Trainer", "network");
        return new Trainer(SequentialGraph.of(network), Optional.of(network), data);
    }

    /** Name of the run, for {@code run.json}. */
    public Trainer name(String runName) {
        name = Check.notNull(runName, "Trainer", "name");
        return this;
    }

    /** Seed of dropout masks. */
    public Trainer seed(long runSeed) {
        settings = settings.withSeed(runSeed);
        return this;
    }

    /** Passes over the training data. */
    public Trainer epochs(int epochs) {
        Check.positive(epochs, "Trainer", "epochs");
        epochsGiven = true;
        settings = settings.withLimits(settings.limits().withEpochs(epochs));
        return this;
    }

    /** Number of steps after which the run ends, even within an epoch; without {@link #epochs} as many as it takes. */
    public Trainer iterations(int iterations) {
        Check.positive(iterations, "Trainer", "iterations");
        int most = epochsGiven ? settings.limits().epochs() : Integer.MAX_VALUE;
        settings = settings.withLimits(settings.limits().withEpochs(most).withIterations(iterations));
        return this;
    }

    /** Minutes after which the run ends. */
    public Trainer maxMinutes(double minutes) {
        Check.positive(minutes, "Trainer", "maxMinutes");
        settings = settings.withLimits(settings.limits().withMaxMinutes(minutes));
        return this;
    }

    /**
     * What the loss is the mean of: by default of examples, whose loss is the sum over their time steps, as DL4J has it
     * ({@link LossMean#PER_EXAMPLE}). Run files take the mean over time steps ({@link LossMean#PER_STEP}), which for sequences of 100
     * steps has a gradient of a hundredth: rates of plain SGD, clip limits and penalties go with it.
     */
    public Trainer loss(LossMean mean) {
        settings = settings.withLoss(Check.notNull(mean, "Trainer", "loss"));
        return this;
    }

    /** How gradients are clipped. */
    public Trainer clip(ClipSpec spec) {
        settings = settings.withClip(Check.notNull(spec, "Trainer", "clip"));
        return this;
    }

    /** Number of batches whose gradients are averaged for one update. */
    public Trainer accumulate(int batches) {
        settings = settings.withAccumulate(Check.positive(batches, "Trainer", "accumulate"));
        return this;
    }

    /** What happens when training goes wrong. */
    public Trainer guard(GuardSpec spec) {
        settings = settings.withGuard(Check.notNull(spec, "Trainer", "guard"));
        return this;
    }

    /** Number of steps between validations; by default there is one after every epoch. */
    public Trainer validateEvery(int iterations) {
        settings = settings.withValidateEvery(Check.positive(iterations, "Trainer", "validateEvery"));
        return this;
    }

    /** When to stop before the end; by default never. */
    public Trainer earlyStopping(EarlyStoppingSpec spec) {
        settings = settings.withEarlyStopping(Check.notNull(spec, "Trainer", "earlyStopping"));
        return this;
    }

    /** When checkpoints are written, and how many are kept; none are without a folder. */
    public Trainer checkpoint(CheckpointSpec spec) {
        settings = settings.withCheckpoint(Check.notNull(spec, "Trainer", "checkpoint"));
        return this;
    }

    /** What is watched, and from which values on it is reported. */
    public Trainer health(HealthSpec spec) {
        settings = settings.withHealth(Check.notNull(spec, "Trainer", "health"));
        return this;
    }

    /** {@code "auto"} or an engine's name; {@code "cuda:1"} is the second GPU. */
    public Trainer engine(String engineName) {
        settings = settings.withEngine(
                new EngineRequest(engineName, settings.engine().settings()));
        return this;
    }

    /** What the engine may use of the machine. */
    public Trainer engineSettings(EngineSettings machine) {
        settings = settings.withEngine(new EngineRequest(settings.engine().name(), machine));
        return this;
    }

    /** Where metrics, checkpoints and the model are written; by default nothing is. */
    public Trainer folder(Path runFolder) {
        folder = Optional.of(runFolder);
        return this;
    }

    /** Continues from the folder's newest checkpoint; without one the run starts anew. */
    public Trainer resume(boolean fromCheckpoint) {
        resume = fromCheckpoint;
        return this;
    }

    /** Who is told what happens in the run; {@link RunListener#all} for several. */
    public Trainer listener(RunListener runListener) {
        listener = Check.notNull(runListener, "Trainer", "listener");
        return this;
    }

    /** Ends the run after the step at hand when it is given. */
    public Trainer stopSignal(StopSignal signal) {
        stopSignal = Check.notNull(signal, "Trainer", "stopSignal");
        return this;
    }

    /** Says what could be done about findings; by default {@link GeneralPrescriber}. */
    public Trainer prescriber(Prescriber advice) {
        prescriber = Check.notNull(advice, "Trainer", "prescriber");
        return this;
    }

    /** Takes all settings at once. */
    Trainer settings(LoopSettings all) {
        settings = all;
        return this;
    }

    /** Adds an entry to every model file of the run. */
    Trainer modelEntry(String entry, byte[] content) {
        modelEntries.put(entry, content);
        return this;
    }

    /**
     * Trains until an end is reached.
     *
     * @throws org.steadygrad.check.InvalidInputException when folder, checkpoint and network don't go together
     * @throws org.steadygrad.engine.EngineException when the engine can't be used
     */
    public RunResult run() {
        sequential.ifPresent(network ->
                TrainableNetwork.warnOfListeners(network.getListeners().size()));
        RunFiling filing = new RunFiling(name, folder, resume, Map.copyOf(modelEntries), prescriber);
        RunResult result = new TrainingRun(graph, data, settings, filing, listener, stopSignal).run();
        sequential.ifPresent(this::copyBack);
        return result;
    }

    private void copyBack(MultiLayerNetwork network) {
        network.params().assign(graph.params());
        if (network.getUpdater().getStateViewArray() != null) {
            network.getUpdater().getStateViewArray().assign(graph.getUpdater().getStateViewArray());
        }
        TrainingCounts.of(graph).putInto(network);
        network.setScore(graph.score());
    }
}
