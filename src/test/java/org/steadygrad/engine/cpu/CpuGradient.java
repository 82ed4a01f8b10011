package org.steadygrad.engine.cpu;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.Gradient;
import org.steadygrad.engine.StepTrace.TimeProfile;
import org.steadygrad.engine.cpu.kernel.CpuModel;
import org.steadygrad.engine.cpu.kernel.ModelMemory;
import org.steadygrad.engine.cpu.kernel.PackedWeights;
import org.steadygrad.engine.cpu.kernel.Pass;
import org.steadygrad.engine.cpu.kernel.StateStore;
import org.steadygrad.engine.cpu.onednn.CpuRuntime;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.PlanBuilder;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.Value;
import org.steadygrad.engine.program.BatchShape;
import org.steadygrad.engine.program.ProgramCache;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.platform.NativeVariant;

/** One model compiled for the CPU, whose gradient can be looked at without an update. */
public final class CpuGradient implements AutoCloseable {
    public final CpuModel model;
    private final ProgramCache<Program> programs;
    final StateStore states;
    Program program;

    /** Turns a recurrent step into another one. */
    interface Change {
        /** @param mask of the features */
        PlanOperation.Recur apply(PlanOperation.Recur operation, Optional<Value> mask);
    }

    /** @param change what recurrent steps are turned into */
    public CpuGradient(ComputationGraph graph, Change change, long activationBytes) {
        this(graph, change, activationBytes, 2);
    }

    public CpuGradient(ComputationGraph graph, Change change, long activationBytes, int threads) {
        NativeVariant.select();
        CpuRuntime runtime = new CpuRuntime(threads);
        Plan plan = changed(PlanBuilder.build(graph), change);
        ModelMemory memory = new ModelMemory(plan.layout(), 0);
        model = new CpuModel(plan, runtime, memory, new PackedWeights(runtime, memory), activationBytes);
        ModelMemory.copy(graph.params(), memory.parameters());
        memory.parametersChanged();
        programs = Program.cache(model);
        boolean truncated = graph.getConfiguration().getBackpropType() == BackpropType.TruncatedBPTT;
        states = truncated ? StateStore.keeping() : StateStore.forgetting();
    }

    public CpuGradient(ContractCase test) {
        this(test.model(), (recur, mask) -> recur, 0);
    }

    /** Recurrent steps run in one direction, under the features' mask. */
    public static Change inDirection(boolean reverse) {
        return (recur, mask) -> new PlanOperation.Recur(
                recur.layer(),
                recur.input(),
                recur.output(),
                recur.cell(),
                recur.activation(),
                recur.weights(),
                recur.recurrentWeights(),
                recur.bias(),
                reverse,
                mask);
    }

    private static Plan changed(Plan plan, Change change) {
        List<PlanOperation> steps = plan.operations().stream()
                .map(operation ->
                        operation instanceof PlanOperation.Recur recur ? change.apply(recur, plan.mask()) : operation)
                .toList();
        return new Plan(
                plan.layout(),
                plan.values(),
                steps,
                plan.input(),
                plan.inputFormat(),
                plan.mask(),
                plan.labelFormat(),
                plan.masked(),
                plan.outputs());
    }

    /** Runs a pass with a profile. */
    public Gradient of(MultiDataSet batch) {
        load(batch, true);
        Pass pass = new Pass(5, states, true);
        program.forward(pass);
        program.backward(pass);
        double examples = batch.getFeatures(0).size(0);
        float[] flat = model.memory().gradient().toArray();
        Map<String, double[]> blocks = new LinkedHashMap<>();
        for (ParameterBlock block : model.plan().layout().blocks()) {
            double[] values = new double[(int) block.length()];
            Arrays.setAll(values, i -> flat[(int) block.offset() + i] / examples);
            blocks.put(block.name(), values);
        }
        return new Gradient(program.loss() / examples, blocks);
    }

    /** The network's output in inference mode. */
    public INDArray output(MultiDataSet batch) {
        load(batch, false);
        program.forward(new Pass(0, StateStore.forgetting(), false));
        return program.output();
    }

    /** The gradient through time of the last pass. */
    public List<TimeProfile> profiles() {
        return program.profiles();
    }

    /** Bytes of the last program's tensors and workspaces. */
    public long bytes() {
        return program.bytes();
    }

    private void load(MultiDataSet batch, boolean training) {
        model.runtime().prepareThread();
        program = programs.of(BatchShape.of(model.plan(), batch, training));
        INDArray[] masks = batch.getFeaturesMaskArrays();
        program.batch().loadFeatures(batch.getFeatures(0), masks == null ? null : masks[0]);
        if (training) {
            program.batch().loadLabels(batch);
        }
        model.packed().refresh();
    }

    @Override
    public void close() {
        programs.close();
        states.close();
        model.close();
    }
}
