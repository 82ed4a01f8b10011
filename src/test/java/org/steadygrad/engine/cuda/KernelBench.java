package org.steadygrad.engine.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.junit.jupiter.api.Assertions;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.TestGpu;
import org.steadygrad.engine.cuda.kernel.CudaModel;
import org.steadygrad.engine.cuda.kernel.KernelContext;
import org.steadygrad.engine.cuda.kernel.ModelMemory;
import org.steadygrad.engine.cuda.kernel.OperationKernel;
import org.steadygrad.engine.cuda.kernel.PassNumbers;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.plan.ActivationFunction;
import org.steadygrad.engine.plan.LossFunction;
import org.steadygrad.engine.plan.LossSettings;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.Value;
import org.steadygrad.engine.program.BatchShape;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.ops.ParameterBlock.Kind;
import org.steadygrad.spec.Precision;

/**
 * One step of a plan on its own: whatever tensors are put in, and the gradient that comes back. Below each of its inputs lies
 * a parameter that wants a gradient, above it a loss that isn't used.
 */
public final class KernelBench implements AutoCloseable {
    private final int examples;
    private final int timeSteps;
    private final boolean training;
    private final List<Value> values = new ArrayList<>();
    private final List<PlanOperation> operations = new ArrayList<>();
    private final List<ParameterBlock> blocks = new ArrayList<>();
    private final Value features;
    private long length;
    private CudaModel model;
    private KernelContext context;
    private int number;
    private OperationKernel kernel;

    /** @param timeSteps 0 for a network without sequences */
    public KernelBench(int examples, int timeSteps, boolean training) {
        this.examples = examples;
        this.timeSteps = timeSteps;
        this.training = training;
        features = value(1, timeSteps > 0);
    }

    public KernelBench(int examples, int timeSteps) {
        this(examples, timeSteps, true);
    }

    /** A tensor that nobody wants a gradient of. */
    public Value value(int size, boolean perStep) {
        Value value = new Value(values.size(), "v", size, perStep ? Value.Rows.TIME_STEPS : Value.Rows.EXAMPLES);
        values.add(value);
        return value;
    }

    /** A tensor whose gradient is wanted; it has a row per step in a network of sequences. */
    public Value input(int size) {
        Value input = value(size, timeSteps > 0);
        ParameterBlock weights = parameter("w" + input.id(), Kind.TRAINED, 1, size);
        operations.add(
                new PlanOperation.Dense("d", features, input, weights, Optional.empty(), ActivationFunction.IDENTITY));
        return input;
    }

    public ParameterBlock parameter(String name, Kind kind, long... shape) {
        List<Long> dimensions = Arrays.stream(shape).boxed().toList();
        ParameterBlock block = new ParameterBlock("layer", name, length, dimensions, kind);
        blocks.add(block);
        length += block.length();
        return block;
    }

    /** To be called when all tensors and parameters are there. */
    public KernelBench with(PlanOperation operation) {
        number = operations.size();
        operations.add(operation);
        Value output = operation.output();
        Value loss = value(output.size(), output.perTimeStep());
        operations.add(new PlanOperation.Loss(
                "loss",
                output,
                loss,
                LossFunction.SQUARED_ERROR,
                ActivationFunction.IDENTITY,
                LossSettings.clip(0),
                Optional.empty()));
        Plan plan = new Plan(
                new FlatLayout(blocks),
                values,
                operations,
                features,
                RNNFormat.NCW,
                Optional.empty(),
                RNNFormat.NCW,
                Double.NaN,
                List.of());
        CudaRuntime runtime = new CudaRuntime(TestGpu.open(), Precision.FLOAT32);
        ModelMemory memory = new ModelMemory(runtime, plan.layout(), 0);
        model = new CudaModel(plan, runtime, memory, new PassNumbers(runtime), 0);
        BatchShape shape = new BatchShape(examples, Math.max(1, timeSteps), false, BatchShape.LabelMask.NONE, training);
        context = new KernelContext(model, shape);
        memory.write(nans((int) length), memory.gradient());
        kernel = OperationKernels.make(context, operation, number);
        return this;
    }

    public KernelContext context() {
        return context;
    }

    private static float[] nans(int count) {
        float[] values = new float[count];
        Arrays.fill(values, Float.NaN);
        return values;
    }

    public KernelBench set(Value value, float... content) {
        write(content, context.value(value));
        return this;
    }

    public KernelBench set(ParameterBlock block, float... content) {
        write(content, model.memory().parameters(block));
        return this;
    }

    private void write(float[] content, DeviceMemory target) {
        Assertions.assertEquals(target.length(), content.length);
        model.memory().write(content, target);
    }

    public KernelBench seed(long seed) {
        model.numbers().sendSeed(seed);
        return this;
    }

    /** What the step makes of what was set. */
    public float[] forward() {
        DeviceMemory output = context.value(operations.get(number).output());
        write(nans((int) output.length()), output);
        kernel.forward();
        return model.memory().read(output);
    }

    /** Runs the backward pass. */
    public KernelBench backward(float... outputGradient) {
        for (int i = 0; i < operations.get(number).inputs().size(); i++) {
            context.inputGradient(number, i).ifPresent(memory -> write(nans((int) memory.length()), memory));
        }
        write(outputGradient, context.gradient(operations.get(number).output()));
        kernel.backward();
        return this;
    }

    /** The gradient of one of the step's inputs, after {@link #backward}. */
    public float[] gradient(int input) {
        return model.memory().read(context.inputGradient(number, input).orElseThrow());
    }

    /** What the flat gradient holds; NaN where nothing was written. */
    public float[] gradient(ParameterBlock block) {
        return model.memory().read(model.memory().gradient(block));
    }

    public static float[] normal(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** @param tolerance relative to the largest finite number expected, or to 1 */
    public static void assertClose(double[] expected, float[] actual, double tolerance, String what) {
        Assertions.assertEquals(expected.length, actual.length, what);
        double largest = 1;
        for (double e : expected) {
            largest = Double.isFinite(e) ? Math.max(largest, Math.abs(e)) : largest;
        }
        for (int i = 0; i < expected.length; i++) {
            Assertions.assertEquals(expected[i], actual[i], tolerance * largest, what + ", element " + i);
        }
    }

    @Override
    public void close() {
        if (context != null) {
            context.close();
            model.close();
        }
    }
}
