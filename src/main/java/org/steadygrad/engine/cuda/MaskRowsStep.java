package org.steadygrad.engine.cuda;

import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.plan.PlanStep;

/** Multiplies rows by their mask, which is present. */
final class MaskRowsStep extends LaunchedStep {

    MaskRowsStep(Program program, PlanStep.MaskRows step, int number) {
        super(program);
        inForward(mask(program, step, program.value(step.input()), program.value(step.output())));
        program.inputGradient(number, 0)
                .ifPresent(target -> inBackward(mask(program, step, program.gradient(step.output()), target)));
    }

    private static Launch mask(Program program, PlanStep.MaskRows step, DeviceMemory source, DeviceMemory target) {
        return program.runtime()
                .over(source.length(), "masks", "mask_rows")
                .with(source)
                .with(program.value(step.mask()))
                .with(target)
                .with(step.input().size())
                .with(source.length());
    }
}
