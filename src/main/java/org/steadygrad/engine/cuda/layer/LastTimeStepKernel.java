package org.steadygrad.engine.cuda.layer;

import java.util.Optional;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.kernel.KernelContext;
import org.steadygrad.engine.cuda.kernel.LaunchedKernel;
import org.steadygrad.engine.plan.PlanOperation;

/** Takes every example's last row; zeros, to which no gradient goes back, of an example without any step. */
public final class LastTimeStepKernel extends LaunchedKernel {

    public LastTimeStepKernel(KernelContext context, PlanOperation.LastTimeStep operation, int number) {
        super(context);
        int steps = context.shape().timeSteps();
        int examples = context.shape().examples();
        int size = operation.input().size();
        DeviceMemory output = context.value(operation.output());
        Optional<DeviceMemory> mask = context.mask(operation.mask());
        DeviceMemory last = mask.map(m -> context.scope().bytes((long) examples * Integer.BYTES))
                .orElse(null);
        mask.ifPresent(m -> inForward(runtime()
                .over(examples, "masks", "find_last_steps")
                .with(m)
                .with(last)
                .with(steps)
                .with(examples)));
        inForward(runtime()
                .over(output.length(), "masks", "last_rows")
                .with(context.value(operation.input()))
                .with(last)
                .with(output)
                .with(steps)
                .with(examples)
                .with(size));
        context.inputGradient(number, 0)
                .ifPresent(target -> inBackward(runtime()
                        .over(target.length(), "masks", "last_rows_backward")
                        .with(context.gradient(operation.output()))
                        .with(last)
                        .with(target)
                        .with(steps)
                        .with(examples)
                        .with(size)));
    }
}
