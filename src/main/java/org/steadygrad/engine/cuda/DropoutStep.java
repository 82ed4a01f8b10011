package org.steadygrad.engine.cuda;

import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.plan.PlanStep;
import org.steadygrad.engine.plan.RandomStream;

/** Dropout in training. The seed is read on the device, so that a captured pass draws new numbers whenever it is run. */
final class DropoutStep extends LaunchedStep {
    /** Random numbers that one thread draws at once. */
    private static final int GROUP = 4;

    DropoutStep(Program program, PlanStep.Dropout step, int number) {
        super(program);
        inForward(drop(program, step, program.value(step.input()), program.value(step.output())));
        program.inputGradient(number, 0)
                .ifPresent(target -> inBackward(drop(program, step, program.gradient(step.output()), target)));
    }

    private static Launch drop(Program program, PlanStep.Dropout step, DeviceMemory source, DeviceMemory target) {
        return program.runtime()
                .over((source.length() + GROUP - 1) / GROUP, "dropout", "drop")
                .with(source)
                .with(target)
                .with(program.model().numbers().seed())
                .with(step.stream())
                .with(RandomStream.threshold(step.keep()))
                .with((float) (1 / step.keep()))
                .with(step.input().perStep() ? program.shape().steps() : 1)
                .with(program.shape().examples())
                .with(step.input().size());
    }
}
