package org.steadygrad.engine.dl4j;

import java.util.Optional;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.layers.RecurrentLayer;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineSnapshot;
import org.steadygrad.engine.PassOptions;
import org.steadygrad.engine.PassResult;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.ops.FlatLayout;

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
    private final FlatUpdate update;
    private final FlatLayout layout;

    Dl4jEngine(ComputationGraph model) {
        Check.notNull(model, WHO, "model");
        if (model.getNumInputArrays() != 1 || model.getNumOutputArrays() != 1) {
            throw InvalidInputException.of(
                    WHO,
                    "a model with one input and one output",
                    model.getNumInputArrays() + " inputs and " + model.getNumOutputArrays() + " outputs",
                    "");
        }
        graph = model.clone();
        graph.setListeners();
        if (graph.getFlattenedGradients() == null) {
            graph.initGradientsView();
        }
        update = new FlatUpdate(graph);
        layout = update.layout();
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
    public PassResult computeGradient(MultiDataSet batch, PassOptions options) {
        Nd4j.getRandom().setSeed(options.randomSeed());
        boolean truncated = graph.getConfiguration().getBackpropType() == BackpropType.TruncatedBPTT;
        if (options.carryState() && !truncated) {
            throw new IllegalStateException(WHO + ": state can only be carried in a model that is configured with"
                    + " BackpropType.TruncatedBPTT.");
        }
        if (!options.carryState()) {
            graph.rnnClearPreviousState();
        }
        PassResult result;
        if (options.trace() || truncated) {
            TracedPass.Result traced = TracedPass.run(graph, batch, truncated);
            Optional<StepTrace> trace = options.trace() ? Optional.of(traced.trace()) : Optional.empty();
            result = new PassResult(traced.loss(), trace);
        } else {
            result = plainPass(batch);
        }
        if (truncated) {
            keepState();
        }
        update.collect(batch.getFeatures(0).size(0), options.accumulate());
        return result;
    }

    /** The state this window ended with is what the next one starts from. */
    private void keepState() {
        for (Layer layer : graph.getLayers()) {
            if (layer instanceof RecurrentLayer recurrent) {
                recurrent.rnnSetPreviousState(recurrent.rnnGetTBPTTState());
            }
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
    public INDArray output(MultiDataSet batch) {
        forgetBatch(batch.getFeatures());
        return graph.output(false, batch.getFeatures(), batch.getFeaturesMaskArrays(), batch.getLabelsMaskArrays())[0];
    }

    @Override
    public INDArray continueOutput(INDArray features) {
        forgetBatch(features);
        return graph.rnnTimeStep(features)[0];
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

    /** @param updaterState null when the updaters keep no state */
    private record Snapshot(Dl4jEngine owner, INDArray parameters, INDArray updaterState) implements EngineSnapshot {}

    @Override
    public EngineSnapshot snapshot() {
        INDArray state = graph.getUpdater().getStateViewArray();
        return new Snapshot(this, graph.params().dup(), state == null ? null : state.dup());
    }

    @Override
    public void restore(EngineSnapshot snapshot) {
        if (!(snapshot instanceof Snapshot own) || own.owner() != this) {
            throw new IllegalArgumentException(
                    WHO + ": expected a snapshot made by this engine, got " + snapshot + ".");
        }
        graph.params().assign(own.parameters());
        if (own.updaterState() != null) {
            graph.getUpdater().getStateViewArray().assign(own.updaterState());
        }
        update.discard();
        clearState();
    }

    @Override
    public void exportTo(ComputationGraph model) {
        copy(graph, model);
    }

    @Override
    public void importFrom(ComputationGraph model) {
        copy(model, graph);
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

    @Override
    public void close() {
        graph.close();
    }
}
