package org.steadygrad.engine.dl4j;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.deeplearning4j.nn.api.layers.RecurrentLayer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.LossLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineSnapshot;
import org.steadygrad.engine.PassOptions;
import org.steadygrad.engine.PassResult;
import org.steadygrad.engine.SequenceState;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.StepTrace.NonFiniteOrigin;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.engine.trace.NonFiniteStart;
import org.steadygrad.model.TruncatedBptt;
import org.steadygrad.model.UpdaterStates;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.MaskedBatches;
import org.steadygrad.ops.Nd4jSeed;

/**
 * Runs training steps by DL4J's own layers.
 *
 * <p>A plain pass is {@link ComputationGraph#computeGradientAndScore()}. Passes that are traced or carry state go
 * through {@link TracedPass}: DL4J 1.0.0-M2.1's own truncated back-propagation runs each window forward from the carried
 * state but recomputes it from a zero state for the backward pass, so that its gradients are wrong.
 */
final class Dl4jEngine implements Engine {
    private static final String WHO = "engine dl4j";

    private final ComputationGraph graph;
    private final boolean truncated;
    /** Whether the output is a loss layer, whose score DL4J gets wrong in a plain pass. */
    private final boolean lossAlone;

    private final BatchIntake intake;
    private final DropoutSource dropout;
    private final FlatUpdate update;
    private final FlatLayout layout;
    private final UpdaterStates updaterStates;
    private Optional<NonFiniteOrigin> badParameter;

    Dl4jEngine(ComputationGraph model) {
        Check.notNull(model, WHO, "model");
        if (model.getNumInputArrays() != 1 || model.getNumOutputArrays() != 1) {
            throw InvalidInputException.of(
                    WHO,
                    "a model with one input and one output",
                    model.getNumInputArrays() + " inputs and " + model.getNumOutputArrays() + " outputs",
                    "");
        }
        truncated = TruncatedBptt.window(model) > 0;
        OwnGraph own = OwnGraph.of(model);
        graph = own.graph();
        lossAlone = graph.getOutputLayer(0) instanceof LossLayer;
        intake = own.intake();
        dropout = DropoutSource.install(graph);
        if (graph.getFlattenedGradients() == null) {
            graph.initGradientsView();
        }
        update = new FlatUpdate(graph);
        layout = update.layout();
        updaterStates = UpdaterStates.of(graph);
        lookAtParameters();
    }

    /** To be called when parameters came from outside: an update never makes one that isn't finite. */
    private void lookAtParameters() {
        float[] parameters = new float[(int) layout.length()];
        copyParameters(parameters);
        INDArray state = graph.getUpdater().getStateViewArray();
        badParameter = NonFiniteStart.inParameters(layout, parameters)
                .or(() -> NonFiniteStart.inStates(
                        updaterStates,
                        state == null ? null : state.dup('c').data().asFloat()));
    }

    private Optional<NonFiniteOrigin> nonFinite(MultiDataSet batch) {
        ComputationGraphConfiguration names = graph.getConfiguration();
        return NonFiniteStart.inBatch(
                        batch,
                        intake.layout(),
                        names.getNetworkInputs().get(0),
                        names.getNetworkOutputs().get(0))
                .or(() -> badParameter);
    }

    @Override
    public String name() {
        return Dl4jEngineProvider.NAME;
    }

    @Override
    public String device() {
        return Nd4j.getBackend().getClass().getSimpleName() + ", "
                + Nd4j.getExecutioner().getEnvironmentInformation().getProperty("blas.vendor") + ", "
                + Nd4j.getEnvironment().maxMasterThreads() + " threads";
    }

    @Override
    public FlatLayout layout() {
        return layout;
    }

    @Override
    public PassResult computeGradient(MultiDataSet given, PassOptions options) {
        MultiDataSet batch = intake.forTraining(WHO, given);
        dropout.begin(options.randomSeed(), batch.getFeatures(0).size(0));
        Nd4j.getRandom().setSeed(Nd4jSeed.of(options.randomSeed()));
        if (options.carryState() && !truncated) {
            throw new IllegalStateException(WHO + ": state can only be carried in a model that is configured with"
                    + " BackpropType.TruncatedBPTT.");
        }
        if (!options.carryState()) {
            graph.rnnClearPreviousState();
        }
        if (options.trained() != null) {
            options.trained().putInto(graph);
        }
        update.expect(options.accumulate());
        PassResult result;
        if (options.traced() || truncated || lossAlone) {
            TracedPass.Result traced = TracedPass.run(graph, batch, truncated, options.histograms());
            Optional<StepTrace> trace = options.traced() ? Optional.of(traced.trace()) : Optional.empty();
            result = new PassResult(traced.loss(), trace);
        } else {
            result = plainPass(batch);
        }
        if (truncated) {
            keepState();
        }
        update.collect(batch.getFeatures(0).size(0));
        return NonFiniteStart.mark(result, nonFinite(batch));
    }

    /** The state this window ended with is what the next one starts from. */
    private void keepState() {
        for (RecurrentLayer layer : CarriedState.carriers(graph)) {
            layer.rnnSetPreviousState(layer.rnnGetTBPTTState());
        }
    }

    private PassResult plainPass(MultiDataSet batch) {
        graph.setInputs(batch.getFeatures());
        graph.setLabels(batch.getLabels());
        graph.setLayerMaskArrays(batch.getFeaturesMaskArrays(), batch.getLabelsMaskArrays());
        graph.computeGradientAndScore();
        graph.clearLayerMaskArrays();
        return new PassResult(graph.score(), Optional.empty());
    }

    @Override
    public UpdateOutcome update(UpdateRule rule) {
        return update.apply(rule);
    }

    @Override
    public void discardGradient() {
        update.discard();
    }

    @Override
    public void copyGradient(float[] target) {
        checkLength(target);
        update.copyAverage(target);
    }

    @Override
    public void replaceGradient(float[] gradient) {
        checkLength(gradient);
        update.replaceAverage(gradient);
    }

    @Override
    public void copyParameters(float[] target) {
        checkLength(target);
        FlatUpdate.copy(graph.params(), target);
    }

    private void checkLength(float[] target) {
        Check.that(target.length == layout.length(), WHO, "an array of " + layout.length(), target.length);
    }

    /** Without the mask of labels, by whose weights DL4J's output layers multiply what goes into the activation function. */
    @Override
    public INDArray output(MultiDataSet batch) {
        MultiDataSet given = intake.forOutput(WHO, batch);
        forgetBatch(given.getFeatures());
        return intake.turned(graph.output(false, given.getFeatures(), given.getFeaturesMaskArrays(), null)[0]);
    }

    /** The engine's own graph computes them while its output layer's activation function is the identity. */
    @Override
    public INDArray logits(MultiDataSet batch) {
        BaseLayer layer = outputConfiguration();
        IActivation activation = layer.getActivationFn();
        layer.setActivationFn(new ActivationIdentity());
        try {
            return output(batch);
        } finally {
            layer.setActivationFn(activation);
        }
    }

    private BaseLayer outputConfiguration() {
        org.deeplearning4j.nn.conf.layers.Layer layer =
                graph.getOutputLayer(0).conf().getLayer();
        return (BaseLayer) (layer instanceof FrozenLayerWithBackprop frozen ? frozen.getUnderlying() : layer);
    }

    @Override
    public INDArray continueOutput(INDArray features) {
        MultiDataSet batch = new org.nd4j.linalg.dataset.MultiDataSet(features, null);
        if (MaskedBatches.hides(MaskedBatches.presence(batch, intake.layout()))) {
            throw InvalidInputException.of(
                    WHO,
                    "no step that a MaskZeroLayer leaves out where an output is continued",
                    "one whose features are all " + intake.layout().masked(),
                    "Leave such steps out, or use engine cpu.");
        }
        forgetBatch(features);
        return graph.rnnTimeStep(features)[0];
    }

    @Override
    public SequenceState sequenceState() {
        SortedMap<String, float[]> tensors = new TreeMap<>();
        int sequences = 0;
        List<RecurrentLayer> carriers = CarriedState.carriers(graph);
        for (int i = 0; i < carriers.size(); i++) {
            for (Map.Entry<String, INDArray> state :
                    carriers.get(i).rnnGetPreviousState().entrySet()) {
                sequences = Math.toIntExact(state.getValue().size(0));
                tensors.put(
                        i + "." + state.getKey(),
                        state.getValue().dup('c').data().asFloat());
            }
        }
        return tensors.isEmpty() ? SequenceState.START : new SequenceState(sequences, tensors);
    }

    @Override
    public void continueFrom(SequenceState state) {
        clearState();
        List<RecurrentLayer> carriers = CarriedState.carriers(graph);
        for (int i = 0; i < carriers.size(); i++) {
            Map<String, INDArray> own = new HashMap<>();
            String layer = i + ".";
            state.tensors().forEach((name, tensor) -> {
                if (name.startsWith(layer)) {
                    int units = tensor.length / state.sequences();
                    own.put(
                            name.substring(layer.length()),
                            Nd4j.create(tensor.clone(), new long[] {state.sequences(), units}, 'c')
                                    .castTo(graph.params().dataType()));
                }
            });
            if (!own.isEmpty()) {
                carriers.get(i).rnnSetPreviousState(own);
            }
        }
    }

    /**
     * DL4J takes the number of examples from the labels it was last given, or else from the inputs, and shapes what goes
     * between dense and recurrent layers by it, even in passes that have no labels.
     */
    private void forgetBatch(INDArray... features) {
        graph.setLabels((INDArray[]) null);
        graph.setInputs(features);
    }

    @Override
    public void clearState() {
        graph.rnnClearPreviousState();
    }

    /**
     * @param updaterState null when the updaters keep no state
     * @param carried one per layer that carries state, in the graph's order
     */
    private record Snapshot(Dl4jEngine owner, INDArray parameters, INDArray updaterState, List<CarriedState> carried)
            implements EngineSnapshot {}

    @Override
    public EngineSnapshot snapshot() {
        INDArray state = graph.getUpdater().getStateViewArray();
        List<CarriedState> carried =
                CarriedState.carriers(graph).stream().map(CarriedState::of).toList();
        return new Snapshot(this, graph.params().dup(), state == null ? null : state.dup(), carried);
    }

    @Override
    public void restore(EngineSnapshot snapshot) {
        if (!(snapshot instanceof Snapshot own) || own.owner() != this) {
            throw InvalidInputException.of(
                    WHO, "a snapshot made by this engine", snapshot, "Use exportTo and importFrom between engines.");
        }
        graph.params().assign(own.parameters());
        if (own.updaterState() != null) {
            graph.getUpdater().getStateViewArray().assign(own.updaterState());
        }
        update.discard();
        lookAtParameters();
        List<RecurrentLayer> carriers = CarriedState.carriers(graph);
        for (int i = 0; i < carriers.size(); i++) {
            own.carried().get(i).putInto(carriers.get(i));
        }
    }

    @Override
    public void exportTo(ComputationGraph model) {
        copy(graph, model);
    }

    @Override
    public void importFrom(ComputationGraph model) {
        copy(model, graph);
        lookAtParameters();
        update.discard();
        clearState();
    }

    private static void copy(ComputationGraph from, ComputationGraph to) {
        if (from.numParams() != to.numParams()) {
            throw InvalidInputException.of(
                    WHO,
                    "a model with " + from.numParams() + " parameters",
                    to.numParams(),
                    "Export to and import from models of the same configuration only.");
        }
        to.params().assign(from.params());
        INDArray state = from.getUpdater().getStateViewArray();
        if (state != null) {
            to.getUpdater().getStateViewArray().assign(state);
        }
    }

    /** Frees the memory; the graph's own {@code close} would also collect garbage and end the thread's workspaces. */
    @Override
    public void close() {
        INDArray state = graph.getUpdater().getStateViewArray();
        for (INDArray array : new INDArray[] {graph.params(), graph.getFlattenedGradients(), state}) {
            if (array != null && array.closeable()) {
                array.close();
            }
        }
    }
}
