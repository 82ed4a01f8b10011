package org.steadygrad.engine.cpu;

import org.steadygrad.engine.plan.ActivationFunction;

/** Activation functions that oneDNN doesn't have, over stretches of tensors. */
final class JavaActivation implements Workers.Range {
    private static final int GRAIN = 8 * CpuRuntime.CHUNK;
    private static final float SELU_ALPHA = 1.6732632423543772f;
    private static final float SELU_SCALE = 1.0507009873554805f;
    private static final float RATIONAL_SCALE = 1.7159f;
    private static final float RATIONAL_SLOPE = 2f / 3;
    private static final float RATIONAL_FOURTH = 1.41645f;

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

    static Runnable forward(Program program, ActivationFunction function, FloatMemory input, FloatMemory output) {
        return new JavaActivation(program.runtime(), function, input, null, output)::run;
    }

    static Runnable backward(
            Program program,
            ActivationFunction function,
            FloatMemory input,
            FloatMemory outputGradient,
            FloatMemory inputGradient) {
        return new JavaActivation(program.runtime(), function, input, outputGradient, inputGradient)::run;
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
        float alpha = (float) function.alpha();
        for (int i = 0; i < count; i++) {
            float v = x[i];
            x[i] = switch (function.kind()) {
                case SELU -> SELU_SCALE * (v > 0 ? v : SELU_ALPHA * (float) Math.expm1(v));
                case SOFTSIGN -> v / (1 + Math.abs(v));
                case THRESHOLDED_RELU -> v > alpha ? v : 0;
                case CUBE -> v * v * v;
                case RECTIFIED_TANH -> v > 0 ? (float) Math.tanh(v) : 0;
                case RATIONAL_TANH -> rationalTanh(v);
                default -> throw unknown();
            };
        }
    }

    /** The gradient becomes gradient * f'(x). */
    private void multiply(float[] x, float[] gradient, int count) {
        float alpha = (float) function.alpha();
        for (int i = 0; i < count; i++) {
            float v = x[i];
            gradient[i] *= switch (function.kind()) {
                case SELU -> SELU_SCALE * (v > 0 ? 1 : SELU_ALPHA * (float) Math.exp(v));
                case SOFTSIGN -> 1 / ((1 + Math.abs(v)) * (1 + Math.abs(v)));
                case THRESHOLDED_RELU -> v > alpha ? 1 : 0;
                case CUBE -> 3 * v * v;
                case RECTIFIED_TANH -> v > 0 ? tanhSlope(v) : 0;
                case RATIONAL_TANH -> rationalTanhSlope(v);
                default -> throw unknown();
            };
        }
    }

    private IllegalStateException unknown() {
        return new IllegalStateException("engine cpu: no loop for " + function);
    }

    private static float tanhSlope(float x) {
        float t = (float) Math.tanh(x);
        return 1 - t * t;
    }

    /** {@code 1.7159 sgn(y) (1 - 1 / (1 + |y| + y^2 + 1.41645 y^4))} with {@code y = 2 x / 3}. */
    private static float rationalTanh(float x) {
        float y = RATIONAL_SLOPE * x;
        float a = Math.abs(y);
        float quotient = 1 / (1 + a + y * y + RATIONAL_FOURTH * y * y * y * y);
        return RATIONAL_SCALE * Math.signum(y) * (1 - quotient);
    }

    private static float rationalTanhSlope(float x) {
        float y = RATIONAL_SLOPE * x;
        float a = Math.abs(y);
        float below = 1 + a + y * y + RATIONAL_FOURTH * y * y * y * y;
        float slope = 1 + 2 * a + 4 * RATIONAL_FOURTH * a * a * a;
        return RATIONAL_SCALE * RATIONAL_SLOPE * slope / (below * below);
    }
}
