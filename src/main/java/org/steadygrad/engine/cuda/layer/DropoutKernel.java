package org.steadygrad.engine.cuda.layer;

import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.kernel.KernelContext;
import org.steadygrad.engine.cuda.kernel.LaunchedKernel;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.RandomStream;

/** Dropout in training. The seed is read on the device, so that a captured pass draws new numbers whenever it is run. */
public final class DropoutKernel extends LaunchedKernel {
    /** Random numbers that one thread draws at once. */
    private static final int GROUP = 4;

    public DropoutKernel(KernelContext context, PlanOperation.Dropout operation, int number) {
        super(context);
        inForward(drop(context, operation, context.value(operation.input()), context.value(operation.output())));
        context.inputGradient(number, 0)
                .ifPresent(
                        target -> inBackward(drop(context, operation, context.gradient(operation.output()), target)));
    }

    private static Launch drop(
            KernelContext context, PlanOperation.Dropout operation, DeviceMemory source, DeviceMemory target) {
        return context.runtime()
                .over((source.length() + GROUP - 1) / GROUP, "dropout", "drop")
                .with(source)
                .with(target)
                .with(context.model().numbers().seed())
                .with(operation.stream())
                .with(RandomStream.threshold(operation.keep()))
                .with((float) (1 / operation.keep()))
                .with(operation.input().perTimeStep() ? context.shape().timeSteps() : 1)
                .with(context.shape().examples())
                .with(operation.input().size());
    }
}
