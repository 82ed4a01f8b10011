package org.steadygrad.health;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.rng.Random;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.ParameterDistributions;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.dl4j.TracedPass;
import org.steadygrad.engine.plan.SequenceFormats;
import org.steadygrad.health.prescribe.GeneralPrescriber;
import org.steadygrad.model.ClippingListener;
import org.steadygrad.model.FlatLayouts;
import org.steadygrad.model.NormalizedStatistics;
import org.steadygrad.model.SequentialGraph;
import org.steadygrad.ops.ClipResult;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.GradientOps;
import org.steadygrad.ops.GradientStatistics;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.HealthSummary;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.runlog.RunLogWriter;
import org.steadygrad.spec.HealthSpec;

/**
 * Watches the gradients of a plain DL4J network that is trained with its own {@code fit}:
 *
 * <pre>{@code
 * try (GradientHealth health = new GradientHealth()) {
 *     network.setListeners(health, new GlobalNormClipping(1.0));
 *     network.fit(iterator, epochs);
 *     System.out.println(health.summary().text());
 * }
 * }</pre>
 *
 * <p>Every iteration the statistics of gradient and update are taken; at the iterations that {@link
 * HealthSpec#looksAt} says, the step is run once more on a copy of the network for the full look, at some of which histograms
 * are taken. The training isn't changed by it, to the bit: the copy has its own parameters, and ND4J's random generator is put
 * back. The full look draws other dropout masks than the step, and
 * with truncated back-propagation starts every window from a state of zeros.
 *
 * <p>All numbers are of the gradient as the backward pass made it, averaged over the minibatch; beside its norm stands that
 * of what {@link ClippingListener}s, such as {@code clip.GradientClipping}, left of it. The order in which the listeners are attached
 * doesn't matter. DL4J's own gradient normalisation comes after all listeners and is in neither norm, which a warning says once;
 * it is in the sizes of the updates.
 *
 * <p>An instance belongs to one network and one training thread.
 */
public final class GradientHealth extends BaseTrainingListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GradientHealth.class);

    private final HealthSpec spec;
    private final Optional<Path> file;
    private HealthMonitor monitor;
    private Optional<RunLogWriter> log = Optional.empty();
    private RunListener listener = RunListener.NONE;
    private Model network;
    private FlatLayout layout;
    private ComputationGraph shadow;
    private SequenceFormats formats;
    /** As the backward pass made it; null when a step's is not there. */
    private RawGradient gradient;

    private INDArray before;
    private final RecentValues clippedNorms = new RecentValues(StepHistory.WINDOW);
    /** What the network was given at a full look; null at other steps. */
    private MultiDataSet batch;

    private INDArray[] graphLabels;
    /** Examples of the present step for each step that is scored. */
    private double examplesPerScored = 1;

    private Optional<StepTrace> trace = Optional.empty();
    private int step;

    /**
     * The averaged gradient of a step, before any listener changes it.
     *
     * @param values as one array; null unless histograms are due
     */
    private record RawGradient(GradientStatistics statistics, float[] values) {
        static RawGradient of(Model model, FlatLayout layout, boolean withValues) {
            int examples = model.conf().isMiniBatch() ? model.batchSize() : 1;
            INDArray sum = model.getGradientsViewArray();
            return new RawGradient(
                    averaged(GradientOps.statistics(sum, layout), examples),
                    withValues ? floats(sum.div(examples)) : null);
        }
    }

    /** Watches with the defaults of the run file. */
    public GradientHealth() {
        this(HealthSpec.defaults());
    }

    /** Watches as a run file would set it. */
    public GradientHealth(HealthSpec spec) {
        this(spec, Optional.empty());
    }

    /** @param file where a {@link RunLogWriter} files what health sees; appended to if it exists */
    public GradientHealth(HealthSpec spec, Path file) {
        this(spec, Optional.of(file));
    }

    private GradientHealth(HealthSpec spec, Optional<Path> file) {
        this.spec = Check.notNull(spec, "GradientHealth", "spec");
        this.file = file;
    }

    /**
     * The gradient is looked at here, since in {@link #onGradientCalculation} listeners change it. A graph shows its labels only
     * through its output layers, and only until its pass is over.
     */
    @Override
    public void onBackwardPass(Model model) {
        if (network != model) {
            layout = layoutOf(model);
        }
        gradient = RawGradient.of(model, layout, spec.takesHistogramsAt(step + 1));
        if (model instanceof ComputationGraph graph && graph.getNumOutputArrays() == 1) {
            Layer output = graph.getOutputLayer(0);
            score(SequenceFormats.of(graph), ((IOutputLayer) output).getLabels(), output.getMaskArray());
        }
        if (model instanceof ComputationGraph graph && spec.looksAt(step + 1)) {
            graphLabels = new INDArray[graph.getNumOutputArrays()];
            for (int i = 0; i < graphLabels.length; i++) {
                graphLabels[i] = ((IOutputLayer) graph.getOutputLayer(i)).getLabels();
            }
        }
    }

    @Override
    public void onGradientCalculation(Model model) {
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            step++;
            boolean due = spec.looksAt(step);
            if (network != model || due) {
                trace = withoutTouchingRandomness(model, due);
            } else {
                trace = Optional.empty();
            }
            if (model instanceof MultiLayerNetwork net) {
                score(formats, net.getLabels(), net.getOutputLayer().getMaskArray());
            }
            before = model.params().dup();
        }
    }

    private void score(SequenceFormats of, INDArray labels, INDArray mask) {
        boolean turn = labels != null && labels.rank() == 3 && of.labels() == RNNFormat.NWC;
        INDArray timeLast = turn ? labels.permute(0, 2, 1) : labels;
        double scored = labels == null ? 0 : ScoredSteps.of(timeLast, mask, null);
        examplesPerScored = scored > 0 ? labels.size(0) / scored : labels == null ? 1 : Double.NaN;
    }

    private static float[] floats(INDArray array) {
        return array.dup('c').data().asFloat();
    }

    private static FlatLayout layoutOf(Model model) {
        if (model instanceof MultiLayerNetwork net) {
            return FlatLayouts.of(net);
        }
        if (model instanceof ComputationGraph graph) {
            return FlatLayouts.of(graph);
        }
        throw InvalidInputException.of(
                "GradientHealth",
                "a MultiLayerNetwork or a ComputationGraph",
                model == null ? null : model.getClass().getName(),
                "Attach the listener to the network with setListeners, and train it with fit.");
    }

    private static Layer[] layersOf(Model model) {
        return model instanceof MultiLayerNetwork net ? net.getLayers() : ((ComputationGraph) model).getLayers();
    }

    private static List<ClippingListener> clippings(Model model) {
        Collection<TrainingListener> listeners =
                model instanceof MultiLayerNetwork net ? net.getListeners() : ((ComputationGraph) model).getListeners();
        return listeners.stream()
                .filter(ClippingListener.class::isInstance)
                .map(ClippingListener.class::cast)
                .toList();
    }

    private static void warnOfNormalization(Model model) {
        Stream.of(layersOf(model))
                .filter(layer -> layer.numParams() > 0)
                .map(Layer::getConfig)
                .filter(config -> config.getGradientNormalization() != null
                        && config.getGradientNormalization() != GradientNormalization.None)
                .findFirst()
                .ifPresent(config -> LOG.warn(
                        "Layer '{}': DL4J's gradient normalisation {} comes after all listeners; the norms of gradients that"
                                + " are told here, before and after clipping, are those without it.",
                        config.getLayerName(),
                        config.getGradientNormalization()));
    }

    private void open(Model model) {
        if (model instanceof MultiLayerNetwork net) {
            NormalizedStatistics.of(net).ifPresent(LOG::warn);
            shadow = SequentialGraph.of(net);
        } else {
            ComputationGraph graph = (ComputationGraph) model;
            NormalizedStatistics.of(graph).ifPresent(LOG::warn);
            shadow = copyOf(graph);
        }
        warnOfNormalization(model);
        clippedNorms.clear();
        formats = SequenceFormats.of(shadow);
        network = model;
        close();
        log = file.map(RunLogWriter::ofHealth);
        monitor = new HealthMonitor(
                spec,
                layout,
                clippings(model).isEmpty() ? RunFacts.NONE : RunFacts.NONE.clipped(),
                new GeneralPrescriber(),
                log.<RunListener>map(l -> RunListener.all(List.of(l, listener))).orElse(listener));
        monitor.watchMasks(MaskRules.of(shadow, false));
    }

    /** DL4J's own clone shares the list of listeners: without any in the copy, the original would have none either. */
    private static ComputationGraph copyOf(ComputationGraph graph) {
        ComputationGraph copy = new ComputationGraph(graph.getConfiguration().clone());
        copy.init(graph.params().dup(), false);
        for (GraphVertex vertex : graph.getVertices()) {
            if (vertex.hasLayer() && vertex.getLayer() instanceof FrozenLayer) {
                copy.getVertex(vertex.getVertexName()).setLayerAsFrozen();
            }
        }
        return copy;
    }

    private static GradientStatistics averaged(GradientStatistics sum, double examples) {
        List<GradientStatistics.Row> rows = new ArrayList<>();
        for (GradientStatistics.Row row : sum.rows()) {
            rows.add(new GradientStatistics.Row(
                    row.sumOfSquares() / (examples * examples), row.maxAbs() / examples, row.nonFinite(), row.zeros()));
        }
        return new GradientStatistics(sum.layout(), rows);
    }

    /** Passes draw dropout masks, and DL4J's configurations reseed the generator when they are built or copied. */
    private Optional<StepTrace> withoutTouchingRandomness(Model model, boolean due) {
        Random random = Nd4j.getRandom();
        long root = random.rootState();
        long node = random.nodeState();
        try {
            if (network != model) {
                open(model);
            }
            if (!due) {
                return Optional.empty();
            }
            shadow.params().assign(model.params());
            batch = batch(model);
            return Optional.of(TracedPass.run(shadow, batch, false, spec.takesHistogramsAt(step))
                    .trace());
        } finally {
            random.setStates(root, node);
        }
    }

    private MultiDataSet batch(Model model) {
        if (model instanceof MultiLayerNetwork net) {
            INDArray featureMask = net.getLayer(0).getMaskArray();
            INDArray labelMask = net.getOutputLayer().getMaskArray();
            return new MultiDataSet(
                    copies(net.getInput()),
                    copies(net.getLabels()),
                    featureMask == null ? null : copies(featureMask),
                    labelMask == null ? null : copies(labelMask));
        }
        ComputationGraph graph = (ComputationGraph) model;
        return new MultiDataSet(
                copies(graph.getInputs()),
                copies(graphLabels),
                copies(graph.getInputMaskArrays()),
                copies(graph.getLabelMaskArrays()));
    }

    private static INDArray[] copies(INDArray... arrays) {
        if (arrays == null) {
            return null;
        }
        INDArray[] copies = new INDArray[arrays.length];
        for (int i = 0; i < arrays.length; i++) {
            copies[i] = arrays[i] == null ? null : arrays[i].dup();
        }
        return copies;
    }

    @Override
    public void iterationDone(Model model, int iteration, int epoch) {
        if (before == null) {
            return;
        }
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            tensors(iteration);
            UpdateOutcome outcome = outcome(model);
            if (batch != null) {
                monitor.observeBatch(iteration, formats.turned(batch), true);
                batch = null;
            }
            monitor.observe(iteration, model.score(), examplesPerScored * model.score(), outcome, trace);
            log.ifPresent(RunLogWriter::flush);
        }
        before = null;
    }

    /** A step that is left out may not be undone yet: its parameters are those before it. */
    private UpdateOutcome outcome(Model model) {
        List<ClippingListener> clippings = clippings(model);
        boolean leftOut = false;
        double scale = 1;
        for (ClippingListener clipping : clippings) {
            Optional<ClipResult> clip = clipping.presentStep();
            leftOut |= clip.isEmpty();
            scale *= clip.map(ClipResult::scale).orElse(1.0);
        }
        INDArray after = leftOut ? before.dup() : model.params();
        double[] weights = GradientOps.norms(after, layout);
        double[] updates = GradientOps.norms(before.subi(after), layout);
        List<UpdateOutcome.BlockUpdate> blocks = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            blocks.add(new UpdateOutcome.BlockUpdate(weights[i], updates[i]));
        }
        boolean applied = gradient.statistics().isFinite() && !leftOut;
        if (applied && !clippings.isEmpty()) {
            ClippingListener last = clippings.get(clippings.size() - 1);
            clippedNorms.add(last.presentStep().orElseThrow().normAfter());
        }
        return new UpdateOutcome(applied, gradient.statistics(), scale, blocks);
    }

    private void tensors(int iteration) {
        if (gradient.values() != null && trace.isPresent()) {
            float[] weights = floats(before);
            ParameterDistributions parameters =
                    ParameterDistributions.of(layout, copy(weights), copy(gradient.values()));
            monitor.observeTensors(iteration, TensorLook.of(parameters, trace.get()));
        }
    }

    private static Consumer<float[]> copy(float[] values) {
        return target -> System.arraycopy(values, 0, target, 0, target.length);
    }

    /**
     * Has somebody told what health sees, as a run of the Trainer tells it: looks, distributions, findings and skipped steps. To be
     * called before training.
     *
     * @param told {@link RunListener#all} for several
     */
    public GradientHealth listener(RunListener told) {
        listener = Check.notNull(told, "GradientHealth", "listener");
        return this;
    }

    /** What is believed so far, the gravest first; empty before the first iteration. */
    public List<Finding> findings() {
        return monitor == null ? List.of() : monitor.findings();
    }

    /**
     * Everything at a glance.
     *
     * @throws IllegalStateException before the first iteration
     */
    public HealthSummary summary() {
        if (monitor == null) {
            throw new IllegalStateException(
                    "GradientHealth: nothing was seen yet. Attach it with setListeners, then train with fit.");
        }
        HealthSummary summary = monitor.summary();
        return clippedNorms.size() == 0 ? summary : summary.clippedTo(clippedNorms.median());
    }

    /** Closes the log; the findings stay. */
    @Override
    public void close() {
        log.ifPresent(RunLogWriter::close);
    }
}
