package org.steadygrad.engine.cuda.layer;

import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.kernel.KernelContext;
import org.steadygrad.engine.cuda.kernel.LaunchedKernel;
import org.steadygrad.engine.plan.PlanOperation;

/**
 * Pools the time steps of every example; one without any yields zeros. As in DL4J, the gradient of a maximum goes to its first place.
 */
public final class PoolKernel extends LaunchedKernel {

    public PoolKernel(KernelContext context, PlanOperation.Pool operation, int number) {
        super(context);
        DeviceMemory input = context.value(operation.input());
        DeviceMemory mask = context.mask(operation.mask()).orElse(null);
        DeviceMemory output = context.value(operation.output());
        Launch forward = runtime()
                .over(output.length(), "pool", "pool_forward")
                .with(input)
                .with(mask)
                .with(output);
        inForward(withSettings(forward, context, operation));
        context.inputGradient(number, 0).ifPresent(target -> {
            Launch backward = runtime()
                    .over(output.length(), "pool", "pool_backward")
                    .with(input)
                    .with(mask)
                    .with(output)
                    .with(context.gradient(operation.output()))
                    .with(target);
            inBackward(withSettings(backward, context, operation));
        });
    }

    private static Launch withSettings(Launch launch, KernelContext context, PlanOperation.Pool operation) {
        return launch.with(operation.pooling().ordinal())
                .with((float) operation.power())
                .with(context.shape().timeSteps())
                .with(context.shape().examples())
                .with(operation.input().size());
    }
}
