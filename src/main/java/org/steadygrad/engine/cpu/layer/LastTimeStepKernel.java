package org.steadygrad.engine.cpu.layer;

import java.util.Optional;
import org.steadygrad.engine.cpu.kernel.Kernel;
import org.steadygrad.engine.cpu.kernel.KernelContext;
import org.steadygrad.engine.cpu.kernel.Pass;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.plan.PlanOperation;

/** Takes every example's last row; zeros, to which no gradient goes back, of an example without any step. */
public final class LastTimeStepKernel implements Kernel {
    private static final int NONE = -1;

    private final int examples;
    private final int steps;
    private final int size;
    private final Optional<FloatMemory> mask;
    private final FloatMemory input;
    private final FloatMemory output;
    private final Optional<FloatMemory> inputGradient;
    private final FloatMemory gradient;
    private final int[] last;
    private final float[] row;
    private final float[] zeros;

    public LastTimeStepKernel(KernelContext context, PlanOperation.LastTimeStep operation, int number) {
        examples = context.shape().examples();
        steps = context.shape().timeSteps();
        size = operation.input().size();
        mask = context.mask(operation.mask());
        input = context.value(operation.input());
        output = context.value(operation.output());
        inputGradient = context.inputGradient(number, 0);
        gradient = inputGradient.isPresent() ? context.gradient(operation.output()) : null;
        last = new int[examples];
        row = new float[size];
        zeros = new float[size];
    }

    @Override
    public void forward(Pass pass) {
        for (int example = 0; example < examples; example++) {
            last[example] = lastStep(example);
            if (last[example] == NONE) {
                output.write(example * size, zeros, size);
                continue;
            }
            input.read((last[example] * examples + example) * size, row, size);
            output.write(example * size, row, size);
        }
    }

    private int lastStep(int example) {
        int step = steps - 1;
        while (mask.isPresent() && step != NONE && mask.get().get(step * examples + example) == 0) {
            step--;
        }
        return step;
    }

    @Override
    public void backward(Pass pass) {
        if (inputGradient.isEmpty()) {
            return;
        }
        FloatMemory target = inputGradient.get();
        target.zero();
        for (int example = 0; example < examples; example++) {
            if (last[example] == NONE) {
                continue;
            }
            gradient.read(example * size, row, size);
            target.write((last[example] * examples + example) * size, row, size);
        }
    }
}
