package org.steadygrad.engine.cuda;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.DeviceScope;
import org.steadygrad.engine.plan.GradientFlow;
import org.steadygrad.engine.plan.GradientFlow.Reader;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.PlanStep;
import org.steadygrad.engine.plan.Value;
import org.steadygrad.engine.program.BatchShape;
import org.steadygrad.engine.program.CompiledProgram;
import org.steadygrad.engine.program.GradientStorage;
import org.steadygrad.engine.program.Sharing;

/** A plan compiled for one batch shape: kernels in order, the device memory that they work on, and their CUDA graph. */
final class Program implements CompiledProgram {
    private final DeviceScope scope;
    private final CudaModel model;
    private final BatchShape shape;
    private final GradientFlow flow;
    private final Sharing sharing;
    private final ResidualSums residuals;
    private final Map<Value, DeviceMemory> values = new HashMap<>();
    private final Map<List<Long>, DeviceMemory> scratch = new HashMap<>();
    private final GradientStorage<DeviceMemory> gradients;
    private final Batch batch;
    private final Stages stages;
    private final Replay pass;
    private final Map<List<Boolean>, Replay> steps = new HashMap<>();
    private final long workspaceShare;

    /** Both null until a pass is first traced, which is enqueued apart from others. */
    private ProgramTrace trace;

    private Replay traced;

    Program(CudaModel model, BatchShape shape) {
        this.model = model;
        this.shape = shape;
        scope = new DeviceScope(model.runtime().device());
        Plan plan = model.plan();
        flow = new GradientFlow(plan);
        sharing = new Sharing(plan, shape);
        residuals = new ResidualSums(plan.steps(), sharing);
        try {
            gradients = shape.training() ? new GradientStorage<>(plan, flow, sharing, shape, scope::floats) : null;
            batch = new Batch(this);
            workspaceShare = shareWorkspaces(plan);
            stages = new Stages(this, plan.steps());
        } catch (RuntimeException | Error e) {
            // too little memory, for example: what was taken so far must not stay
            scope.closeAfter(e);
            throw e;
        }
        pass = scope.own(new Replay(model.runtime().stream(), this::wholePass));
    }

    private long shareWorkspaces(Plan plan) {
        if (model.activationBytes() == 0) {
            return Long.MAX_VALUE;
        }
        long left = model.activationBytes() - scope.allocatedBytes();
        for (Value value : plan.values()) {
            boolean own = sharing.source(value).equals(value) && !values.containsKey(value);
            left -= own ? Float.BYTES * shape.elements(value) : 0;
        }
        long layers = plan.steps().stream()
                .filter(step -> step instanceof PlanStep.Recur)
                .count();
        return left / Math.max(1, layers);
    }

    /** Forward, and in training backward, as one graph; leaves loss and gradient in the model's memory. */
    void run() {
        pass.run();
    }

    private void wholePass() {
        stages.forward();
        if (shape.training()) {
            stages.backward(null);
        }
    }

    /**
     * The pass and what follows it as one graph.
     *
     * @param looked whether {@link #trace} looks on
     * @param variant tells apart what may follow
     * @param after enqueues what follows; the same for the same variant
     */
    void runStep(boolean looked, boolean variant, Runnable after) {
        Replay replay = steps.computeIfAbsent(
                List.of(looked, variant),
                key -> scope.own(new Replay(runtime().stream(), () -> {
                    if (looked) {
                        tracedPass();
                    } else {
                        wholePass();
                    }
                    after.run();
                })));
        replay.run();
    }

    /** The same, looked on by the program's {@link #trace}. */
    void runTraced() {
        traced.run();
    }

    private void tracedPass() {
        stages.profiled().forEach(step -> step.expectProfile(true));
        try {
            stages.forward();
            trace.activations();
            trace.labels();
            stages.backward(trace);
            trace.fetch();
        } finally {
            stages.profiled().forEach(step -> step.expectProfile(false));
        }
    }

    Stages stages() {
        return stages;
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
        INDArray flat = Nd4j.createFromArray(model.memory().read(value(output)));
        if (!output.perStep()) {
            return flat.reshape(rows(output), output.size());
        }
        INDArray steps = flat.reshape(shape.steps(), shape.examples(), output.size());
        boolean timeLast = model.plan().labelFormat() == RNNFormat.NCW;
        return steps.permute(timeLast ? new int[] {1, 2, 0} : new int[] {1, 0, 2});
    }

    /** Looks at the passes that {@link #runTraced} runs, and knows what it saw in the last one. Made at first use. */
    ProgramTrace trace() {
        if (trace == null) {
            // takes what memory it needs now
            stages.profiled().forEach(step -> step.expectProfile(true));
            stages.profiled().forEach(step -> step.expectProfile(false));
            trace = scope.whole(part -> new ProgramTrace(this, part));
            traced = scope.own(new Replay(runtime().stream(), this::tracedPass));
        }
        return trace;
    }

    CudaModel model() {
        return model;
    }

    CudaRuntime runtime() {
        return model.runtime();
    }

    Batch batch() {
        return batch;
    }

    Sharing sharing() {
        return sharing;
    }

    ResidualSums residuals() {
        return residuals;
    }

    /** For what lives as long as the program. */
    DeviceScope scope() {
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
    DeviceMemory value(Value value) {
        return values.computeIfAbsent(sharing.source(value), v -> scope.floats(shape.elements(v)));
    }

    /** Where there is data, one number per row; empty when the batch has no such mask. */
    Optional<DeviceMemory> mask(Optional<Value> mask) {
        return mask.filter(sharing::present).map(this::value);
    }

    /** The gradient of the loss with respect to a tensor, complete when its producer's backward pass runs. */
    DeviceMemory gradient(Value value) {
        return gradients
                .sum(value)
                .orElseThrow(() -> InvalidInputException.of(
                        "engine cuda", "a tensor that a loss depends on", "the output of " + value.producer(), ""));
    }

    /** Where a step's backward pass writes its share of the gradient of an input; empty when nobody needs it. */
    Optional<DeviceMemory> inputGradient(int step, int input) {
        return training() ? gradients.contribution(new Reader(step, input)) : Optional.empty();
    }

    /** Adds up the gradient of a tensor; empty when one reader alone makes it. */
    Optional<Sums> sum(Value value) {
        List<Reader> readers = flow.readers(value);
        if (readers.size() < 2) {
            return Optional.empty();
        }
        List<DeviceMemory> shares = readers.stream()
                .map(reader -> gradients.contribution(reader).orElseThrow())
                .toList();
        return Optional.of(new Sums(model.runtime(), shares, gradient(value)));
    }

    /** Whether the backward pass reaches the step that makes this tensor. */
    boolean needsGradient(Value value) {
        return training() && flow.needed(value);
    }

    /** Bytes that the workspace of each recurrent layer may take. */
    long workspaceShare() {
        return workspaceShare;
    }

    /**
     * Memory that holds nothing beyond one call of a kernel: whoever asks for the same size and number gets the same.
     *
     * @param bytes size
     */
    DeviceMemory scratch(long bytes, long number) {
        return scratch.computeIfAbsent(List.of(bytes, number), key -> scope.bytes(bytes));
    }

    @Override
    public long bytes() {
        return scope.allocatedBytes();
    }

    @Override
    public void close() {
        try (scope) {
            runtime().finish();
        }
    }
}
