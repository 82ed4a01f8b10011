package org.steadygrad.engine.cpu;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.engine.StepTrace.TimeProfile;
import org.steadygrad.engine.cpu.kernel.Batch;
import org.steadygrad.engine.cpu.kernel.CpuModel;
import org.steadygrad.engine.cpu.kernel.Kernel;
import org.steadygrad.engine.cpu.kernel.KernelContext;
import org.steadygrad.engine.cpu.kernel.Pass;
import org.steadygrad.engine.cpu.kernel.Profiled;
import org.steadygrad.engine.cpu.loss.LossKernel;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.NdMemory;
import org.steadygrad.engine.cpu.onednn.SumKernel;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.Value;
import org.steadygrad.engine.program.BatchShape;
import org.steadygrad.engine.program.CompiledProgram;
import org.steadygrad.engine.program.ProgramCache;

/** A plan compiled for one batch shape: kernels in order, and the memory that they work on. */
final class Program implements CompiledProgram {
    /** Share of the machine's memory that programs may take together, unless a limit is set. */
    private static final int MEMORY_SHARE = 4;

    private final KernelContext context;
    private final List<Stage> stages = new ArrayList<>();

    /**
     * @param sum adds up the gradient of the operation's output; null when one reader alone makes it
     * @param backward whether there is a backward pass
     */
    private record Stage(PlanOperation operation, Kernel kernel, SumKernel sum, boolean backward) {
        /** Completes the gradient of the operation's output. */
        void addUp() {
            if (sum != null) {
                sum.run();
            }
        }
    }

    Program(CpuModel model, BatchShape shape) {
        context = new KernelContext(model, shape);
        try {
            compile();
        } catch (RuntimeException | Error e) {
            // a limit of memory that is too low, for example: what was taken so far must not stay
            context.close();
            throw e;
        }
    }

    /** Programs of a model by batch shape. */
    static ProgramCache<Program> cache(CpuModel model) {
        long limit = model.activationBytes();
        long most = limit > 0 ? limit : Pointer.totalPhysicalBytes() / MEMORY_SHARE;
        return new ProgramCache<>(shape -> new Program(model, shape), most);
    }

    private void compile() {
        List<PlanOperation> operations = context.plan().operations();
        for (int i = 0; i < operations.size(); i++) {
            PlanOperation operation = operations.get(i);
            boolean backward = context.needsGradient(operation.output());
            Kernel kernel = Kernels.make(context, operation, i);
            stages.add(new Stage(operation, kernel, backward ? sum(operation.output()) : null, backward));
        }
    }

    private SumKernel sum(Value value) {
        List<FloatMemory> shares = context.gradientShares(value);
        return shares.isEmpty()
                ? null
                : new SumKernel(
                        shares, context.gradient(value), context.runtime().workers());
    }

    Batch batch() {
        return context.batch();
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
                trace.gradient(stage.operation.output());
                stage.kernel.backward(pass);
            }
        }
    }

    /** The gradient through time of the last backward pass, for layers that note it. */
    List<TimeProfile> profiles() {
        List<TimeProfile> profiles = new ArrayList<>();
        for (Stage stage : stages) {
            if (stage.backward && stage.kernel instanceof Profiled profiled) {
                profiles.add(profiled.profile(shape().examples()));
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
        return copy(context.plan().loss().output());
    }

    /** As {@link #output}, before the activation function. */
    INDArray logits() {
        return copy(context.plan().loss().input());
    }

    private INDArray copy(Value output) {
        FloatMemory data = context.value(output);
        if (!output.perTimeStep()) {
            INDArray rows =
                    Nd4j.createUninitialized(DataType.FLOAT, new long[] {context.rows(output), output.size()}, 'c');
            NdMemory.of(rows).copyFrom(data);
            return rows;
        }
        long[] timeMajor = {shape().timeSteps(), shape().examples(), output.size()};
        INDArray steps = Nd4j.createUninitialized(DataType.FLOAT, timeMajor, 'c');
        NdMemory.of(steps).copyFrom(data);
        boolean timeLast = context.plan().labelFormat() == RNNFormat.NCW;
        return steps.permute(timeLast ? new int[] {1, 2, 0} : new int[] {1, 0, 2});
    }

    KernelContext context() {
        return context;
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
