package org.steadygrad.engine.cuda;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineSnapshot;
import org.steadygrad.engine.PassOptions;
import org.steadygrad.engine.PassResult;
import org.steadygrad.engine.PendingStep;
import org.steadygrad.engine.StepTrace.NonFiniteOrigin;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.engine.cuda.driver.CudaException;
import org.steadygrad.engine.cuda.driver.Device;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.PlanBuilder;
import org.steadygrad.engine.plan.UpdatePlan;
import org.steadygrad.engine.program.BatchShape;
import org.steadygrad.engine.program.ProgramCache;
import org.steadygrad.engine.trace.NonFiniteStart;
import org.steadygrad.model.TruncatedBptt;
import org.steadygrad.ops.ClipRule;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.MaskedBatches;
import org.steadygrad.spec.Precision;

/** Runs whole training steps on a GPU: one program per batch shape, parameters in DL4J's flat layout. */
final class CudaEngine implements Engine {
    private static final String WHO = "engine cuda";

    private final CudaModel model;
    private final boolean truncated;
    private final UpdatePass update;
    private final StateStore carried;
    private final StateStore continued;
    private final StateStore none;
    private final ProgramCache<Program> programs;
    private final GradientSum gradientSum;
    private final StepRing ring;
    private final EngineState state;
    private Optional<NonFiniteOrigin> badParameter = Optional.empty();

    /** @param runtime is closed with the engine, once that is made */
    CudaEngine(ComputationGraph graph, CudaRuntime runtime, long activationBytes) {
        truncated = TruncatedBptt.window(graph) > 0;
        INDArray states = graph.getUpdater().getStateViewArray();
        Plan plan = PlanBuilder.build(graph);
        Device device = runtime.device();
        device.compile(KernelFiles.needed(plan), KernelFiles.optional(plan, device.architecture()));
        ModelMemory memory = new ModelMemory(runtime, plan.layout(), states == null ? 0 : states.length());
        model = new CudaModel(plan, runtime, memory, new PassNumbers(runtime), activationBytes);
        update = new UpdatePass(UpdatePlan.of(graph), model);
        ring = new StepRing(model, update);
        carried = StateStore.keeping(model);
        continued = StateStore.keeping(model);
        none = StateStore.forgetting(model);
        programs = model.newPrograms();
        gradientSum = new GradientSum(runtime, memory.gradient());
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

    CudaModel model() {
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
        Program program = load(batch, options);
        gradientSum.expect(options.accumulate());
        ring.settleTrace();
        Optional<ProgramTrace> trace = run(program, options.traced());
        program.stages().storeStates(states());
        gradientSum.collect(program.shape().examples());
        update.penalties();
        double loss = model.numbers().loss(program.shape().examples());
        PassResult result = new PassResult(loss, trace.map(t -> t.finish(loss, options.histograms())));
        return NonFiniteStart.mark(result, nonFinite(program, batch));
    }

    /** What wasn't finite when the pass began; the batch's own arrays are read only if its copy looks suspicious. */
    private Optional<NonFiniteOrigin> nonFinite(Program program, MultiDataSet batch) {
        Plan plan = model.plan();
        return program.batch().surelyFinite()
                ? badParameter
                : NonFiniteStart.inBatch(
                                batch, plan.input().producer(), plan.loss().layer())
                        .or(() -> badParameter);
    }

    /** To be called when parameters came from outside: an update never makes one that isn't finite. */
    private void lookAtParameters() {
        badParameter = NonFiniteStart.inParameters(
                layout(), model.memory().read(model.memory().parameters()));
    }

    @Override
    public int stepsAhead() {
        return StepRing.AHEAD;
    }

    @Override
    public PendingStep step(MultiDataSet batch, PassOptions options, UpdateRule rule) {
        Optional<ClipRule> constant = rule.clip().constantRule();
        if (constant.isEmpty() || options.accumulate() || options.histograms()) {
            return Engine.super.step(batch, options, rule);
        }
        ClipRule clip = constant.get();
        Program program = load(batch, options);
        gradientSum.discard();
        Optional<ProgramTrace> trace = options.traced() ? Optional.of(trace(program)) : Optional.empty();
        if (trace.isPresent()) {
            ring.settleTrace();
        }
        Optional<NonFiniteOrigin> start = nonFinite(program, batch);
        update.send(rule, clip, program.shape().examples(), ring.generation(), start.isPresent());
        program.runStep(options.traced(), UpdatePass.byUnit(clip), () -> update.enqueue(clip));
        program.stages().storeStates(states());
        return ring.send(program.shape().examples(), trace, start);
    }

    private Program program(BatchShape shape) {
        if (!programs.has(shape)) {
            // what a trace saw lies with its program, which may have to make room
            ring.settleTrace();
        }
        return fitted(shape, () -> programs.of(shape));
    }

    /** Programs of other shapes go when their memory is needed. */
    private <T> T fitted(BatchShape shape, Supplier<T> made) {
        while (true) {
            try {
                return made.get();
            } catch (CudaException e) {
                if (e.kind() != CudaException.Kind.OUT_OF_MEMORY) {
                    throw e;
                }
                ring.settleTrace();
                if (!programs.dropOthers(shape)) {
                    throw MemoryNeeds.tooLarge(model, shape, e);
                }
            }
        }
    }

    private StateStore states() {
        return truncated ? carried : none;
    }

    /** Everything that comes before a training pass. */
    private Program load(MultiDataSet given, PassOptions options) {
        MultiDataSet batch =
                MaskedBatches.withoutEmpty(given, model.plan().loss().output().perStep());
        if (options.carryState() && !truncated) {
            throw new IllegalStateException(WHO + ": state can only be carried in a model that is configured with"
                    + " BackpropType.TruncatedBPTT.");
        }
        model.runtime().device().use();
        if (!options.carryState()) {
            carried.clear();
        }
        Program program = program(BatchShape.of(model.plan(), batch, true));
        program.batch().loadFeatures(batch.getFeatures(0), first(batch.getFeaturesMaskArrays()));
        program.batch().loadLabels(batch);
        model.numbers().sendSeed(options.randomSeed());
        program.stages().loadStates(states());
        return program;
    }

    private ProgramTrace trace(Program program) {
        return fitted(program.shape(), program::trace);
    }

    private Optional<ProgramTrace> run(Program program, boolean traced) {
        if (!traced) {
            program.run();
            return Optional.empty();
        }
        ProgramTrace trace = trace(program);
        program.runTraced();
        return Optional.of(trace);
    }

    private static INDArray first(INDArray[] arrays) {
        return arrays == null ? null : arrays[0];
    }

    @Override
    public UpdateOutcome update(UpdateRule rule) {
        if (gradientSum.passes() == 0) {
            throw new IllegalStateException(WHO + ": update() needs a gradient. Call computeGradient() first.");
        }
        model.runtime().device().use();
        gradientSum.finish();
        UpdateOutcome outcome = update.apply(rule, gradientSum.examples(), gradientSum.passes());
        gradientSum.discard();
        return outcome;
    }

    @Override
    public void discardGradient() {
        gradientSum.discard();
    }

    @Override
    public void copyGradient(float[] target) {
        if (gradientSum.passes() == 0) {
            throw new IllegalStateException(WHO + ": there is no gradient. Call computeGradient() first.");
        }
        model.runtime().device().use();
        gradientSum.finish();
        state.copyGradient(target, gradientSum.examples());
    }

    @Override
    public void copyParameters(float[] target) {
        model.runtime().device().use();
        state.copyParameters(target);
    }

    @Override
    public INDArray output(MultiDataSet batch) {
        return infer(batch.getFeatures(0), first(batch.getFeaturesMaskArrays()), batch, none);
    }

    @Override
    public INDArray logits(MultiDataSet batch) {
        return forward(batch.getFeatures(0), first(batch.getFeaturesMaskArrays()), batch, none)
                .logits();
    }

    @Override
    public INDArray continueOutput(INDArray features) {
        MultiDataSet batch = new org.nd4j.linalg.dataset.MultiDataSet(features, null);
        return infer(features, null, batch, continued);
    }

    /** @param states what recurrent layers start from; takes what they end with, if it keeps anything */
    INDArray infer(INDArray features, INDArray mask, MultiDataSet batch, StateStore states) {
        return forward(features, mask, batch, states).output();
    }

    private Program forward(INDArray features, INDArray mask, MultiDataSet batch, StateStore states) {
        model.runtime().device().use();
        Program program = program(BatchShape.of(model.plan(), batch, false));
        program.batch().loadFeatures(features, mask);
        program.stages().loadStates(states);
        program.run();
        program.stages().storeStates(states);
        return program;
    }

    @Override
    public void clearState() {
        carried.clear();
        continued.clear();
    }

    @Override
    public EngineSnapshot snapshot() {
        model.runtime().device().use();
        return state.snapshot();
    }

    @Override
    public void restore(EngineSnapshot snapshot) {
        model.runtime().device().use();
        state.restore(snapshot);
        update.parametersReplaced();
        lookAtParameters();
        gradientSum.discard();
    }

    @Override
    public void exportTo(ComputationGraph graph) {
        model.runtime().device().use();
        state.exportTo(graph);
    }

    @Override
    public void importFrom(ComputationGraph graph) {
        model.runtime().device().use();
        state.importFrom(graph);
        update.parametersReplaced();
        lookAtParameters();
        gradientSum.discard();
        clearState();
    }

    @Override
    public void close() {
        model.runtime().device().use();
        programs.close();
        carried.close();
        continued.close();
        model.close();
    }
}
