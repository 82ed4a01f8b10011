package org.steadygrad.engine.cpu;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.dnnl.memory;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.StepTrace.TimeProfile;
import org.steadygrad.engine.plan.GradientFlow;
import org.steadygrad.engine.plan.GradientFlow.Reader;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.PlanStep;
import org.steadygrad.engine.plan.Value;
import org.steadygrad.engine.program.BatchShape;
import org.steadygrad.engine.program.CompiledProgram;
import org.steadygrad.engine.program.GradientStorage;
import org.steadygrad.engine.program.Sharing;

/** A plan compiled for one batch shape: kernels in order, and the memory that they work on. */
final class Program implements CompiledProgram {
    private final NativeScope scope = new NativeScope();
    private final CpuModel model;
    private final BatchShape shape;
    private final GradientFlow flow;
    private final Sharing sharing;
    private final Map<Value, FloatMemory> values = new HashMap<>();
    private final Map<List<Long>, FloatMemory> scratch = new HashMap<>();
    private final GradientStorage<FloatMemory> gradients;
    private final Batch batch;
    private final List<Stage> stages = new ArrayList<>();
    private final long workspaceShare;

    /**
     * @param sum adds up the gradient of the step's output; null when one reader alone makes it
     * @param backward whether there is a backward pass
     */
    private record Stage(PlanStep step, Kernel kernel, SumKernel sum, boolean backward) {
        /** Completes the gradient of the step's output. */
        void addUp() {
            if (sum != null) {
                sum.run();
            }
        }
    }

    Program(CpuModel model, BatchShape shape) {
        this.model = model;
        this.shape = shape;
        Plan plan = model.plan();
        flow = new GradientFlow(plan);
        sharing = new Sharing(plan, shape);
        gradients = shape.training() ? new GradientStorage<>(plan, flow, sharing, shape, scope::allocate) : null;
        batch = new Batch(this);
        workspaceShare = shareWorkspaces(plan);
        try {
            compile(plan);
        } catch (RuntimeException | Error e) {
            // a limit of memory that is too low, for example: what was taken so far must not stay
            scope.close();
            throw e;
        }
    }

    private void compile(Plan plan) {
        for (int i = 0; i < plan.steps().size(); i++) {
            PlanStep step = plan.steps().get(i);
            boolean backward = shape.training() && flow.needed(step.output());
            Kernel kernel = Kernels.make(this, step, i);
            stages.add(new Stage(step, kernel, backward ? sum(step.output()) : null, backward));
        }
    }

    /** Recurrent layers share equally what tensors leave of the model's limit. */
    private long shareWorkspaces(Plan plan) {
        if (model.activationBytes() == 0) {
            return Long.MAX_VALUE;
        }
        long left = model.activationBytes() - scope.allocatedBytes();
        for (Value value : plan.values()) {
            left -= values.containsKey(value) ? 0 : Float.BYTES * shape.elements(value);
        }
        long layers = plan.steps().stream()
                .filter(step -> step instanceof PlanStep.Recur)
                .count();
        return left / Math.max(1, layers);
    }

    private SumKernel sum(Value value) {
        List<Reader> readers = flow.readers(value);
        if (readers.size() < 2) {
            return null;
        }
        List<FloatMemory> shares = readers.stream()
                .map(reader -> gradients.contribution(reader).orElseThrow())
                .toList();
        return new SumKernel(shares, gradient(value), model.runtime().workers());
    }

    Batch batch() {
        return batch;
    }

    void forward(Pass pass) {
        for (Stage stage : stages) {
            stage.kernel.forward(pass);
        }
    }

    /** After {@link #forward}; leaves the gradient in the model's memory. */
    void backward(Pass pass) {
        for (int i = stages.size() - 1; i >= 0; i--) {
            Stage stage = stages.get(i);
            if (stage.backward) {
                stage.addUp();
                stage.kernel.backward(pass);
            }
        }
    }

    /**
     * The same, looked at. A loop apart: Java would compile one for both twice, which takes it as long as some twenty looks.
     *
     * @param trace looks at the gradient on its way
     */
    void backward(Pass pass, ProgramTrace trace) {
        for (int i = stages.size() - 1; i >= 0; i--) {
            Stage stage = stages.get(i);
            if (stage.backward) {
                stage.addUp();
                trace.gradient(stage.step.output());
                stage.kernel.backward(pass);
            }
        }
    }

    /** The gradient through time of the last backward pass, for layers that note it. */
    List<TimeProfile> profiles() {
        List<TimeProfile> profiles = new ArrayList<>();
        for (Stage stage : stages) {
            if (stage.backward && stage.kernel instanceof Profiled profiled) {
                profiles.add(profiled.profile(shape.examples()));
            }
        }
        return profiles;
    }

    /** The loss of the last backward pass: the sum over all rows that count. */
    double loss() {
        return ((LossKernel) stages.get(stages.size() - 1).kernel).loss();
    }

    /** A copy of the output of the last forward pass, in the shape DL4J gives it. */
    INDArray output() {
        return copy(model.plan().loss().output());
    }

    /** As {@link #output}, before the activation function. */
    INDArray logits() {
        return copy(model.plan().loss().input());
    }

    private INDArray copy(Value output) {
        FloatMemory data = value(output);
        if (!output.perStep()) {
            INDArray rows = Nd4j.createUninitialized(DataType.FLOAT, new long[] {rows(output), output.size()}, 'c');
            NdMemory.of(rows).copyFrom(data);
            return rows;
        }
        long[] timeMajor = {shape.steps(), shape.examples(), output.size()};
        INDArray steps = Nd4j.createUninitialized(DataType.FLOAT, timeMajor, 'c');
        NdMemory.of(steps).copyFrom(data);
        boolean timeLast = model.plan().labelFormat() == RNNFormat.NCW;
        return steps.permute(timeLast ? new int[] {1, 2, 0} : new int[] {1, 0, 2});
    }

    CpuModel model() {
        return model;
    }

    CpuRuntime runtime() {
        return model.runtime();
    }

    Sharing sharing() {
        return sharing;
    }

    NativeScope scope() {
        return scope;
    }

    BatchShape shape() {
        return shape;
    }

    boolean training() {
        return shape.training();
    }

    int rows(Value value) {
        return shape.rows(value);
    }

    /** A tensor's memory, [rows, size]. */
    FloatMemory value(Value value) {
        return values.computeIfAbsent(sharing.source(value), v -> scope.allocate(shape.elements(v)));
    }

    /** Where there is data, one number per row; empty when the batch has no such mask. */
    Optional<FloatMemory> mask(Optional<Value> mask) {
        return mask.filter(sharing::present).map(this::value);
    }

    /** A tensor as a matrix of its rows. */
    memory matrix(Value value) {
        return matrix(value, value(value));
    }

    /** Other memory of the tensor's shape, as a matrix of the tensor's rows. */
    memory matrix(Value value, FloatMemory data) {
        return runtime().oneDnn().view(scope, OneDnn.rows(scope, rows(value), value.size()), data);
    }

    /** The gradient of the loss with respect to a tensor, complete when its producer's backward pass runs. */
    FloatMemory gradient(Value value) {
        return gradients
                .sum(value)
                .orElseThrow(() -> InvalidInputException.of(
                        "engine cpu", "a tensor that a loss depends on", "the output of " + value.producer(), ""));
    }

    /** Where a step's backward pass writes its share of the gradient of an input; empty when nobody needs it. */
    Optional<FloatMemory> inputGradient(int step, int input) {
        return training() ? gradients.contribution(new Reader(step, input)) : Optional.empty();
    }

    /** Whether the backward pass reaches the step that makes this tensor. */
    boolean needsGradient(Value value) {
        return training() && flow.needed(value);
    }

    /**
     * Memory that holds nothing beyond one call of a kernel: whoever asks for the same length and number gets the same.
     */
    FloatMemory scratch(long length, long number) {
        return scratch.computeIfAbsent(List.of(length, number), key -> scope.allocate(length));
    }

    /** Bytes that the workspaces of one recurrent layer may take. */
    long workspaceShare() {
        return workspaceShare;
    }

    @Override
    public long bytes() {
        return scope.allocatedBytes();
    }

    @Override
    public void close() {
        scope.close();
    }
}
