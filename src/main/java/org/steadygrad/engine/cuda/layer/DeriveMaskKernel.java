package org.steadygrad.engine.cuda.layer;

import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.kernel.KernelContext;
import org.steadygrad.engine.cuda.kernel.LaunchedKernel;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.plan.PlanOperation;

/** Finds the rows that hold nothing but the value that stands for no data, or have none anyway. */
public final class DeriveMaskKernel extends LaunchedKernel {
    private static final int WARPS = CudaRuntime.BLOCK / 32;

    public DeriveMaskKernel(KernelContext context, PlanOperation.DeriveMask step) {
        super(context);
        DeviceMemory mask = context.value(step.output());
        inForward(runtime()
                .each((mask.length() + WARPS - 1) / WARPS, "masks", "derive_mask")
                .with(context.value(step.input()))
                .with(context.mask(step.mask()).orElse(null))
                .with(mask)
                .with((float) step.masked())
                .with(mask.length())
                .with(step.input().size()));
    }
}
