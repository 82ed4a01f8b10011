package org.steadygrad.engine.cpu;

import java.util.Optional;
import org.steadygrad.engine.plan.PlanStep;

/** Takes every example's last row. */
final class LastStepKernel implements Kernel {
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

    LastStepKernel(Program program, PlanStep.LastStep step, int number) {
        examples = program.shape().examples();
        steps = program.shape().steps();
        size = step.input().size();
        mask = program.mask(step.mask());
        input = program.value(step.input());
        output = program.value(step.output());
        inputGradient = program.inputGradient(number, 0);
        gradient = inputGradient.isPresent() ? program.gradient(step.output()) : null;
        last = new int[examples];
        row = new float[size];
    }

    @Override
    public void forward(Pass pass) {
        for (int example = 0; example < examples; example++) {
            last[example] = lastStep(example);
            input.read((last[example] * examples + example) * size, row, size);
            output.write(example * size, row, size);
        }
    }

    private int lastStep(int example) {
        int step = steps - 1;
        while (mask.isPresent() && step > 0 && mask.get().get(step * examples + example) == 0) {
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
            gradient.read(example * size, row, size);
            target.write((last[example] * examples + example) * size, row, size);
        }
    }
}
