package org.steadygrad.engine.cuda.layer;

import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.kernel.KernelContext;
import org.steadygrad.engine.cuda.kernel.LaunchedKernel;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.plan.PlanOperation;

/** Finds the rows that hold nothing but the value that stands for no data, or have none anyway. */
public final class DeriveMaskKernel extends LaunchedKernel {
    private static final int WARPS = CudaRuntime.BLOCK / 32;

    public DeriveMaskKernel(KernelContext context, PlanOperation.DeriveMask operation) {
        super(context);
        DeviceMemory mask = context.value(operation.output());
        inForward(runtime()
                .each((mask.length() + WARPS - 1) / WARPS, "masks", "derive_mask")
                .with(context.value(operation.input()))
                .with(context.mask(operation.mask()).orElse(null))
                .with(mask)
                .with((float) operation.masked())
                .with(mask.length())
                .with(operation.input().size()));
    }
}
