package org.steadygrad.engine.cuda.layer;

import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.kernel.KernelContext;
import org.steadygrad.engine.cuda.kernel.LaunchedKernel;
import org.steadygrad.engine.plan.PlanOperation;

/** An activation function. */
public final class ActivateKernel extends LaunchedKernel {

    public ActivateKernel(KernelContext context, PlanOperation.Activate step, int number) {
        super(context);
        DeviceMemory input = context.value(step.input());
        DeviceMemory output = context.value(step.output());
        Activation activation =
                new Activation(runtime(), step.activation(), step.input().size());
        inForward(activation.forward(input, output));
        if (!context.sharing().gradient(step)) {
            context.inputGradient(number, 0)
                    .ifPresent(target ->
                            inBackward(activation.backward(input, output, context.gradient(step.output()), target)));
        }
    }
}
