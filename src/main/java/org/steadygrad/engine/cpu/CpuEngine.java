package org.steadygrad.engine.cpu;

import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.check.Check;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineSnapshot;
import org.steadygrad.engine.ParameterDistributions;
import org.steadygrad.engine.PassOptions;
import org.steadygrad.engine.PassResult;
import org.steadygrad.engine.SequenceState;
import org.steadygrad.engine.StepTrace.NonFiniteOrigin;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.engine.cpu.kernel.CpuModel;
import org.steadygrad.engine.cpu.kernel.ModelMemory;
import org.steadygrad.engine.cpu.kernel.PackedWeights;
import org.steadygrad.engine.cpu.kernel.Pass;
import org.steadygrad.engine.cpu.kernel.StateStore;
import org.steadygrad.engine.cpu.look.HistogramScan;
import org.steadygrad.engine.cpu.look.ParameterScan;
import org.steadygrad.engine.cpu.look.TensorScan;
import org.steadygrad.engine.cpu.onednn.CpuRuntime;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.OneDnnVersion;
import org.steadygrad.engine.cpu.update.GradientSum;
import org.steadygrad.engine.cpu.update.PenaltyScore;
import org.steadygrad.engine.cpu.update.UpdateMemory;
import org.steadygrad.engine.cpu.update.UpdatePass;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.PlanBuilder;
import org.steadygrad.engine.plan.UpdatePlan;
import org.steadygrad.engine.program.BatchShape;
import org.steadygrad.engine.program.ProgramCache;
import org.steadygrad.engine.trace.NonFiniteStart;
import org.steadygrad.model.TruncatedBptt;
import org.steadygrad.model.UpdaterStates;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.MaskedBatches;

/** Runs whole training steps on oneDNN: one program per batch shape, parameters in DL4J's flat layout. */
public final class CpuEngine implements Engine {
    private static final String WHO = "engine cpu";

    private final CpuModel model;
    private final boolean truncated;
    private final UpdatePass update;
    private final PenaltyScore penalty;
    private final StateStore carried = StateStore.keeping();
    private final StateStore continued = StateStore.keeping();
    private final StateStore none = StateStore.forgetting();
    private final EngineState state;
    private final ProgramCache<Program> programs;
    private final GradientSum gradientSum;
    private final TensorScan scan;
    private final HistogramScan histograms;
    private final ParameterScan parameters;
    private final UpdaterStates updaterStates;
    private int continuedSequences;
    private Optional<NonFiniteOrigin> badParameter = Optional.empty();

    CpuEngine(ComputationGraph graph, int threads, long activationBytes) {
        truncated = TruncatedBptt.window(graph) > 0;
        CpuRuntime runtime = new CpuRuntime(threads);
        INDArray stateView = graph.getUpdater().getStateViewArray();
        Plan plan = PlanBuilder.build(graph);
        ModelMemory memory = new ModelMemory(plan.layout(), stateView == null ? 0 : stateView.length());
        model = new CpuModel(plan, runtime, memory, new PackedWeights(runtime, memory), activationBytes);
        UpdatePlan updates = UpdatePlan.of(graph);
        updaterStates = UpdaterStates.of(graph);
        update = new UpdatePass(
                updates,
                new UpdateMemory(memory.parameters(), memory.gradient(), memory.updaterState()),
                runtime.workers());
        penalty = new PenaltyScore(updates, memory.parameters(), runtime.workers());
        state = new EngineState(model, carried, continued);
        programs = Program.cache(model);
        gradientSum = new GradientSum(memory.gradient(), runtime.workers());
        scan = new TensorScan(runtime.workers());
        histograms = new HistogramScan(runtime.workers());
        parameters = new ParameterScan(memory, histograms, scan);
        importFrom(graph);
    }

    @Override
    public String name() {
        return CpuEngineProvider.NAME;
    }

    @Override
    public String device() {
        return OneDnnVersion.describe() + ", " + model.runtime().threads() + " threads";
    }

    @Override
    public FlatLayout layout() {
        return model.memory().layout();
    }

    /** Plan and memory, for tests that look at what a pass leaves. */
    CpuModel model() {
        return model;
    }

    /** What passes that carry state start from, for tests that decide it. */
    StateStore carried() {
        return carried;
    }

    @Override
    public PassResult computeGradient(MultiDataSet given, PassOptions options) {
        MultiDataSet batch = model.plan().weighed(given);
        if (options.carryState() && !truncated) {
            throw new IllegalStateException(WHO + ": state can only be carried in a model that is configured with"
                    + " BackpropType.TruncatedBPTT.");
        }
        model.runtime().prepareThread();
        if (!options.carryState()) {
            carried.clear();
        }
        Program program = programs.of(BatchShape.of(model.plan(), batch, true));
        program.batch().loadFeatures(batch.getFeatures(0), MaskedBatches.first(batch.getFeaturesMaskArrays()));
        program.batch().loadLabels(batch);
        model.packed().refresh();
        gradientSum.expect(options.accumulate());
        Pass pass = new Pass(options.randomSeed(), truncated ? carried : none, options.traced());
        program.forward(pass);
        ProgramTrace trace = options.traced() ? look(program, options) : null;
        if (trace == null) {
            program.backward(pass);
        } else {
            program.backward(pass, trace);
        }
        gradientSum.collect(program.shape().examples());
        double loss = program.loss() / program.shape().examples() + penalty.value();
        PassResult result =
                new PassResult(loss, Optional.ofNullable(trace).map(t -> t.finish(loss, program.profiles())));
        return NonFiniteStart.mark(result, nonFinite(program, batch));
    }

    /** What wasn't finite when the pass began; the batch's own arrays are read only if its copy looks suspicious. */
    private Optional<NonFiniteOrigin> nonFinite(Program program, MultiDataSet batch) {
        Plan plan = model.plan();
        return program.batch().surelyFinite()
                ? badParameter
                : NonFiniteStart.inBatch(
                                batch,
                                plan.batches(),
                                plan.input().producer(),
                                plan.loss().layer())
                        .or(() -> badParameter);
    }

    /** To be called when parameters came from outside: an update never makes one that isn't finite. */
    private void lookAtParameters() {
        update.parametersReplaced();
        FloatMemory all = model.memory().parameters();
        FloatMemory state = model.memory().updaterState();
        badParameter =
                all.firstNonFinite() < 0 ? Optional.empty() : NonFiniteStart.inParameters(layout(), all.toArray());
        if (badParameter.isEmpty() && state.firstNonFinite() >= 0) {
            badParameter = NonFiniteStart.inStates(updaterStates, state.toArray());
        }
    }

    /** To be called after the forward pass. */
    private ProgramTrace look(Program program, PassOptions options) {
        ProgramTrace trace = new ProgramTrace(program.context(), scan, histograms);
        trace.activations();
        trace.labels();
        if (options.histograms()) {
            trace.histograms();
        }
        return trace;
    }

    @Override
    public UpdateOutcome update(UpdateRule rule) {
        if (gradientSum.passes() == 0) {
            throw new IllegalStateException(WHO + ": update() needs a gradient. Call computeGradient() first.");
        }
        gradientSum.finish();
        UpdateOutcome outcome = update.apply(rule, gradientSum.examples(), gradientSum.passes());
        gradientSum.discard();
        if (outcome.applied()) {
            model.memory().parametersChanged();
        }
        return outcome;
    }

    @Override
    public void discardGradient() {
        gradientSum.discard();
    }

    @Override
    public void copyGradient(float[] target) {
        checkLength(target);
        finishGradient();
        model.memory().gradient().read(0, target, target.length);
        for (int i = 0; i < target.length; i++) {
            target[i] /= gradientSum.examples();
        }
    }

    @Override
    public void replaceGradient(float[] gradient) {
        checkLength(gradient);
        finishGradient();
        gradientSum.replace(layout(), gradient);
    }

    private void finishGradient() {
        if (gradientSum.passes() == 0) {
            throw new IllegalStateException(WHO + ": there is no gradient. Call computeGradient() first.");
        }
        gradientSum.finish();
    }

    @Override
    public ParameterDistributions parameterDistributions() {
        finishGradient();
        return parameters.distributions(gradientSum.examples());
    }

    @Override
    public void copyParameters(float[] target) {
        checkLength(target);
        model.memory().parameters().read(0, target, target.length);
    }

    private void checkLength(float[] target) {
        Check.that(target.length == layout().length(), WHO, "an array of " + layout().length(), target.length);
    }

    @Override
    public INDArray output(MultiDataSet batch) {
        return infer(model.plan().present(batch), none);
    }

    @Override
    public INDArray logits(MultiDataSet batch) {
        return forward(model.plan().present(batch), none).logits();
    }

    @Override
    public INDArray continueOutput(INDArray features) {
        MultiDataSet batch = new org.nd4j.linalg.dataset.MultiDataSet(features, null);
        INDArray output = infer(model.plan().present(batch), continued);
        continuedSequences = Math.toIntExact(features.size(0));
        return output;
    }

    @Override
    public SequenceState sequenceState() {
        return continued.toHost(continuedSequences);
    }

    @Override
    public void continueFrom(SequenceState state) {
        continued.restore(state);
        continuedSequences = state.sequences();
    }

    /** @param states what recurrent layers start from; takes what they end with, if it keeps anything */
    INDArray infer(MultiDataSet batch, StateStore states) {
        return forward(batch, states).output();
    }

    private Program forward(MultiDataSet batch, StateStore states) {
        model.runtime().prepareThread();
        Program program = programs.of(BatchShape.of(model.plan(), batch, false));
        program.batch().loadFeatures(batch.getFeatures(0), MaskedBatches.first(batch.getFeaturesMaskArrays()));
        model.packed().refresh();
        program.forward(new Pass(0, states, false));
        return program;
    }

    @Override
    public void clearState() {
        carried.clear();
        continued.clear();
    }

    @Override
    public EngineSnapshot snapshot() {
        return state.snapshot();
    }

    @Override
    public void restore(EngineSnapshot snapshot) {
        state.restore(snapshot);
        lookAtParameters();
        gradientSum.discard();
    }

    @Override
    public void exportTo(ComputationGraph graph) {
        state.exportTo(graph);
    }

    @Override
    public void importFrom(ComputationGraph graph) {
        state.importFrom(graph);
        lookAtParameters();
        gradientSum.discard();
        clearState();
    }

    @Override
    public void close() {
        programs.close();
        gradientSum.close();
        carried.close();
        continued.close();
        model.close();
    }
}
