package org.steadygrad.engine.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineSnapshot;
import org.steadygrad.engine.PassOptions;
import org.steadygrad.engine.PassResult;
import org.steadygrad.engine.PendingStep;
import org.steadygrad.engine.SequenceState;
import org.steadygrad.engine.StepsAhead;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.engine.cuda.driver.Device;
import org.steadygrad.engine.cuda.kernel.CudaModel;
import org.steadygrad.engine.cuda.kernel.ModelMemory;
import org.steadygrad.engine.cuda.kernel.PassNumbers;
import org.steadygrad.engine.cuda.kernel.StateStore;
import org.steadygrad.engine.cuda.stream.ChangeGuard;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.cuda.update.UpdatePass;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.PlanBuilder;
import org.steadygrad.engine.plan.UpdatePlan;
import org.steadygrad.model.TruncatedBptt;
import org.steadygrad.model.UpdaterStates;
import org.steadygrad.ops.ClipRule;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.spec.Precision;

/** Runs whole training steps on a GPU: one program per batch shape, parameters in DL4J's flat layout. */
public final class CudaEngine implements Engine {
    private static final String WHO = "engine cuda";

    private final CudaModel model;
    private final boolean truncated;
    private final StateStore carried;
    private final StateStore continued;
    private int continuedSequences;
    private final Passes passes;
    private final TrainingSteps steps;
    private final EngineState state;
    private final StepsAhead ahead = new Ahead();

    /** @param runtime is closed with the engine, once that is made */
    public CudaEngine(ComputationGraph graph, CudaRuntime runtime, long activationBytes) {
        truncated = TruncatedBptt.window(graph) > 0;
        INDArray states = graph.getUpdater().getStateViewArray();
        Plan plan = PlanBuilder.build(graph);
        Device device = runtime.device();
        device.compile(KernelFiles.needed(plan), KernelFiles.optional(plan, device.architecture()));
        ModelMemory memory = new ModelMemory(runtime, plan.layout(), states == null ? 0 : states.length());
        model = new CudaModel(plan, runtime, memory, new PassNumbers(runtime), activationBytes);
        UpdatePass update = new UpdatePass(UpdatePlan.of(graph), model);
        StepRing ring = new StepRing(model, update);
        carried = StateStore.keeping(model);
        continued = StateStore.keeping(model);
        passes = new Passes(model, ring);
        steps = new TrainingSteps(
                model, update, UpdaterStates.of(graph), ring, passes, truncated ? carried : passes.noStates());
        state = new EngineState(model, carried, continued);
        importFrom(graph);
    }

    @Override
    public String name() {
        return CudaEngineProvider.NAME;
    }

    @Override
    public String device() {
        Device device = model.runtime().device();
        return device.name() + " (compute capability " + Device.version(device.architecture()) + ")";
    }

    @Override
    public OptionalLong deviceBytes() {
        return OptionalLong.of(model.runtime().device().allocatedBytes());
    }

    @Override
    public Precision precision() {
        return model.runtime().precision();
    }

    public CudaModel model() {
        return model;
    }

    StateStore carried() {
        return carried;
    }

    @Override
    public FlatLayout layout() {
        return model.memory().layout();
    }

    @Override
    public PassResult computeGradient(MultiDataSet batch, PassOptions options) {
        begin(options);
        return steps.gradient(batch, options);
    }

    @Override
    public Optional<StepsAhead> stepsAhead() {
        return Optional.of(ahead);
    }

    private final class Ahead implements StepsAhead {
        @Override
        public int depth() {
            return StepRing.AHEAD;
        }

        @Override
        public PendingStep ask(MultiDataSet batch, PassOptions options, UpdateRule rule) {
            Optional<ClipRule> constant = rule.clip().constantRule();
            if (constant.isEmpty() || options.accumulate() || options.histograms()) {
                throw new IllegalStateException(
                        WHO + ": steps ahead need a clip rule that is known before the gradient is,"
                                + " and neither accumulate gradients nor take histograms.");
            }
            begin(options);
            return steps.step(batch, options, rule, constant.get());
        }
    }

    /** Of parameters and updaters' state. */
    private ChangeGuard changes() {
        return model.memory().changes();
    }

    /** Parameters and updaters' state are whole again. */
    private void replaced() {
        steps.parametersReplaced();
        changes().end();
    }

    /** To be called before anything that the device takes part in. */
    private void enter() {
        model.runtime().enter();
    }

    /** As {@link #enter}, where parameters and updaters' state are needed. */
    private void enterWhole() {
        enter();
        changes().check();
    }

    /** To be called before a training pass. */
    private void begin(PassOptions options) {
        enterWhole();
        if (options.carryState() && !truncated) {
            throw new IllegalStateException(WHO + ": state can only be carried in a model that is configured with"
                    + " BackpropType.TruncatedBPTT.");
        }
        if (!options.carryState()) {
            carried.clear();
        }
    }

    @Override
    public UpdateOutcome update(UpdateRule rule) {
        steps.checkGradient("update() needs a gradient");
        enterWhole();
        return steps.update(rule);
    }

    @Override
    public void discardGradient() {
        steps.discardGradient();
    }

    @Override
    public void copyGradient(float[] target) {
        steps.checkGradient("there is no gradient");
        enterWhole();
        state.copyGradient(target, steps.collectedGradient());
    }

    @Override
    public void replaceGradient(float[] gradient) {
        steps.checkGradient("there is no gradient to replace");
        enterWhole();
        steps.collectedGradient();
        try {
            state.writeGradient(gradient);
            steps.gradientAveraged();
        } catch (RuntimeException | Error e) {
            // what lies there is neither the one nor the other
            steps.discardGradient();
            throw e;
        }
    }

    @Override
    public void copyParameters(float[] target) {
        enterWhole();
        state.copyParameters(target);
    }

    @Override
    public INDArray output(MultiDataSet batch) {
        return forward(batch).output();
    }

    @Override
    public INDArray logits(MultiDataSet batch) {
        return forward(batch).logits();
    }

    private Program forward(MultiDataSet batch) {
        enterWhole();
        return passes.infer(model.plan().present(batch), passes.noStates());
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
        enterWhole();
        SortedMap<String, float[]> tensors = new TreeMap<>();
        continued.toHost().forEach((key, arrays) -> {
            for (int i = 0; i < arrays.size(); i++) {
                tensors.put(key + "." + i, arrays.get(i));
            }
        });
        return tensors.isEmpty() ? SequenceState.START : new SequenceState(continuedSequences, tensors);
    }

    @Override
    public void continueFrom(SequenceState given) {
        enterWhole();
        Map<Integer, List<float[]>> arrays = new TreeMap<>();
        given.tensors().forEach((name, tensor) -> arrays.computeIfAbsent(
                        Integer.valueOf(name.substring(0, name.indexOf('.'))), key -> new ArrayList<>())
                .add(tensor));
        continued.restore(arrays);
        continuedSequences = given.sequences();
    }

    /** @param states what recurrent layers start from; takes what they end with, if it keeps anything */
    INDArray infer(MultiDataSet batch, StateStore states) {
        enterWhole();
        return passes.infer(batch, states).output();
    }

    @Override
    public void clearState() {
        carried.clear();
        continued.clear();
    }

    @Override
    public EngineSnapshot snapshot() {
        enterWhole();
        return state.snapshot();
    }

    @Override
    public void restore(EngineSnapshot snapshot) {
        enter();
        state.restore(snapshot);
        replaced();
    }

    @Override
    public void exportTo(ComputationGraph graph) {
        enterWhole();
        state.exportTo(graph);
    }

    @Override
    public void importFrom(ComputationGraph graph) {
        enter();
        state.importFrom(graph);
        replaced();
        clearState();
    }

    /** Says nothing of a lost device: there is nothing to give back. */
    @Override
    public void close() {
        if (model.runtime().closed()) {
            return;
        }
        // the last of these goes first, and all of them whatever happens
        try (model;
                carried;
                continued;
                passes) {
            model.runtime().beginClosing();
        }
    }
}
