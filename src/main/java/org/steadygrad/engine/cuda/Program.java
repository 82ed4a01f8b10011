package org.steadygrad.engine.cuda;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.engine.cuda.kernel.Batch;
import org.steadygrad.engine.cuda.kernel.CudaModel;
import org.steadygrad.engine.cuda.kernel.KernelContext;
import org.steadygrad.engine.cuda.stream.Replay;
import org.steadygrad.engine.plan.Value;
import org.steadygrad.engine.program.BatchShape;
import org.steadygrad.engine.program.CompiledProgram;
import org.steadygrad.engine.program.ProgramCache;

/** A plan compiled for one batch shape: kernels in order, the device memory that they work on, and their CUDA graph. */
final class Program implements CompiledProgram {
    /** Share of the device's free memory that programs of other shapes may keep, unless a limit is set. */
    private static final int MEMORY_SHARE = 2;

    private final KernelContext context;
    private final Stages stages;
    private final Replay pass;
    private final Map<List<Boolean>, Replay> steps = new HashMap<>();

    /** Both null until a pass is first traced, which is enqueued apart from others. */
    private ProgramTrace trace;

    private Replay traced;

    Program(CudaModel model, BatchShape shape) {
        context = new KernelContext(model, shape);
        try {
            stages = new Stages(context);
        } catch (RuntimeException | Error e) {
            // too little memory, for example: what was taken so far must not stay
            context.scope().closeAfter(e);
            throw e;
        }
        pass = own(this::wholePass);
    }

    /** Programs of a model by batch shape. */
    static ProgramCache<Program> cache(CudaModel model) {
        long limit = model.activationBytes();
        long most = limit > 0 ? limit : model.runtime().device().memory().free() / MEMORY_SHARE;
        return new ProgramCache<>(shape -> new Program(model, shape), most);
    }

    private Replay own(Runnable work) {
        return context.scope().own(new Replay(context.runtime().stream(), work));
    }

    /** Forward, and in training backward, as one graph; leaves loss and gradient in the model's memory. */
    void run() {
        pass.run();
    }

    private void wholePass() {
        stages.forward();
        if (context.training()) {
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
                key -> own(() -> {
                    if (looked) {
                        tracedPass();
                    } else {
                        wholePass();
                    }
                    after.run();
                }));
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
        return copy(context.plan().loss().output());
    }

    /** As {@link #output}, before the activation function. */
    INDArray logits() {
        return copy(context.plan().loss().input());
    }

    private INDArray copy(Value output) {
        INDArray flat = Nd4j.createFromArray(context.model().memory().read(context.value(output)));
        if (!output.perTimeStep()) {
            return flat.reshape(context.rows(output), output.size());
        }
        INDArray steps = flat.reshape(shape().timeSteps(), shape().examples(), output.size());
        boolean timeLast = context.plan().labelFormat() == RNNFormat.NCW;
        return steps.permute(timeLast ? new int[] {1, 2, 0} : new int[] {1, 0, 2});
    }

    /** Looks at the passes that {@link #runTraced} runs, and knows what it saw in the last one. Made at first use. */
    ProgramTrace trace() {
        if (trace == null) {
            // takes what memory it needs now
            stages.profiled().forEach(step -> step.expectProfile(true));
            stages.profiled().forEach(step -> step.expectProfile(false));
            trace = context.scope().whole(part -> new ProgramTrace(context, stages, part));
            traced = own(this::tracedPass);
        }
        return trace;
    }

    KernelContext context() {
        return context;
    }

    Batch batch() {
        return context.batch();
    }

    BatchShape shape() {
        return context.shape();
    }

    @Override
    public long bytes() {
        return context.scope().allocatedBytes();
    }

    @Override
    public void close() {
        context.close();
    }
}
