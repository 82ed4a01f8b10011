package org.steadygrad.engine.cpu.activation;

import org.steadygrad.engine.cpu.kernel.KernelContext;
import org.steadygrad.engine.cpu.onednn.CpuRuntime;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.Workers;
import org.steadygrad.engine.plan.ActivationFunction;

/** Activation functions that oneDNN doesn't have, or has wrongly, over stretches of tensors, by their formulas. */
public final class JavaActivation implements Workers.Range {
    private static final int GRAIN = 8 * CpuRuntime.CHUNK;

    private final CpuRuntime runtime;
    private final ActivationFunction function;
    private final FloatMemory input;
    private final FloatMemory outputGradient;
    private final FloatMemory target;

    private JavaActivation(
            CpuRuntime runtime,
            ActivationFunction function,
            FloatMemory input,
            FloatMemory outputGradient,
            FloatMemory target) {
        this.runtime = runtime;
        this.function = function;
        this.input = input;
        this.outputGradient = outputGradient;
        this.target = target;
    }

    public static Runnable forward(
            KernelContext context, ActivationFunction function, FloatMemory input, FloatMemory output) {
        return new JavaActivation(context.runtime(), function, input, null, output)::run;
    }

    static Runnable backward(
            KernelContext context,
            ActivationFunction function,
            FloatMemory input,
            FloatMemory outputGradient,
            FloatMemory inputGradient) {
        return new JavaActivation(context.runtime(), function, input, outputGradient, inputGradient)::run;
    }

    private void run() {
        runtime.workers().run(input.length(), GRAIN, this);
    }

    @Override
    public void run(int part, int from, int to) {
        float[] x = runtime.heap(part, 0);
        float[] gradient = runtime.heap(part, 1);
        for (int start = from; start < to; start += CpuRuntime.CHUNK) {
            int count = Math.min(CpuRuntime.CHUNK, to - start);
            input.read(start, x, count);
            if (outputGradient == null) {
                apply(x, count);
                target.write(start, x, count);
            } else {
                outputGradient.read(start, gradient, count);
                multiply(x, gradient, count);
                target.write(start, gradient, count);
            }
        }
    }

    /** x becomes f(x). */
    private void apply(float[] x, int count) {
        switch (function.kind()) {
            case RELU6 -> clip(x, count, 0, 6);
            case HARD_TANH -> clip(x, count, -1, 1);
            default -> {
                if (function.isRelu()) {
                    rectify(x, count);
                } else {
                    for (int i = 0; i < count; i++) {
                        x[i] = (float) function.value(x[i]);
                    }
                }
            }
        }
    }

    // Java's minima and maxima keep NaN, and become vector instructions.
    private static void rectify(float[] x, int count) {
        for (int i = 0; i < count; i++) {
            x[i] = Math.max(x[i], 0);
        }
    }

    private static void clip(float[] x, int count, float low, float high) {
        for (int i = 0; i < count; i++) {
            x[i] = Math.min(high, Math.max(low, x[i]));
        }
    }

    /** The gradient becomes gradient * f'(x). */
    private void multiply(float[] x, float[] gradient, int count) {
        for (int i = 0; i < count; i++) {
            gradient[i] = (float) (gradient[i] * function.slope(x[i]));
        }
    }
}
