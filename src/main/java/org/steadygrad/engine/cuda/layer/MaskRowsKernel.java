package org.steadygrad.engine.cuda.layer;

import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.kernel.KernelContext;
import org.steadygrad.engine.cuda.kernel.LaunchedKernel;
import org.steadygrad.engine.plan.PlanOperation;

/** Multiplies rows by their mask, which is present. */
public final class MaskRowsKernel extends LaunchedKernel {

    public MaskRowsKernel(KernelContext context, PlanOperation.MaskRows operation, int number) {
        super(context);
        inForward(mask(context, operation, context.value(operation.input()), context.value(operation.output())));
        context.inputGradient(number, 0)
                .ifPresent(
                        target -> inBackward(mask(context, operation, context.gradient(operation.output()), target)));
    }

    private static Launch mask(
            KernelContext context, PlanOperation.MaskRows operation, DeviceMemory source, DeviceMemory target) {
        return context.runtime()
                .over(source.length(), "masks", "mask_rows")
                .with(source)
                .with(context.value(operation.mask()))
                .with(target)
                .with(operation.input().size())
                .with(source.length());
    }
}
