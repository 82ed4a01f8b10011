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
import org.steadygrad.engine.plan.ActivationFunction;
import org.steadygrad.engine.plan.LossFunction;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.PlanStep;
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
final class StepBench implements AutoCloseable {
    private final int examples;
    private final int timeSteps;
    private final boolean training;
    private final List<Value> values = new ArrayList<>();
    private final List<PlanStep> steps = new ArrayList<>();
    private final List<ParameterBlock> blocks = new ArrayList<>();
    private final Value features;
    private long length;
    private CudaModel model;
    private Program program;
    private int number;
    private StepKernel kernel;

    /** @param timeSteps 0 for a network without sequences */
    StepBench(int examples, int timeSteps, boolean training) {
        this.examples = examples;
        this.timeSteps = timeSteps;
        this.training = training;
        features = value(1, timeSteps > 0);
    }

    StepBench(int examples, int timeSteps) {
        this(examples, timeSteps, true);
    }

    /** A tensor that nobody wants a gradient of. */
    Value value(int size, boolean perStep) {
        Value value = new Value(values.size(), "v", size, perStep ? Value.Rows.STEPS : Value.Rows.EXAMPLES);
        values.add(value);
        return value;
    }

    /** A tensor whose gradient is wanted; it has a row per step in a network of sequences. */
    Value input(int size) {
        Value input = value(size, timeSteps > 0);
        ParameterBlock weights = parameter("w" + input.id(), Kind.TRAINED, 1, size);
        steps.add(new PlanStep.Dense("d", features, input, weights, Optional.empty(), ActivationFunction.IDENTITY));
        return input;
    }

    ParameterBlock parameter(String name, Kind kind, long... shape) {
        List<Long> dimensions = Arrays.stream(shape).boxed().toList();
        ParameterBlock block = new ParameterBlock("layer", name, length, dimensions, kind);
        blocks.add(block);
        length += block.length();
        return block;
    }

    /** To be called when all tensors and parameters are there. */
    StepBench with(PlanStep step) {
        number = steps.size();
        steps.add(step);
        Value output = step.output();
        Value loss = value(output.size(), output.perStep());
        steps.add(new PlanStep.Loss(
                "loss", output, loss, LossFunction.SQUARED_ERROR, ActivationFunction.IDENTITY, 0, Optional.empty()));
        Plan plan = new Plan(
                new FlatLayout(blocks),
                values,
                steps,
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
        program = new Program(model, shape);
        memory.write(nans((int) length), memory.gradient());
        kernel = StepKernels.make(program, step, number);
        return this;
    }

    Program program() {
        return program;
    }

    private static float[] nans(int count) {
        float[] values = new float[count];
        Arrays.fill(values, Float.NaN);
        return values;
    }

    StepBench set(Value value, float... content) {
        write(content, program.value(value));
        return this;
    }

    StepBench set(ParameterBlock block, float... content) {
        write(content, model.memory().parameters(block));
        return this;
    }

    private void write(float[] content, DeviceMemory target) {
        Assertions.assertEquals(target.length(), content.length);
        model.memory().write(content, target);
    }

    StepBench seed(long seed) {
        model.numbers().sendSeed(seed);
        return this;
    }

    /** What the step makes of what was set. */
    float[] forward() {
        DeviceMemory output = program.value(steps.get(number).output());
        write(nans((int) output.length()), output);
        kernel.forward();
        return model.memory().read(output);
    }

    /** Runs the backward pass. */
    StepBench backward(float... outputGradient) {
        for (int i = 0; i < steps.get(number).inputs().size(); i++) {
            program.inputGradient(number, i).ifPresent(memory -> write(nans((int) memory.length()), memory));
        }
        write(outputGradient, program.gradient(steps.get(number).output()));
        kernel.backward();
        return this;
    }

    /** The gradient of one of the step's inputs, after {@link #backward}. */
    float[] gradient(int input) {
        return model.memory().read(program.inputGradient(number, input).orElseThrow());
    }

    /** What the flat gradient holds; NaN where nothing was written. */
    float[] gradient(ParameterBlock block) {
        return model.memory().read(model.memory().gradient(block));
    }

    static float[] normal(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** @param tolerance relative to the largest finite number expected, or to 1 */
    static void assertClose(double[] expected, float[] actual, double tolerance, String what) {
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
        if (program != null) {
            program.close();
            model.close();
        }
    }
}
