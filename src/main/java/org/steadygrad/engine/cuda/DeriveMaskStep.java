package org.steadygrad.engine.cuda;

import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.plan.PlanStep;

/** Finds the rows that hold nothing but the value that stands for no data, or have none anyway. */
final class DeriveMaskStep extends LaunchedStep {
    private static final int WARPS = CudaRuntime.BLOCK / 32;

    DeriveMaskStep(Program program, PlanStep.DeriveMask step) {
        super(program);
        DeviceMemory mask = program.value(step.output());
        inForward(runtime()
                .each((mask.length() + WARPS - 1) / WARPS, "masks", "derive_mask")
                .with(program.value(step.input()))
                .with(program.mask(step.mask()).orElse(null))
                .with(mask)
                .with((float) step.masked())
                .with(mask.length())
                .with(step.input().size()));
    }
}
