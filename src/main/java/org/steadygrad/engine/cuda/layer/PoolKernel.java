package org.steadygrad.engine.cuda.layer;

import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.kernel.KernelContext;
import org.steadygrad.engine.cuda.kernel.LaunchedKernel;
import org.steadygrad.engine.plan.PlanOperation;

/**
 * Pools the steps of every example; one without any yields zeros. As in DL4J, the gradient of a maximum goes to its first place.
 */
public final class PoolKernel extends LaunchedKernel {

    public PoolKernel(KernelContext context, PlanOperation.Pool step, int number) {
        super(context);
        DeviceMemory input = context.value(step.input());
        DeviceMemory mask = context.mask(step.mask()).orElse(null);
        DeviceMemory output = context.value(step.output());
        Launch forward = runtime()
                .over(output.length(), "pool", "pool_forward")
                .with(input)
                .with(mask)
                .with(output);
        inForward(withSettings(forward, context, step));
        context.inputGradient(number, 0).ifPresent(target -> {
            Launch backward = runtime()
                    .over(output.length(), "pool", "pool_backward")
                    .with(input)
                    .with(mask)
                    .with(output)
                    .with(context.gradient(step.output()))
                    .with(target);
            inBackward(withSettings(backward, context, step));
        });
    }

    private static Launch withSettings(Launch launch, KernelContext context, PlanOperation.Pool step) {
        return launch.with(step.pooling().ordinal())
                .with((float) step.power())
                .with(context.shape().steps())
                .with(context.shape().examples())
                .with(step.input().size());
    }
}
