package org.steadygrad.engine.cuda.layer;

import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.kernel.KernelContext;
import org.steadygrad.engine.cuda.kernel.LaunchedKernel;
import org.steadygrad.engine.plan.PlanOperation;

/** Multiplies rows by their mask, which is present. */
public final class MaskRowsKernel extends LaunchedKernel {

    public MaskRowsKernel(KernelContext context, PlanOperation.MaskRows step, int number) {
        super(context);
        inForward(mask(context, step, context.value(step.input()), context.value(step.output())));
        context.inputGradient(number, 0)
                .ifPresent(target -> inBackward(mask(context, step, context.gradient(step.output()), target)));
    }

    private static Launch mask(
            KernelContext context, PlanOperation.MaskRows step, DeviceMemory source, DeviceMemory target) {
        return context.runtime()
                .over(source.length(), "masks", "mask_rows")
                .with(source)
                .with(context.value(step.mask()))
                .with(target)
                .with(step.input().size())
                .with(source.length());
    }
}
