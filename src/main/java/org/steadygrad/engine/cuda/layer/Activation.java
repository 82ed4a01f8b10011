package org.steadygrad.engine.cuda.layer;

import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.plan.ActivationFunction;
import org.steadygrad.engine.plan.ActivationFunction.Kind;

/**
 * Launches that apply an activation function to a whole tensor.
 *
 * @param size elements of a row
 */
record Activation(CudaRuntime runtime, ActivationFunction function, int size) {
    /** Rows above this are given a block each instead of a warp. */
    private static final int NARROW = 1024;

    private static final int WARPS = CudaRuntime.BLOCK / 32;
    private static final String FILE = "activate";

    /** The number that kernels know the function by. */
    static int code(ActivationFunction function) {
        return function.kind().ordinal();
    }

    /** {@code output = f(input)}. */
    Launch forward(DeviceMemory input, DeviceMemory output) {
        if (function.kind() == Kind.SOFTMAX) {
            return rows(input.length(), "softmax_")
                    .with(input)
                    .with(output)
                    .with(input.length() / size)
                    .with(size);
        }
        return runtime.over(input.length(), FILE, "activate_forward")
                .with(input)
                .with(output)
                .with(code(function))
                .with((float) function.alpha())
                .with(input.length());
    }

    /** {@code inputGradient = outputGradient * f'(input)}. */
    Launch backward(DeviceMemory input, DeviceMemory output, DeviceMemory outputGradient, DeviceMemory inputGradient) {
        if (function.kind() == Kind.SOFTMAX) {
            return rows(input.length(), "softmax_backward_")
                    .with(output)
                    .with(outputGradient)
                    .with(inputGradient)
                    .with(input.length() / size)
                    .with(size);
        }
        return runtime.over(input.length(), FILE, "activate_backward")
                .with(input)
                .with(outputGradient)
                .with(inputGradient)
                .with(code(function))
                .with((float) function.alpha())
                .with(input.length());
    }

    private Launch rows(long elements, String kernel) {
        long rows = elements / size;
        return size <= NARROW
                ? runtime.each((rows + WARPS - 1) / WARPS, FILE, kernel + "narrow")
                : runtime.each(rows, FILE, kernel + "wide");
    }
}
